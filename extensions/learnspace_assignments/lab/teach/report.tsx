/** Results: how the class did question by question; every number leads to the learners, and from them to the notebook. */
import * as React from 'react';

import { Empty, Loaded, useChanges } from '../../../learnspace_core/lab/components';
import { points } from '../../../learnspace_core/lab/dates';
import { namesOf } from '../names';
import { Chart, Count } from './chart';
import { PickedLearners } from './picked';
import { seconds } from './runwords';
import type { ITabProps } from './props';
import {
  groups,
  type IGradingReport,
  type IPicked,
  type IReportedQuestion,
  mean,
  median,
  placesOf,
  type QuestionOrder
} from './reportwork';

interface IProps extends ITabProps {
  report: IGradingReport;
}

export function ReportTab({ one, model }: ITabProps): JSX.Element {
  const { reports, learnspace } = model;
  useChanges(reports.changed, reports.report.changed);
  React.useEffect(() => reports.open(one), [one.course, one.name]); // eslint-disable-line react-hooks/exhaustive-deps
  return (
    <div className="ls-Detail">
      <Loaded loader={reports.report} trans={learnspace.trans} lines={6}>
        {report => <Report one={one} model={model} report={report} />}
      </Loaded>
    </div>
  );
}

function Report(props: IProps): JSX.Element {
  const { report, model } = props;
  const { trans } = model.learnspace;
  if (report.learners.length === 0) {
    return <Empty>{trans.__('Nobody has handed in yet.')}</Empty>;
  }
  return (
    <>
      <Summary {...props} />
      {report.questions.length === 0 ? (
        <Empty>{trans.__('Nothing is graded yet. Grade it under Submissions.')}</Empty>
      ) : (
        <>
          <Total {...props} />
          <Questions {...props} />
        </>
      )}
      <PickedLearners {...props} />
    </>
  );
}

/** How many stand where; each number leads to them. */
function Summary({ report, model }: IProps): JSX.Element {
  const { reports, learnspace } = model;
  const { trans } = learnspace;
  const { learners } = report;
  const states = learners.map(one => one.state);
  const all: [string, number[]][] = [
    [trans.__('handed in'), learners.map((_, place) => place)],
    [trans.__('graded'), placesOf(learners, one => one.score !== null)],
    [trans.__('withheld'), placesOf(states, state => state === 'withheld')],
    [trans.__('to mark by hand'), placesOf(states, state => state === 'needs_marks')]
  ];
  return (
    <ul className="ls-Counts">
      {all.map(([word, places]) => (
        <li key={word}>
          <Count
            count={places.length}
            what={word}
            learnspace={learnspace}
            onPick={() => reports.pick({ title: word, places })}
          />{' '}
          {word}
        </li>
      ))}
    </ul>
  );
}

function Total({ report, model }: IProps): JSX.Element {
  const { trans } = model.learnspace;
  const scores = report.learners.map(one => one.score);
  const toMark = report.learners.filter(one => one.state === 'needs_marks').length;
  return (
    <>
      <Distribution
        title={trans.__('Total')}
        scores={scores}
        most={report.max_score}
        model={model}
      />
      {toMark > 0 && (
        <p className="ls-Muted">
          {trans._n(
            '%1 still waits for marks by hand: the total has its points so far.',
            '%1 still wait for marks by hand: the total has their points so far.',
            toMark
          )}
        </p>
      )}
    </>
  );
}

function Distribution(props: {
  title: string;
  scores: (number | null)[];
  most: number;
  model: ITabProps['model'];
}): JSX.Element {
  const { title, scores, most, model } = props;
  const { reports, learnspace } = model;
  const { trans, locale } = learnspace;
  const known = scores.filter(score => score !== null);
  const bars = groups(scores, most).map(group => {
    const label = rangeOf(group.from, group.to, most, locale);
    return {
      label,
      count: group.places.length,
      onPick: () =>
        reports.pick({
          title: trans.__('%1: %2 points', title, label),
          places: group.places,
          value: place => points(scores[place] ?? 0, locale)
        })
    };
  });
  return (
    <Chart
      title={trans.__(
        '%1: %2 of %3 points on average',
        title,
        points(known.length > 0 ? mean(known) : 0, locale),
        points(most, locale)
      )}
      head={trans.__('Points')}
      bars={bars}
      learnspace={learnspace}
    />
  );
}

function rangeOf(from: number, to: number, most: number, locale: string): string {
  if (from === to) {
    return points(to, locale);
  }
  // All of the points are a group of their own.
  return `${to === most ? '<' : '≤'} ${points(to, locale)}`;
}

function Questions(props: IProps): JSX.Element {
  const { report, model } = props;
  const { reports, learnspace } = model;
  const { trans } = learnspace;
  const names = namesOf(report.questions, trans);
  const id = React.useId();
  const open = reports.question;
  return (
    <>
      <p>
        <label htmlFor={id}>{trans.__('Questions')}</label>{' '}
        <select
          id={id}
          className="ls-Select"
          value={reports.order}
          onChange={event => reports.sortBy(event.target.value as QuestionOrder)}
        >
          <option value="failed">{trans.__('hardest first')}</option>
          <option value="notebook">{trans.__('in the order of the notebook')}</option>
        </select>
      </p>
      <div className="ls-Scroll" tabIndex={0} role="region" aria-label={trans.__('Questions')}>
        <table className="ls-Table ls-Class">
          <thead>
            <tr>
              <th scope="col">{trans.__('Question')}</th>
              <th scope="col">{trans.__('On average')}</th>
              <th scope="col">{trans.__('Full marks')}</th>
              <th scope="col">{trans.__('Part')}</th>
              <th scope="col">{trans.__('None')}</th>
              <th scope="col">{trans.__('To mark')}</th>
              <th scope="col">{trans.__('Time of the test')}</th>
            </tr>
          </thead>
          <tbody>
            {reports.places(report).map(place => (
              <Row key={place} {...props} place={place} name={names[place]} />
            ))}
          </tbody>
        </table>
      </div>
      {open >= 0 && open < names.length && (
        <OneQuestion {...props} question={report.questions[open]} name={names[open]} />
      )}
    </>
  );
}

function Row(props: IProps & { place: number; name: string }): JSX.Element {
  const { report, model, place, name } = props;
  const { reports, learnspace } = model;
  const { trans, locale } = learnspace;
  const one = report.questions[place];
  const most = one.max_score;
  const known = one.scores.filter(score => score !== null);
  const value = (learner: number): string =>
    trans.__('%1 of %2', points(one.scores[learner] ?? 0, locale), points(most, locale));
  const cells: [string, number[]][] = [
    [trans.__('Full marks'), placesOf(one.scores, score => score >= most)],
    [trans.__('Part'), placesOf(one.scores, score => score > 0 && score < most)],
    [trans.__('None'), placesOf(one.scores, score => score <= 0 && score < most)]
  ];
  const pick = (picked: IPicked): void => reports.pick(picked);
  return (
    <tr>
      <th scope="row">
        <button
          className="ls-Link"
          aria-expanded={reports.question === place}
          onClick={() => reports.show(place)}
        >
          {name}
        </button>
      </th>
      <td>
        {known.length > 0 &&
          trans.__('%1 of %2', points(mean(known), locale), points(most, locale))}
      </td>
      {cells.map(([word, places]) => (
        <td key={word}>
          <Count
            count={places.length}
            what={`${name}, ${word}`}
            learnspace={learnspace}
            onPick={() => pick({ title: trans.__('%1: %2', name, word), places, value })}
          />
        </td>
      ))}
      <td>
        <Count
          count={one.to_mark.length}
          what={`${name}, ${trans.__('To mark')}`}
          learnspace={learnspace}
          onPick={() =>
            pick({ title: trans.__('%1: %2', name, trans.__('To mark')), places: one.to_mark })
          }
        />
      </td>
      <td>
        <Took one={one} name={name} model={model} />
      </td>
    </tr>
  );
}

/** How long a test takes as a rule, and at most; that leads to those for whom it took longest. */
function Took(props: {
  one: IReportedQuestion;
  name: string;
  model: ITabProps['model'];
}): JSX.Element {
  const { one, name, model } = props;
  const { reports, learnspace } = model;
  const { trans, locale } = learnspace;
  const known = one.seconds.filter(value => value !== null);
  if (known.length === 0) {
    return <></>;
  }
  const [usual, most] = [median(known), Math.max(...known)].map(each => seconds(each, locale));
  const longest = placesOf(one.seconds, () => true)
    .sort((a, b) => (one.seconds[b] ?? 0) - (one.seconds[a] ?? 0))
    .slice(0, 5);
  return (
    <>
      {usual !== most && `${usual} `}
      <button
        className="ls-Link"
        aria-label={trans.__('%1: who had the longest', name)}
        onClick={() =>
          reports.pick({
            title: trans.__('%1: the longest times', name),
            places: longest,
            value: place => seconds(one.seconds[place] ?? 0, locale)
          })
        }
      >
        {usual === most ? most : trans.__('up to %1', most)}
      </button>
    </>
  );
}

/** One question open: how its points are spread, and what its test said most often. */
function OneQuestion(props: IProps & { question: IReportedQuestion; name: string }): JSX.Element {
  const { model, question, name } = props;
  const { reports, learnspace } = model;
  const { trans } = learnspace;
  const id = React.useId();
  return (
    <section className="ls-Section" aria-labelledby={id}>
      <h3 id={id}>{name}</h3>
      <Distribution title={name} scores={question.scores} most={question.max_score} model={model} />
      {question.failures.length > 0 && (
        <>
          <h4>{trans.__('What the test said, most often first')}</h4>
          <ul className="ls-Checked">
            {question.failures.map(({ text, learners }) => (
              <li key={text}>
                <Count
                  count={learners.length}
                  what={text}
                  learnspace={learnspace}
                  onPick={() => reports.pick({ title: text, places: learners })}
                />
                <span className="ls-Row-main ls-Said">{text}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
