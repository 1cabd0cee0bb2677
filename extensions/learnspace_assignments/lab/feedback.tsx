/** Feedback: what went well first, then the marks of each question, then the notebook with its comments. */
import * as React from 'react';

import { Frame, Loaded } from '../../learnspace_core/lab/components';
import { points } from '../../learnspace_core/lab/dates';
import type { ILearnspace } from '../../learnspace_core/lab/tokens';
import type { IStepsProps } from './steps';
import type { IMarks, IQuestion } from './types';

export function Feedback({ one, learner, learnspace }: IStepsProps): JSX.Element {
  const { trans } = learnspace;
  const marks = one.submissions.find(each => each.state === 'returned')?.marks;
  const id = React.useId();
  return (
    <section className="ls-Feedback" aria-labelledby={id}>
      <h3 id={id}>{trans.__('Feedback')}</h3>
      {marks && <Summary marks={marks} learnspace={learnspace} />}
      {marks && marks.questions.length > 0 && <Questions marks={marks} learnspace={learnspace} />}
      <Loaded loader={learner.feedback} trans={trans} lines={6}>
        {page => <Frame html={page.html} title={trans.__('Your notebook with feedback')} />}
      </Loaded>
    </section>
  );
}

interface IMarksProps {
  marks: IMarks;
  learnspace: ILearnspace;
}

/** The marks in a few sentences that start with what went well. */
export function Summary({ marks, learnspace }: IMarksProps): JSX.Element {
  const { trans, locale } = learnspace;
  const rest = names(marks.questions.filter(one => one.score < one.max_score));
  const full = names(marks.questions).filter(name => !rest.includes(name));
  const list = new Intl.ListFormat(locale);
  return (
    <div className="ls-Summary">
      {full.length > 0 && <p>✓ {trans.__('Went well: %1.', list.format(full))}</p>}
      <p>
        {trans.__(
          'You got %1 of %2 points.',
          points(marks.score, locale),
          points(marks.max_score, locale)
        )}
      </p>
      {rest.length > 0 && <p>{trans.__('Look again at: %1.', list.format(rest))}</p>}
    </div>
  );
}

/** What the learner knows the questions by, each once: several tests may stand under one heading. */
function names(questions: IQuestion[]): string[] {
  return [...new Set(questions.map(one => one.title || one.id))];
}

function Questions({ marks, learnspace }: IMarksProps): JSX.Element {
  const { trans, locale } = learnspace;
  return (
    <div className="ls-Scroll" tabIndex={0} role="region" aria-label={trans.__('Marks')}>
      <table className="ls-Table">
        <caption>{trans.__('Marks for each question')}</caption>
        <thead>
          <tr>
            <th scope="col">{trans.__('Question')}</th>
            <th scope="col">{trans.__('Points')}</th>
            <th scope="col">{trans.__('Comment')}</th>
          </tr>
        </thead>
        <tbody>
          {marks.questions.map(one => (
            <tr key={`${one.notebook} ${one.id}`}>
              <th scope="row">{one.title || one.id}</th>
              <td>
                {trans.__('%1 of %2', points(one.score, locale), points(one.max_score, locale))}
              </td>
              <td>{one.comment}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
