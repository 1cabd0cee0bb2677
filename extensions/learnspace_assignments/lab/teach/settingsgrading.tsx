/** When work is graded, and whether it goes back without the teacher. */
import * as React from 'react';

import type { ILearnspace } from '../../../learnspace_core/lab/tokens';
import type { IGradingPolicy } from '../types';
import { Field } from './fields';

export function GradingSettings(props: {
  grading: IGradingPolicy;
  learnspace: ILearnspace;
  onChange: (grading: IGradingPolicy) => void;
}): JSX.Element {
  const { grading, learnspace, onChange } = props;
  const { trans } = learnspace;
  const words = React.useId();
  const choose = (when: IGradingPolicy['when']): void =>
    onChange({ when, returns: grading.returns && when !== 'on_demand' });
  return (
    <fieldset aria-describedby={words}>
      <legend>{trans.__('Grading')}</legend>
      <div className="ls-Fields">
        <Field label={trans.__('Work is graded')}>
          {id => (
            <select
              id={id}
              className="ls-Select"
              value={grading.when}
              onChange={event => choose(event.target.value as IGradingPolicy['when'])}
            >
              <option value="on_demand">{trans.__('when I press Grade')}</option>
              <option value="at_due">{trans.__('when it is due')}</option>
              <option value="on_hand_in">{trans.__('as soon as it is handed in')}</option>
            </select>
          )}
        </Field>
      </div>
      {grading.when !== 'on_demand' && (
        <label className="ls-Check">
          <input
            type="checkbox"
            checked={grading.returns}
            onChange={event => onChange({ ...grading, returns: event.target.checked })}
          />
          {trans.__('Give marks and feedback back by itself')}
        </label>
      )}
      <p id={words} role="status">
        {policyWords(grading, learnspace)}
      </p>
    </fieldset>
  );
}

function policyWords({ when, returns }: IGradingPolicy, { trans }: ILearnspace): string {
  if (when === 'on_demand') {
    return trans.__('Nothing is graded by itself.');
  }
  const graded =
    when === 'at_due'
      ? trans.__(
          'Each learner’s newest version is graded once their own due time has passed; what comes late, soon after it came.'
        )
      : trans.__('Every version is graded as it comes.');
  const back = returns
    ? trans.__(
        'What needs no person goes back at once. Answers that you mark by hand, and work that was withheld, wait for you.'
      )
    : trans.__('You give marks and feedback back yourself.');
  return `${graded} ${back}`;
}
