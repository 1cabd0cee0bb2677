/** Feedback: what went well first, then the marks of each question, then the notebook with its comments. */
import { PathExt } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { Frame, Loaded } from '../../learnspace_core/lab/components';
import { points } from '../../learnspace_core/lab/dates';
import type { ILearnspace } from '../../learnspace_core/lab/tokens';
import type { IStepsProps } from './learnerwork';
import { withoutPoints } from './names';
import { Repairs } from './repairs';
import { commentWords, messageWords } from './testwords';
import type { IMarks } from './types';

export function Feedback({ one, learner, learnspace }: IStepsProps): JSX.Element {
  const { trans } = learnspace;
  const returned = one.submissions.find(each => each.state === 'returned');
  const marks = returned?.marks;
  const id = React.useId();
  return (
    <section className="ls-Feedback" aria-labelledby={id}>
      <h3 id={id}>{trans.__('Feedback')}</h3>
      {marks && <Summary marks={marks} learnspace={learnspace} />}
      {marks && <Repairs repairs={marks.repairs} learnspace={learnspace} />}
      <Beside one={one} learner={learner} learnspace={learnspace} />
      {marks && marks.questions.length > 0 && <Questions marks={marks} learnspace={learnspace} />}
      {returned?.feedback && (
        <Loaded loader={learner.feedback} trans={trans} lines={6}>
          {page => <Frame html={page.html} title={trans.__('Your notebook with feedback')} />}
        </Loaded>
      )}
    </section>
  );
}

/** The way to the learner's own notebook, with the feedback beside its cells. */
function Beside({ one, learner, learnspace }: IStepsProps): JSX.Element {
  const { trans } = learnspace;
  const paths = learner.withFeedback(one);
  return (
    <div className="ls-Buttons">
      {paths.map(path => (
        <button key={path} className="ls-Button" onClick={() => void learner.showBeside(path)}>
          {paths.length > 1
            ? trans.__('Show it in my notebook %1', PathExt.basename(path, '.ipynb'))
            : trans.__('Show it in my notebook')}
        </button>
      ))}
    </div>
  );
}

interface IMarksProps {
  marks: IMarks;
  learnspace: ILearnspace;
}

/** The marks in a few sentences that start with what went well. */
export function Summary({ marks, learnspace }: IMarksProps): JSX.Element {
  const { trans, locale } = learnspace;
  const parts = byHeading(marks, trans);
  const rest = parts.filter(one => one.score < one.max_score).map(one => one.name);
  const full = parts.filter(one => one.score >= one.max_score).map(one => one.name);
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
      {marks.penalty > 0 && (
        <p>{trans.__('%1 points are off because it came late.', points(marks.penalty, locale))}</p>
      )}
      {rest.length > 0 && <p>{trans.__('Look again at: %1.', list.format(rest))}</p>}
    </div>
  );
}

interface IPart {
  name: string;
  score: number;
  max_score: number;
  /** What people and tests said. */
  comments: string[];
}

/** The marks under each heading that the learner knows: several tests may stand under one. */
function byHeading({ questions, remarks }: IMarks, trans: TranslationBundle): IPart[] {
  const parts = new Map<string, IPart>();
  const partOf = (one: { title: string; id: string }): IPart => {
    const name = withoutPoints(one.title) || one.id;
    const part = parts.get(name) ?? { name, score: 0, max_score: 0, comments: [] };
    parts.set(name, part);
    return part;
  };
  for (const one of questions) {
    const part = partOf(one);
    part.score += one.score;
    part.max_score += one.max_score;
    part.comments.push(commentWords(one.comment, trans));
    part.comments.push(...one.messages.map(message => messageWords(message, trans)));
  }
  for (const one of remarks) {
    partOf(one).comments.push(commentWords(one.comment, trans));
  }
  return [...parts.values()].map(part => ({ ...part, comments: part.comments.filter(Boolean) }));
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
          {byHeading(marks, trans).map(one => (
            <tr key={one.name}>
              <th scope="row">{one.name}</th>
              <td>
                {trans.__('%1 of %2', points(one.score, locale), points(one.max_score, locale))}
              </td>
              <td dir="auto">
                {one.comments.map((comment, index) => (
                  <p key={index} className="ls-Said">
                    {comment}
                  </p>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
