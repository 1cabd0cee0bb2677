/** Submissions: grade and return for all, and a row for each learner who handed in; who needs a person comes first. */
import * as React from 'react';

import { Empty, Problem, Time } from '../../../learnspace_core/lab/components';
import { exactTime, named, points } from '../../../learnspace_core/lab/dates';
import { keyOf } from '../learnerwork';
import { Repairs } from '../repairs';
import { ChangedChip, SubmissionChip } from '../states';
import type { IMarks, ITaughtSubmission, SubmissionState } from '../types';
import { ChosenButtons } from './chosen';
import { Progress } from './running';
import type { ITabProps } from './props';
import { Withheld } from './withheld';

/** What needs a person comes first, what is done comes last. */
const ORDER: SubmissionState[] = [
  'withheld',
  'needs_marks',
  'handed_in',
  'grading',
  'graded',
  'returned'
];

interface IProps extends ITabProps {
  busy: boolean;
  /** The submissions that were ticked, by id. */
  chosen: ReadonlySet<string>;
  onChoose: (id: string, chosen: boolean) => void;
}

export function SubmissionsTab({ one, model }: ITabProps): JSX.Element {
  const { learnspace, work } = model;
  const { trans } = learnspace;
  const waiting = work.count(one, 'handed_in');
  const toReturn = work.count(one, 'graded') + work.changedSince(one);
  const toMark = work.count(one, 'needs_marks');
  const withheld = work.count(one, 'withheld');
  const busy = work.jobs.has(keyOf(one));
  const [chosen, setChosen] = React.useState<ReadonlySet<string>>(new Set());
  const choose = (id: string, ticked: boolean): void =>
    setChosen(
      before => new Set([...before].filter(each => each !== id).concat(ticked ? [id] : []))
    );
  return (
    <div className="ls-Detail">
      {!one.isolated && (
        <p className="ls-Muted">
          {trans.__(
            'On this platform, what learners hand in is graded without a container. That is no security boundary: a notebook may reach other people’s work and marks.'
          )}
        </p>
      )}
      <div className="ls-Buttons">
        <button
          className={`ls-Button${waiting > 0 ? ' ls-mod-filled' : ''}`}
          aria-disabled={busy || waiting === 0}
          onClick={() => waiting > 0 && void work.start('grade', one, null)}
        >
          {trans.__('Grade all (%1)', waiting)}
        </button>
        {withheld > 0 && (
          <button
            className="ls-Button"
            aria-disabled={busy}
            onClick={() => void work.run('grade', one, { withheld: true })}
          >
            {trans.__('Grade the withheld again (%1)', withheld)}
          </button>
        )}
        <button
          className={`ls-Button${waiting + toMark === 0 && toReturn > 0 ? ' ls-mod-filled' : ''}`}
          aria-disabled={busy || toReturn === 0}
          onClick={() => toReturn > 0 && void work.start('return', one, null)}
        >
          {trans.__('Return all feedback (%1)', toReturn)}
        </button>
      </div>
      <ChosenButtons
        chosen={one.submissions.filter(each => chosen.has(each.id))}
        one={one}
        model={model}
        busy={busy}
        onDone={() => setChosen(new Set())}
      />
      <Progress one={one} model={model} />
      {work.error && <Problem error={work.error} trans={trans} onRetry={() => work.retry()} />}
      {one.marks_unread && (
        <p className="ls-Problem" role="alert">
          {trans.__(
            'What was marked by hand could not be read from the gradebook: what stands here may be older. It is tried again when you look. If it stays so, tell the people who run the platform.'
          )}
        </p>
      )}
      <SubmissionsTable one={one} model={model} busy={busy} chosen={chosen} onChoose={choose} />
    </div>
  );
}

function SubmissionsTable(props: IProps): JSX.Element {
  const { one, model } = props;
  const { trans, locale } = model.learnspace;
  if (one.submissions.length === 0) {
    return <Empty>{trans.__('Nobody has handed in yet.')}</Empty>;
  }
  const rows = [...one.submissions].sort(
    (a, b) => place(a) - place(b) || a.name.localeCompare(b.name, locale, { numeric: true })
  );
  return (
    <div className="ls-Scroll" tabIndex={0} role="region" aria-label={trans.__('Submissions')}>
      <table className="ls-Table">
        <thead>
          <tr>
            <th scope="col">{trans.__('Learner')}</th>
            <th scope="col">{trans.__('Handed in')}</th>
            <th scope="col">{trans.__('State')}</th>
            <th scope="col">{trans.__('Automatic')}</th>
            <th scope="col">{trans.__('Total')}</th>
            <th scope="col">{trans.__('What to do')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(each => (
            <Row key={each.id} each={each} {...props} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row(props: IProps & { each: ITaughtSubmission }): JSX.Element {
  const { each, model, chosen, onChoose } = props;
  const { learnspace } = model;
  const { trans, locale } = learnspace;
  const marks = each.marks_since ?? each.marks;
  return (
    <tr>
      <th scope="row">
        <label className="ls-Check">
          <input
            type="checkbox"
            aria-label={trans.__('Choose: %1', whoWord(each))}
            checked={chosen.has(each.id)}
            onChange={event => onChoose(each.id, event.target.checked)}
          />
          {whoWord(each)}
        </label>
        {each.team ? (
          <span className="ls-Muted">
            {' '}
            {named(
              each.members.map(one => one.name || one.username),
              locale
            )}
          </span>
        ) : (
          each.name && <span className="ls-Muted"> {each.username}</span>
        )}
      </th>
      <td>
        <Time at={each.received_at} locale={locale} exact />
        {each.late && <span className="ls-Late"> {trans.__('late')}</span>}
        {each.again_at && (
          <span className="ls-Muted">
            {' '}
            {trans.__('again %1', exactTime(new Date(each.again_at), locale))}
          </span>
        )}
        {each.extended && <span className="ls-Muted"> {trans.__('has more time')}</span>}
      </td>
      <td>
        {each.marks_since ? (
          <ChangedChip learnspace={learnspace} />
        ) : (
          <SubmissionChip state={each.state} reader="teacher" learnspace={learnspace} />
        )}
        {each.state === 'withheld' && <Withheld one={each} model={model} />}
        {each.marks && <Repairs repairs={each.marks.repairs} learnspace={learnspace} />}
      </td>
      <td>{marks && automatic(marks, locale)}</td>
      <td>
        {marks &&
          trans.__('%1 of %2', points(marks.score, locale), points(marks.max_score, locale))}
        {each.marks_since && each.marks && (
          <div className="ls-Muted">
            {trans.__(
              'returned %1 of %2',
              points(each.marks.score, locale),
              points(each.marks.max_score, locale)
            )}
          </div>
        )}
      </td>
      <td>
        <Actions {...props} />
      </td>
    </tr>
  );
}

function Actions({ each, one, model, busy }: IProps & { each: ITaughtSubmission }): JSX.Element {
  const { learnspace, work } = model;
  const { trans } = learnspace;
  const who = whoWord(each);
  const url = work.markingUrl(one, each);
  return (
    <div className="ls-Buttons">
      {['handed_in', 'withheld'].includes(each.state) && (
        <button
          className="ls-Button"
          aria-label={
            each.state === 'withheld'
              ? trans.__('Grade again: %1', who)
              : trans.__('Grade: %1', who)
          }
          aria-disabled={busy}
          onClick={() => void work.start('grade', one, [each.username])}
        >
          {each.state === 'withheld' ? trans.__('Grade again') : trans.__('Grade')}
        </button>
      )}
      {url && (
        <a
          className="ls-Link"
          href={url}
          target="_blank"
          rel="noopener noreferrer"
          aria-label={trans.__('Mark by hand: %1', who)}
        >
          {trans.__('Mark by hand')}
        </a>
      )}
      {(['graded', 'needs_marks', 'returned'].includes(each.state) ||
        (each.state === 'withheld' && each.marks !== null)) && (
        <button
          className="ls-Button"
          aria-label={
            each.state === 'returned'
              ? trans.__('Return feedback again: %1', who)
              : trans.__('Return feedback: %1', who)
          }
          aria-disabled={busy}
          onClick={() => void work.start('return', one, [each.username])}
        >
          {each.state === 'returned' ? trans.__('Return again') : trans.__('Return feedback')}
        </button>
      )}
    </div>
  );
}

/** Where a row stands: what has to be returned again, with what has to be returned. */
function place(each: ITaughtSubmission): number {
  return ORDER.indexOf(each.marks_since ? 'graded' : each.state);
}

/** Whose work it is: a learner's, or a team's. */
function whoWord(each: ITaughtSubmission): string {
  return each.team || each.name || each.username;
}

/** The points that the tests gave, without those given by hand. */
function automatic(marks: IMarks, locale: string): string {
  const scores = marks.questions.filter(one => !one.manual).map(one => one.score);
  return points(
    scores.reduce((sum, score) => sum + score, 0),
    locale
  );
}
