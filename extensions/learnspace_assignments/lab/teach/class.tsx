/** Class: a row for each learner, a column for each question; who needs help comes first. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { Empty, Loaded, Time, useChanges } from '../../../learnspace_core/lab/components';
import { points } from '../../../learnspace_core/lab/dates';
import type { IClassLearner, IClassView, RowState } from '../classtypes';
import { namesOf } from '../names';
import { SubmissionChip } from '../states';
import { ClassCell, RowChip, rowWord, totals } from './classcells';
import { LOOK, type Order } from './classwork';
import type { ITabProps } from './props';

/** Rows that are drawn at first; a whole school would make the browser slow. */
const FIRST = 200;
const STATES: RowState[] = ['stuck', 'working', 'not_started', 'passing', 'handed_in', 'returned'];

interface IProps extends ITabProps {
  view: IClassView;
}

export function ClassTab({ one, model }: ITabProps): JSX.Element {
  const { classroom, learnspace } = model;
  const place = React.useRef<HTMLDivElement>(null);
  useChanges(classroom.changed, classroom.view.changed);
  React.useEffect(() => {
    classroom.open(one);
    void classroom.view.load();
    const timer = window.setInterval(() => {
      // A tab in the background has no box; nobody looks at it.
      if (document.visibilityState === 'visible' && place.current?.offsetParent) {
        void classroom.view.load();
      }
    }, LOOK);
    return () => window.clearInterval(timer);
    // Another look at the same assignment is no other assignment.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [one.course, one.name]);
  return (
    <div className="ls-Detail" ref={place}>
      <Loaded loader={classroom.view} trans={learnspace.trans} lines={6}>
        {view => <Class one={one} model={model} view={view} />}
      </Loaded>
    </div>
  );
}

function Class(props: IProps): JSX.Element {
  const { view, model } = props;
  const { trans } = model.learnspace;
  const rows = model.classroom.rows(view);
  const [all, setAll] = React.useState(false);
  if (view.learners.length === 0) {
    return <Empty>{trans.__('Nobody learns in this course yet.')}</Empty>;
  }
  return (
    <>
      <Summary {...props} />
      <Tools {...props} />
      <div className="ls-Scroll" tabIndex={0} role="region" aria-label={trans.__('Class')}>
        <table className="ls-Table ls-Class">
          <thead>
            <Heads {...props} />
          </thead>
          <tbody>
            {rows.slice(0, all ? rows.length : FIRST).map(learner => (
              <Row key={learner.username} learner={learner} {...props} />
            ))}
          </tbody>
        </table>
      </div>
      {!all && rows.length > FIRST && (
        <button className="ls-Button" onClick={() => setAll(true)}>
          {trans.__('Show the other %1', rows.length - FIRST)}
        </button>
      )}
      <p className="ls-Muted">
        {trans.__(
          'Before handing in, this is what each learner’s own space says of the tests they can see. It gives no marks. It is asked again every 30 seconds.'
        )}
      </p>
    </>
  );
}

/** How many stand where, in a sentence. */
function Summary({ view, model }: IProps): JSX.Element {
  const words = STATES.map(state => ({
    state,
    count: view.learners.filter(one => one.state === state).length
  }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${count} ${rowWord(state, model.learnspace)}`);
  return <p role="status">{words.join(' · ')}</p>;
}

function Tools({ view, model }: IProps): JSX.Element {
  const { classroom, learnspace } = model;
  const { trans } = learnspace;
  const orders: [string, string][] = [
    ['help', trans.__('who needs help')],
    ['name', trans.__('name')],
    ...(view.sections.length > 0 ? [['section', trans.__('section')] as [string, string]] : [])
  ];
  return (
    <div className="ls-Buttons">
      <Choice
        label={trans.__('Sort by')}
        value={classroom.order}
        options={orders}
        onChoose={order => classroom.sortBy(order as Order)}
      />
      {view.sections.length > 0 && (
        <Choice
          label={trans.__('Section')}
          value={classroom.section}
          options={[
            ['', trans.__('all sections')],
            ...view.sections.map(each => [each, each] as [string, string])
          ]}
          onChoose={section => classroom.show(section)}
        />
      )}
    </div>
  );
}

function Choice(props: {
  label: string;
  value: string;
  options: [string, string][];
  onChoose: (value: string) => void;
}): JSX.Element {
  const id = React.useId();
  return (
    <span>
      <label htmlFor={id}>{props.label}</label>{' '}
      <select
        id={id}
        className="ls-Select"
        value={props.value}
        onChange={event => props.onChoose(event.target.value)}
      >
        {props.options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </span>
  );
}

function Heads({ view, model }: IProps): JSX.Element {
  const { classroom, learnspace } = model;
  const { trans } = learnspace;
  return (
    <tr>
      <th scope="col">{trans.__('Learner')}</th>
      <th scope="col">{trans.__('State')}</th>
      {namesOf(view.questions, trans).map((name, index) => (
        <th key={`${view.questions[index].notebook} ${name}`} scope="col">
          <button
            className="ls-Head"
            aria-pressed={classroom.question === index}
            title={trans.__('Put those first who need help with this')}
            onClick={() => classroom.sortByQuestion(index)}
          >
            <span>{name}</span>
            <span className="ls-Muted">{totals(view.questions[index], learnspace)}</span>
          </button>
        </th>
      ))}
      <th scope="col">{trans.__('Total')}</th>
      <th scope="col">{trans.__('Last seen')}</th>
    </tr>
  );
}

function Row(props: IProps & { learner: IClassLearner }): JSX.Element {
  const { learner, view, model } = props;
  const { trans, locale } = model.learnspace;
  const who = learner.name || learner.username;
  return (
    <tr>
      <th scope="row">
        <button
          className="ls-Link"
          aria-label={trans.__('Write to %1', who)}
          onClick={() => model.write(learner.username)}
        >
          {who}
        </button>
        {learner.asks && (
          <span className="ls-Asks">
            <span aria-hidden="true">▲</span> {trans.__('asks')}
          </span>
        )}
        {learner.section && <span className="ls-Muted ls-Line">{learner.section}</span>}
        {learner.team && <span className="ls-Muted ls-Line">{teamWord(learner.team, trans)}</span>}
      </th>
      <td>
        <Standing {...props} />
      </td>
      {learner.cells.map((cell, index) => (
        <td key={`${view.questions[index].notebook} ${view.questions[index].id}`}>
          <Down {...props} only={cell.score !== null || cell.state === 'to_mark'}>
            <ClassCell cell={cell} question={view.questions[index]} learnspace={model.learnspace} />
          </Down>
        </td>
      ))}
      <td>
        {learner.score !== null && (
          <Down {...props}>
            {trans.__(
              '%1 of %2',
              points(learner.score, locale),
              points(learner.max_score ?? 0, locale)
            )}
          </Down>
        )}
      </td>
      <td>
        {learner.seen_at ? (
          <Time at={learner.seen_at} locale={locale} exact />
        ) : (
          <span className="ls-Muted">{trans.__('never')}</span>
        )}
      </td>
    </tr>
  );
}

/** Name a team as one, which a name that was made by itself does already: "Team 2". */
function teamWord(name: string, trans: TranslationBundle): string {
  return name.startsWith(trans.__('Team')) ? name : trans.__('Team: %1', name);
}

/** Where a learner stands; what was handed in leads to its row among the submissions. */
function Standing(props: IProps & { learner: IClassLearner }): JSX.Element {
  const { learner, model } = props;
  const { learnspace } = model;
  if (!learner.submission_state) {
    return <RowChip state={learner.state} learnspace={learnspace} />;
  }
  return (
    <>
      <button
        className="ls-Link"
        aria-label={learnspace.trans.__(
          'Go to the submission of %1',
          learner.name || learner.username
        )}
        onClick={() => model.showTab('submissions')}
      >
        <SubmissionChip state={learner.submission_state} reader="teacher" learnspace={learnspace} />
      </button>
      {learner.late && <span className="ls-Late"> {learnspace.trans.__('late')}</span>}
    </>
  );
}

/** A number that leads to what it is about: the graded notebook in nbgrader's formgrader. */
function Down(
  props: IProps & { learner: IClassLearner; only?: boolean; children: React.ReactNode }
): JSX.Element {
  const { one, model, learner, only = true, children } = props;
  const url = only ? model.work.markingUrl(one, learner) : '';
  return url ? (
    <a className="ls-Link" href={url} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  ) : (
    <>{children}</>
  );
}
