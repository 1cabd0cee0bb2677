/** When an assignment is due and closes, how often it may be handed in, and what late work costs, in words. */
import * as React from 'react';

import { Time } from '../../learnspace_core/lab/components';
import { exactTime, points } from '../../learnspace_core/lab/dates';
import type { ILearnspace } from '../../learnspace_core/lab/tokens';
import type { IAssignment, ILatePolicy } from './types';
import { whenGradedWords } from './whengraded';

interface ITermsProps {
  one: IAssignment;
  learnspace: ILearnspace;
}

/** What a learner knows before they begin; empty where there is nothing to say. */
export function Terms({ one, learnspace }: ITermsProps): JSX.Element {
  const { trans, locale } = learnspace;
  const { refusal } = one;
  // What still goes for handing in helps nobody for whom it is over.
  const over = refusal === 'closed' || refusal === 'late_not_taken';
  return (
    <div className="ls-Terms">
      {refusal && <Refusal one={one} learnspace={learnspace} />}
      <ul className="ls-Muted">
        {one.closes_at && !over && (
          <li>
            {trans.__('Closes')} <Time at={one.closes_at} locale={locale} />
          </li>
        )}
        {one.due_at && !over && <li>{lateWords(one.late_policy, learnspace)}</li>}
        {!over && one.grading.when !== 'on_demand' && <li>{whenGradedWords(one, learnspace)}</li>}
        {!over && one.attempts !== null && one.attempts_left !== null && (
          <li>
            {trans._n(
              '%1 attempt left of %2',
              '%1 attempts left of %2',
              one.attempts_left,
              one.attempts
            )}
          </li>
        )}
      </ul>
    </div>
  );
}

/** Why nothing can be handed in: a warning, but where something was handed in. */
function Refusal({ one, learnspace }: ITermsProps): JSX.Element {
  const words = refusalWord(one, learnspace);
  if (one.submissions.length > 0 && one.refusal !== 'no_team') {
    return <p className="ls-Muted">{words}</p>;
  }
  return (
    <p className="ls-Late">
      <span aria-hidden="true">▲</span> {words}
    </p>
  );
}

/** What handing in now would cost, said before it is done. */
export function LateNow({ one, learnspace }: ITermsProps): JSX.Element {
  const { trans, locale } = learnspace;
  return (
    <p className="ls-Late">
      <span aria-hidden="true">▲</span>{' '}
      {trans.__(
        'This was due %1. It will be marked as late.',
        exactTime(new Date(one.due_at ?? ''), locale)
      )}{' '}
      {one.late_percent_now > 0 &&
        trans.__(
          'Handed in now, it loses %1 % of its points.',
          points(one.late_percent_now, locale)
        )}
    </p>
  );
}

/** Say in a sentence what happens to late work. */
export function lateWords(policy: ILatePolicy, learnspace: ILearnspace): string {
  const { trans } = learnspace;
  const words = [policyWords(policy, learnspace)];
  if (policy.grace_minutes > 0) {
    words.push(
      trans._n(
        'The first %1 minute after the due time is still in time.',
        'The first %1 minutes after the due time are still in time.',
        policy.grace_minutes
      )
    );
  }
  return words.join(' ');
}

function policyWords(policy: ILatePolicy, { trans, locale }: ILearnspace): string {
  const [percent, most] = [points(policy.percent, locale), points(policy.max_percent, locale)];
  switch (policy.kind) {
    case 'accept':
      return trans.__('Late work is taken and marked as late.');
    case 'refuse':
      return trans.__('Late work is not taken.');
    case 'penalty':
      return policy.per === 'day'
        ? trans.__('Late work: %1 % off for each day, at most %2 %.', percent, most)
        : trans.__('Late work: %1 % off for each hour, at most %2 %.', percent, most);
  }
}

function refusalWord(one: IAssignment, { trans, locale }: ILearnspace): string {
  const has = one.submissions.length > 0;
  switch (one.refusal) {
    case 'closed':
      if (has) {
        return trans.__(
          'This closed %1. What you handed in last counts.',
          exactTime(new Date(one.closes_at ?? ''), locale)
        );
      }
      return trans.__(
        'This closed %1. Ask your teacher for more time.',
        exactTime(new Date(one.closes_at ?? ''), locale)
      );
    case 'late_not_taken':
      if (has) {
        return trans.__(
          'This was due %1. What you handed in last counts.',
          exactTime(new Date(one.due_at ?? ''), locale)
        );
      }
      return trans.__(
        'This was due %1, and late work is not taken. Ask your teacher for more time.',
        exactTime(new Date(one.due_at ?? ''), locale)
      );
    case 'no_team':
      return trans.__('You are in no team yet, so you cannot hand in.');
    default:
      return trans.__('All attempts are used. What you handed in last counts.');
  }
}
