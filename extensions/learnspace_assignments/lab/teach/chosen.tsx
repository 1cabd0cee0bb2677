/** What can be done with the submissions that a teacher ticked: some of a class, neither one nor all. */
import * as React from 'react';

import type { ITaughtSubmission, SubmissionState } from '../types';
import type { ITabProps } from './props';
import type { Verb } from './work';

/** What was withheld goes back one by one only, after a look at it; what went back goes again with what changed since. */
const STATES: Record<Verb, SubmissionState[]> = {
  grade: ['handed_in', 'withheld'],
  return: ['graded', 'needs_marks', 'returned']
};

export function ChosenButtons(
  props: ITabProps & { chosen: ITaughtSubmission[]; busy: boolean; onDone: () => void }
): JSX.Element | null {
  const { chosen, busy, one, model, onDone } = props;
  const { trans } = model.learnspace;
  if (chosen.length === 0) {
    return null;
  }
  const among = (verb: Verb): string[] =>
    chosen.filter(each => STATES[verb].includes(each.state)).map(each => each.username);
  const button = (verb: Verb, words: string): JSX.Element => {
    const off = busy || among(verb).length === 0;
    return (
      <button
        className="ls-Button"
        aria-disabled={off}
        onClick={() => {
          if (!off) {
            void model.work.start(verb, one, among(verb));
            onDone();
          }
        }}
      >
        {words}
      </button>
    );
  };
  return (
    <div className="ls-Buttons ls-mod-sticky" role="group" aria-label={trans.__('The chosen')}>
      {button('grade', trans.__('Grade the chosen (%1)', among('grade').length))}
      {button('return', trans.__('Return feedback of the chosen (%1)', among('return').length))}
      <button className="ls-Button" onClick={onDone}>
        {trans.__('Choose none')}
      </button>
    </div>
  );
}
