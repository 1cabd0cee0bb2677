/** The steps of one assignment: Get it → Work → Check → Hand in → Read feedback. */
import * as React from 'react';

import { Problem } from '../../learnspace_core/lab/components';
import type { ILearnspace } from '../../learnspace_core/lab/tokens';
import { Checked, checkWords } from './checked';
import { Feedback } from './feedback';
import { Confirmation } from './handin';
import { History } from './history';
import { type IStepsProps, STEPS, type Step } from './learnerwork';
import { Practice } from './practice';
import { Queued } from './queued';
import { againAt, Receipt } from './receipt';
import { Solution } from './solution';
import { Talk } from './talk';
import { Update } from './update';
import { Grading, waitingWords } from './whengraded';

export function Steps(props: IStepsProps): JSX.Element {
  const { one, learner, learnspace } = props;
  const { trans } = learnspace;
  const handIn = React.useRef<HTMLButtonElement>(null);
  const cancel = (): void => {
    learner.cancelHandIn();
    handIn.current?.focus();
  };
  const next = learner.confirming || learner.updates.isOpen(one) ? null : learner.next(one);
  return (
    <div className="ls-Detail">
      <ol className="ls-Steps" aria-label={trans.__('Steps')}>
        {STEPS.map(step => (
          <li key={step} aria-current={step === next ? 'step' : undefined}>
            <button
              ref={step === 'hand_in' ? handIn : undefined}
              className={`ls-Button${step === next ? ' ls-mod-filled' : ''}`}
              aria-disabled={learner.busy !== null || !learner.can(step, one)}
              aria-expanded={step === 'feedback' ? learner.showsFeedback : undefined}
              onClick={() => learner.can(step, one) && void learner.run(step, one)}
            >
              {stepWord(step, learnspace)}
            </button>
          </li>
        ))}
      </ol>
      <div role="status" className="ls-Told">
        {told(props).map(line => (
          <p key={line}>{line}</p>
        ))}
      </div>
      {learner.error && (
        <Problem error={learner.error} trans={trans} onRetry={() => void learner.retry(one)} />
      )}
      {learner.check && <Checked {...props} />}
      {!learner.confirming && !learner.receipt && !learner.showsFeedback && <Practice {...props} />}
      <Update {...props} />
      <Queued ones={learner.outbox.of(one)} outbox={learner.outbox} learnspace={learnspace} />
      {learner.confirming && <Confirmation {...props} onCancel={cancel} />}
      <Grading {...props} />
      {learner.receipt && (
        <Receipt
          receipt={learner.receipt}
          againAt={againAt(one, learner.receipt)}
          learnspace={learnspace}
        />
      )}
      {learner.showsFeedback && <Feedback {...props} />}
      {one.submissions.length > 0 && <History {...props} />}
      {one.solution && <Solution one={one} learnspace={learnspace} />}
      <Talk {...props} />
    </div>
  );
}

function stepWord(step: Step, { trans }: ILearnspace): string {
  switch (step) {
    case 'get':
      return trans.__('Get it');
    case 'work':
      return trans.__('Work');
    case 'check':
      return trans.__('Check');
    case 'hand_in':
      return trans.__('Hand in');
    case 'feedback':
      return trans.__('Read feedback');
  }
}

/** Say what is going on, or what to do next. */
function told({ one, learner, learnspace }: IStepsProps): string[] {
  const { trans } = learnspace;
  const waits = learner.outbox.of(one);
  if (learner.busy) {
    // What is on its way says so itself.
    const onItsWay = learner.busy === 'hand_in' && waits.some(each => each.state === 'sending');
    return onItsWay ? [] : [busyWord(learner.busy, learnspace)];
  }
  if (learner.confirming || learner.receipt || learner.error || waits.length > 0) {
    return [];
  }
  if (learner.refused) {
    return [trans.__('It was not handed in.')];
  }
  if (learner.check) {
    return checkWords(learner.check, learnspace);
  }
  if (learner.fetched) {
    return [trans.__('It is in your files, in %1.', learner.fetched.path)];
  }
  switch (one.state) {
    case 'handed_in':
      return waitingWords(one, learnspace);
    case 'returned':
      return [];
    default:
      return one.local_path
        ? [trans.__('It is in your files, in %1.', one.local_path)]
        : [trans.__('Get it first: it is put into your files and opened.')];
  }
}

function busyWord(step: Step, { trans }: ILearnspace): string {
  switch (step) {
    case 'check':
      return trans.__('Running all cells');
    case 'hand_in':
      return trans.__('Saving and counting your files');
    default:
      return trans.__('One moment');
  }
}
