/** How far the work on an assignment is, with a button to stop it, and how it ended. It goes on when the page is closed. */
import * as React from 'react';

import type { ILearnspace } from '../../../learnspace_core/lab/tokens';
import type { IJob } from '../../../learnspace_core/lab/types';
import { keyOf } from '../learnerwork';
import { endWords, runWords } from './runwords';
import type { ITabProps } from './props';

export function Progress({ one, model }: ITabProps): JSX.Element {
  const { learnspace, work } = model;
  const { trans } = learnspace;
  const key = keyOf(one);
  const job = work.jobs.get(key);
  const ended = job ? undefined : work.ended.get(key);
  return (
    <>
      {job && job.state !== 'cancelled' && (
        <Bar job={job} learnspace={learnspace} onStop={() => void work.stop(one)} />
      )}
      {/* What ticks every second is not read out; that it began, and how it ended, is. */}
      <p role="status" className="ls-Muted">
        {job && job.state !== 'cancelled' && trans.__('You may close this; it goes on.')}
        {/* Of a run that was stopped, what had begun is finished first. */}
        {job?.state === 'cancelled' && endWords(job, learnspace)}
        {ended?.kind === 'grade' && endWords(ended, learnspace)}
      </p>
    </>
  );
}

/** How far a job is, and a button that stops it. */
export function Bar(props: {
  job: IJob;
  learnspace: ILearnspace;
  onStop: () => void;
}): JSX.Element {
  const { job, learnspace, onStop } = props;
  const { trans } = learnspace;
  const stopping = job.code === 'cancelling';
  return (
    <div className="ls-Run">
      <progress
        max={Math.max(job.total, 1)}
        value={job.state === 'waiting' || job.total === 0 ? undefined : job.done}
        aria-label={trans.__('Progress')}
      />
      <span>{runWords(job, learnspace)}</span>
      <button className="ls-Button" aria-disabled={stopping} onClick={() => !stopping && onStop()}>
        {stopping ? trans.__('Stopping') : trans.__('Stop')}
      </button>
    </div>
  );
}
