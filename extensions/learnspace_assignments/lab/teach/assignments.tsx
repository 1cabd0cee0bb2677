/** The assignments of one's courses with their numbers, and one of them open with its tabs. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { Chip, Empty, Loaded, Section, Time } from '../../../learnspace_core/lab/components';
import { Tabs } from '../../../learnspace_core/lab/tabs';
import { byCourse } from '../bycourse';
import { keyOf } from '../learnerwork';
import type { ITaughtAssignment } from '../types';
import { MarksLinks } from './marksheet';
import type { TeachModel } from './model';
import { NewAssignment } from './newassignment';
import type { ITabProps } from './props';
import { TABS } from './tabs';

export function AssignmentsPart({ model }: { model: TeachModel }): JSX.Element {
  return (
    <Loaded loader={model.taught} trans={model.learnspace.trans} lines={6}>
      {taught =>
        model.open ? (
          <OneAssignment one={model.open} model={model} />
        ) : (
          <List taught={taught} model={model} />
        )
      }
    </Loaded>
  );
}

function List(props: { taught: ITaughtAssignment[]; model: TeachModel }): JSX.Element {
  const { taught, model } = props;
  return (
    <>
      {taught.length === 0 && (
        <Empty>{model.learnspace.trans.__('You teach no course with assignments yet.')}</Empty>
      )}
      <NewAssignment taught={taught} model={model} />
      {byCourse(taught).map(([course, ones]) => (
        <Section key={course} title={ones[0].course_title}>
          <ul className="ls-Rows">
            {ones.map(one => (
              <Row key={one.name} one={one} model={model} />
            ))}
          </ul>
          <MarksLinks course={course} learnspace={model.learnspace} />
        </Section>
      ))}
    </>
  );
}

function Row({ one, model }: ITabProps): JSX.Element {
  const { learnspace, work } = model;
  const { trans, locale } = learnspace;
  const waiting = work.count(one, 'handed_in');
  const withheld = work.count(one, 'withheld');
  const toMark = work.count(one, 'needs_marks');
  return (
    <li>
      <button className="ls-Row" onClick={() => model.show(keyOf(one))}>
        <span className="ls-Row-main">
          <span className="ls-Row-title">{one.title}</span>
          <span className="ls-Muted">
            {trans._n(
              '%2 of %1 learner handed in',
              '%2 of %1 learners handed in',
              one.learners,
              work.people(one)
            )}
            {one.due_at && (
              <>
                {' · '}
                {trans.__('Due')} <Time at={one.due_at} locale={locale} />
              </>
            )}
            {one.release !== 'open' && ` · ${releaseWord(one.release, trans)}`}
          </span>
        </span>
        <span className="ls-Chips">
          {waiting > 0 && <Chip tone="sent">{trans.__('%1 to grade', waiting)}</Chip>}
          {withheld > 0 && <Chip tone="attention">{trans.__('%1 to look at', withheld)}</Chip>}
          {toMark > 0 && <Chip tone="attention">{trans.__('%1 to mark by hand', toMark)}</Chip>}
        </span>
      </button>
    </li>
  );
}

function releaseWord(
  state: Exclude<ITaughtAssignment['release'], 'open'>,
  trans: TranslationBundle
): string {
  switch (state) {
    case 'not_released':
      return trans.__('not released yet');
    case 'scheduled':
      return trans.__('learners do not see it yet');
    case 'closed':
      return trans.__('closed');
  }
}

/** One assignment with its tabs, and the way back to the list. */
function OneAssignment({ one, model }: ITabProps): JSX.Element {
  const { trans } = model.learnspace;
  const tab = TABS.find(each => each.id === model.tab) ?? TABS[0];
  return (
    <section aria-labelledby="ls-teach-title">
      <div className="ls-Opened">
        <button className="ls-Button" onClick={() => model.show('')}>
          {trans.__('Back to all assignments')}
        </button>
        <h2 id="ls-teach-title">{one.title}</h2>
      </div>
      <Tabs
        label={one.title}
        tabs={TABS.map(({ id, label }) => ({ id, label: label(trans) }))}
        selected={tab.id}
        onSelect={id => model.showTab(id)}
      />
      <div role="tabpanel" id={`ls-${tab.id}`}>
        <tab.View one={one} model={model} />
      </div>
    </section>
  );
}
