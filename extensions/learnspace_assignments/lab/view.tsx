/** Assignments as a learner sees them: by course, each opening to its steps. */
import * as React from 'react';

import {
  Chip,
  Empty,
  Loaded,
  Section,
  Time,
  useChanges,
  useInView
} from '../../learnspace_core/lab/components';
import { keyOf } from './learnerwork';
import { byCourse } from './bycourse';
import type { AssignmentsModel } from './model';
import { Queued } from './queued';
import { LearnerChip, PastDue } from './states';
import { Steps } from './steps';
import { Team } from './team';
import { Terms } from './terms';
import type { IAssignment } from './types';

export function assignmentsView(model: AssignmentsModel): () => JSX.Element {
  return function AssignmentsView() {
    const { learner, learnspace, mine } = model;
    useChanges(
      mine.changed,
      learner.changed,
      learner.feedback.changed,
      learner.outbox.changed,
      learner.versions.changed
    );
    const { trans } = learnspace;
    // What waits is known without the platform; where the list is there, it stands with its assignment.
    const listed = new Set(mine.value?.map(keyOf));
    const alone = learner.outbox.waiting.filter(
      one => !listed.has(keyOf({ course: one.course, name: one.assignment }))
    );
    return (
      <main className="ls-Column ls-mod-wide" aria-label={trans.__('Assignments')}>
        <div className="ls-Tools">
          <h1>{trans.__('Assignments')}</h1>
          <button
            className="ls-Button"
            aria-disabled={model.mine.loading}
            onClick={() => model.refresh()}
          >
            {trans.__('Refresh')}
          </button>
        </div>
        <Queued ones={alone} outbox={learner.outbox} named learnspace={learnspace} />
        <Loaded loader={model.mine} trans={trans} lines={6}>
          {mine => <Mine mine={mine} model={model} />}
        </Loaded>
      </main>
    );
  };
}

function Mine({ mine, model }: { mine: IAssignment[]; model: AssignmentsModel }): JSX.Element {
  const { trans } = model.learnspace;
  if (mine.length === 0) {
    return (
      <Empty>
        {trans.__('No assignments yet. Work that your teacher gives out appears here.')}
      </Empty>
    );
  }
  return (
    <>
      {byCourse(mine).map(([course, ones]) => (
        <Section key={course} title={ones[0].course_title}>
          <ul className="ls-Rows">
            {ones.map(one => (
              <Row key={one.name} one={one} model={model} />
            ))}
          </ul>
        </Section>
      ))}
    </>
  );
}

function Row({ one, model }: { one: IAssignment; model: AssignmentsModel }): JSX.Element {
  const { learnspace, learner } = model;
  const { trans, locale } = learnspace;
  const open = learner.selected === keyOf(one);
  const marks = one.submissions.find(each => each.state === 'returned')?.marks;
  const row = useInView<HTMLLIElement>(open);
  return (
    <li ref={row} className={open ? 'ls-mod-open' : undefined}>
      <button className="ls-Row" aria-expanded={open} onClick={() => learner.toggle(keyOf(one))}>
        <span className="ls-Row-main">
          <span className="ls-Row-title">{one.title}</span>
          <span className="ls-Muted">
            {one.due_at ? (
              <>
                {trans.__('Due')} <Time at={one.due_at} locale={locale} />
              </>
            ) : (
              trans.__('no due date')
            )}
            {one.extended && <> · {trans.__('extended for you')}</>}
            <PastDue state={one.state} dueAt={one.due_at} learnspace={learnspace} />
          </span>
        </span>
        {learner.outbox.of(one).length > 0 ? (
          <Chip tone="attention">{trans.__('not handed in yet')}</Chip>
        ) : (
          <LearnerChip
            state={one.state}
            score={marks?.score ?? null}
            maxScore={marks?.max_score ?? null}
            learnspace={learnspace}
          />
        )}
      </button>
      {open && <Terms one={one} learnspace={learnspace} />}
      {open && one.team_size > 1 && <Team one={one} model={model} />}
      {open && <Steps one={one} learner={learner} learnspace={learnspace} />}
    </li>
  );
}
