/** My classes: for each assignment who handed in, and what a teacher does with it. */
import * as React from 'react';

import { Chip, Problem, Section, Time, useInView } from '../../learnspace_core/lab/components';
import { DueDate } from './duedate';
import { keyOf } from './learnerwork';
import { type AssignmentsModel, byCourse } from './model';
import { SubmissionsTable } from './submissions';
import type { ITaughtAssignment } from './types';

export function Classes(props: {
  taught: ITaughtAssignment[];
  model: AssignmentsModel;
}): JSX.Element {
  return (
    <>
      {byCourse(props.taught).map(([course, ones]) => (
        <Section key={course} title={ones[0].course_title}>
          <ul className="ls-Rows">
            {ones.map(one => (
              <Row key={one.name} one={one} model={props.model} />
            ))}
          </ul>
        </Section>
      ))}
    </>
  );
}

function Row({ one, model }: { one: ITaughtAssignment; model: AssignmentsModel }): JSX.Element {
  const { learnspace, teacher } = model;
  const { trans, locale } = learnspace;
  const open = teacher.selected === keyOf(one);
  const waiting = teacher.count(one, 'handed_in');
  const withheld = teacher.count(one, 'withheld');
  const toMark = teacher.count(one, 'needs_marks');
  const row = useInView<HTMLLIElement>(open);
  return (
    <li ref={row} className={open ? 'ls-mod-open' : undefined}>
      <button className="ls-Row" aria-expanded={open} onClick={() => teacher.toggle(keyOf(one))}>
        <span className="ls-Row-main">
          <span className="ls-Row-title">{one.title}</span>
          <span className="ls-Muted">
            {trans._n(
              '%2 of %1 learner handed in',
              '%2 of %1 learners handed in',
              one.learners,
              one.submissions.length
            )}
            {one.due_at && (
              <>
                {' · '}
                {trans.__('Due')} <Time at={one.due_at} locale={locale} />
              </>
            )}
          </span>
        </span>
        <span className="ls-Chips">
          {waiting > 0 && <Chip tone="sent">{trans.__('%1 to grade', waiting)}</Chip>}
          {withheld > 0 && <Chip tone="attention">{trans.__('%1 to look at', withheld)}</Chip>}
          {toMark > 0 && <Chip tone="attention">{trans.__('%1 to mark by hand', toMark)}</Chip>}
        </span>
      </button>
      {open && <Detail one={one} model={model} />}
    </li>
  );
}

function Detail({ one, model }: { one: ITaughtAssignment; model: AssignmentsModel }): JSX.Element {
  const { learnspace, teacher } = model;
  const { trans } = learnspace;
  const waiting = teacher.count(one, 'handed_in');
  const graded = teacher.count(one, 'graded');
  const toMark = teacher.count(one, 'needs_marks');
  const busy = teacher.jobs.has(keyOf(one));
  return (
    <div className="ls-Detail">
      <DueDate one={one} teacher={teacher} trans={trans} />
      <div className="ls-Buttons">
        <button
          className={`ls-Button${waiting > 0 ? ' ls-mod-filled' : ''}`}
          aria-disabled={busy || waiting === 0}
          onClick={() => waiting > 0 && void teacher.start('grade', one, null)}
        >
          {trans.__('Grade all (%1)', waiting)}
        </button>
        <button
          className={`ls-Button${waiting + toMark === 0 && graded > 0 ? ' ls-mod-filled' : ''}`}
          aria-disabled={busy || graded === 0}
          onClick={() => graded > 0 && void teacher.start('return', one, null)}
        >
          {trans.__('Return all feedback (%1)', graded)}
        </button>
      </div>
      <Progress one={one} model={model} />
      {teacher.error && (
        <Problem error={teacher.error} trans={trans} onRetry={() => teacher.retry()} />
      )}
      <SubmissionsTable one={one} model={model} busy={busy} />
    </div>
  );
}

/** How far the work is; it goes on when the page is closed. */
function Progress({
  one,
  model
}: {
  one: ITaughtAssignment;
  model: AssignmentsModel;
}): JSX.Element {
  const { learnspace, teacher } = model;
  const { trans } = learnspace;
  const job = teacher.jobs.get(keyOf(one));
  const text =
    job && trans.__('%1 of %2 done. You may close this; it goes on.', job.done, job.total);
  return (
    <div role="status">
      {job && (
        <p>
          <progress
            max={Math.max(job.total, 1)}
            value={job.state === 'waiting' ? undefined : job.done}
            aria-label={trans.__('Progress')}
          />{' '}
          {text}
        </p>
      )}
    </div>
  );
}
