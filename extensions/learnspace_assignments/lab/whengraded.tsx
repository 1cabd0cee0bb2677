/** When work is graded and by whom it comes back, in the words of its learner. */
import * as React from 'react';

import { points } from '../../learnspace_core/lab/dates';
import type { ILearnspace } from '../../learnspace_core/lab/tokens';
import type { IStepsProps } from './learnerwork';
import type { IAssignment } from './types';

/** Say before handing in when the marks come; empty if a teacher decides it. */
export function whenGradedWords(one: IAssignment, { trans }: ILearnspace): string {
  const { when, returns } = one.grading;
  if (when === 'on_demand') {
    return '';
  }
  if (when === 'on_hand_in') {
    return returns
      ? trans.__(
          'It is graded as soon as you hand in. Marks and feedback come by themselves, unless your teacher has to look at an answer first.'
        )
      : trans.__('It is graded as soon as you hand in. Your teacher gives the marks back.');
  }
  return returns
    ? trans.__(
        'It is graded once it is due. Marks and feedback come by themselves then, unless your teacher has to look at an answer first.'
      )
    : trans.__('It is graded once it is due. Your teacher gives the marks back.');
}

/** Say of what was handed in what happens next, and whether it can be handed in again. */
export function waitingWords(one: IAssignment, { trans }: ILearnspace): string[] {
  const words: string[] = [];
  switch (one.submissions[0]?.waits_for) {
    case 'grader':
      words.push(trans.__('It is handed in.'));
      break;
    case 'due_time':
      words.push(trans.__('It is handed in. Marks come after the due date at the earliest.'));
      break;
    default:
      words.push(
        one.grading.when === 'on_demand'
          ? trans.__('Your teacher has it.')
          : trans.__('Your teacher looks at it before you get it back.')
      );
  }
  if (!one.refusal) {
    words.push(trans.__('You may hand in again; the newest one counts.'));
  }
  return words;
}

/** That the newest hand-in is being graded, and then its mark, without anybody asking. */
export function Grading({ one, learner, learnspace }: IStepsProps): JSX.Element {
  const { trans, locale } = learnspace;
  const [newest] = one.submissions;
  let words: React.ReactNode = null;
  if (newest?.waits_for === 'grader') {
    words = (
      <>
        <span aria-hidden="true">◐</span>{' '}
        {trans.__('Your work is being graded. What comes of it appears here by itself.')}
      </>
    );
  } else if (newest && learner.grading.hasArrived(one)) {
    words = newest.marks ? (
      <>
        <span aria-hidden="true">✓</span>{' '}
        {trans.__(
          'Your work is graded: %1 of %2 points.',
          points(newest.marks.score, locale),
          points(newest.marks.max_score, locale)
        )}
      </>
    ) : (
      trans.__('Your work is graded. Your teacher looks at it before you get it back.')
    );
  }
  return (
    <div role="status" className={words ? 'ls-Told' : undefined}>
      {words && <p>{words}</p>}
    </div>
  );
}
