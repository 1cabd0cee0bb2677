/** Prepare: what learners would get, the check before release, and the release. */
import * as React from 'react';

import { Empty, Loaded, Problem, Time, useChanges } from '../../../learnspace_core/lab/components';
import { fileSize, points } from '../../../learnspace_core/lab/dates';
import { keyOf } from '../learnerwork';
import { CheckFound } from './preparecheck';
import type { IDraft, ISourceProblem, Preparing } from './preparework';
import { Line } from './fields';
import type { ITabProps } from './props';
import { Bar } from './running';

export function PrepareTab(props: ITabProps): JSX.Element {
  const { one, model } = props;
  const { prepare, learnspace } = model;
  const { trans } = learnspace;
  const key = keyOf(one);
  useChanges(prepare.changed, prepare.draft.changed, prepare.check.changed);
  React.useEffect(() => prepare.open(one), [prepare, key]); // eslint-disable-line react-hooks/exhaustive-deps
  const busy = prepare.job('check') !== undefined;
  return (
    <div className="ls-Detail">
      <Loaded loader={prepare.draft} trans={trans} lines={4}>
        {draft => <Draft {...props} draft={draft} />}
      </Loaded>
      <h3>{trans.__('Check before release')}</h3>
      <p>
        {trans.__(
          'Runs your solution, the notebook as learners get it, and your solution with mistakes in it, and says of each test whether you can rely on it.'
        )}
      </p>
      <div className="ls-Buttons">
        <button
          className="ls-Button"
          aria-disabled={busy}
          onClick={() => !busy && void prepare.start('check', {})}
        >
          {trans.__('Check now')}
        </button>
      </div>
      <Running kind="check" model={model} />
      <Loaded loader={prepare.check} trans={trans} lines={4}>
        {state => <CheckFound state={state} model={model} />}
      </Loaded>
      {prepare.draft.value && <Release key={key} {...props} draft={prepare.draft.value} />}
      {prepare.error && (
        <Problem error={prepare.error} trans={trans} onRetry={() => void prepare.reload()} />
      )}
    </div>
  );
}

function Draft({ draft, model }: ITabProps & { draft: IDraft }): JSX.Element {
  const { trans, locale } = model.learnspace;
  return (
    <>
      <h3>{trans.__('What learners would get now')}</h3>
      <p>
        {trans._n('%1 question', '%1 questions', draft.questions.length)}
        {' · '}
        {trans.__('%1 points', points(draft.points, locale))}
      </p>
      {draft.files.length === 0 ? (
        <Empty>{trans.__('There are no files in the source yet.')}</Empty>
      ) : (
        <ul aria-label={trans.__('Files')}>
          {draft.files.map(file => (
            <li key={file.path}>
              <button className="ls-Link" onClick={() => void model.prepare.edit(file.path)}>
                {file.path}
              </button>{' '}
              <span className="ls-Muted">{fileSize(file.size, locale)}</span>
            </li>
          ))}
        </ul>
      )}
      <p>
        {draft.released_at === null ? (
          trans.__('Nothing is released yet.')
        ) : (
          <>
            {trans.__('Version %1 is out', draft.version)}
            {' · '}
            <Time at={draft.released_at} locale={locale} exact />
            {' · '}
            {draft.changed
              ? trans.__('the source changed since')
              : trans.__('the source is unchanged since')}
          </>
        )}
      </p>
      <Problems problems={draft.problems} model={model} />
    </>
  );
}

/** What is wrong with the source, and where; what keeps it from being released comes first. */
function Problems(props: {
  problems: ISourceProblem[];
  model: ITabProps['model'];
}): JSX.Element | null {
  const { problems, model } = props;
  const { trans } = model.learnspace;
  if (problems.length === 0) {
    return null;
  }
  const sorted = [
    ...problems.filter(one => one.severity === 'error'),
    ...problems.filter(one => one.severity !== 'error')
  ];
  return (
    <ul aria-label={trans.__('Problems of the source')}>
      {sorted.map((one, index) => (
        <li key={index}>
          <strong>{one.severity === 'error' ? trans.__('Error') : trans.__('Warning')}</strong>{' '}
          <span className="ls-Muted">{[one.notebook, one.cell].filter(Boolean).join(' · ')}</span>{' '}
          {one.message}
        </li>
      ))}
    </ul>
  );
}

/** How far a check or a release is, with a button to stop it, and how it ended. */
function Running({ kind, model }: { kind: Preparing; model: ITabProps['model'] }): JSX.Element {
  const { prepare, learnspace } = model;
  const { trans } = learnspace;
  const job = prepare.job(kind);
  const ended = prepare.ended?.kind === kind ? prepare.ended : null;
  return (
    <>
      {job && <Bar job={job} learnspace={learnspace} onStop={() => void prepare.stop(kind)} />}
      <p role="status" className="ls-Muted">
        {job && trans.__('You may close this; it goes on.')}
        {ended?.state === 'cancelled' && trans.__('Stopped.')}
        {ended?.state === 'done' &&
          kind === 'release' &&
          trans.__('Version %1 is out', prepare.draft.value?.version ?? 1)}
      </p>
    </>
  );
}

function Release({ draft, model }: ITabProps & { draft: IDraft }): JSX.Element {
  const { prepare, learnspace } = model;
  const { trans } = learnspace;
  const [note, setNote] = React.useState('');
  const reason = React.useId();
  const faulty = draft.problems.some(one => one.severity === 'error');
  const check = prepare.check.value;
  const ready = check?.current === true && check.report?.verdict === 'ready';
  const off = faulty || prepare.job('release') !== undefined;
  const submit = (event: React.FormEvent): void => {
    event.preventDefault();
    if (!off) {
      void prepare.start('release', { note });
    }
  };
  return (
    <>
      <h3>{trans.__('Release')}</h3>
      <form className="ls-Form" onSubmit={submit}>
        {draft.version > 0 && (
          <Line
            label={trans.__('What is new in this version')}
            most={2000}
            value={note}
            onChange={setNote}
          />
        )}
        <div className="ls-Buttons">
          <button
            className={`ls-Button${ready && !off ? ' ls-mod-filled' : ''}`}
            type="submit"
            aria-disabled={off}
            aria-describedby={faulty ? reason : undefined}
          >
            {trans.__('Release')}
          </button>
        </div>
      </form>
      {faulty && <p id={reason}>{trans.__('Mend the errors of the source first.')}</p>}
      <Running kind="release" model={model} />
    </>
  );
}
