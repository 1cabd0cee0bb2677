/** Whether learners may check with the grader before they hand in, how often, and what they are told. */
import * as React from 'react';

import type { ILearnspace } from '../../../learnspace_core/lab/tokens';
import type { IPracticePolicy } from '../types';
import { Field, Whole } from './fields';

export function PracticeSettings(props: {
  practice: IPracticePolicy;
  learnspace: ILearnspace;
  onChange: (practice: IPracticePolicy) => void;
}): JSX.Element {
  const { practice, learnspace, onChange } = props;
  const { trans } = learnspace;
  const words = React.useId();
  const alter = (values: Partial<IPracticePolicy>): void => onChange({ ...practice, ...values });
  return (
    <fieldset aria-describedby={words}>
      <legend>{trans.__('Check with the grader')}</legend>
      <p id={words} className="ls-Muted">
        {trans.__(
          'Learners may try their work in the grader before they hand it in. It leaves no submission and no mark.'
        )}
      </p>
      <div className="ls-Fields">
        <Field label={trans.__('Runs')}>
          {id => (
            <select
              id={id}
              className="ls-Select"
              value={practice.tests}
              onChange={event => alter({ tests: event.target.value as IPracticePolicy['tests'] })}
            >
              <option value="off">{trans.__('nothing: it is off')}</option>
              <option value="visible">{trans.__('the tests that learners see')}</option>
              <option value="hidden_too">{trans.__('hidden tests too')}</option>
            </select>
          )}
        </Field>
        {practice.tests !== 'off' && (
          <>
            <Field label={trans.__('Checks in 24 hours')}>
              {id => (
                <Whole
                  id={id}
                  least={1}
                  most={100}
                  value={practice.per_day}
                  onChange={count => alter({ per_day: Math.min(Math.max(count ?? 1, 1), 100) })}
                />
              )}
            </Field>
            <Field label={trans.__('It tells')}>
              {id => (
                <select
                  id={id}
                  className="ls-Select"
                  value={practice.tells}
                  onChange={event =>
                    alter({ tells: event.target.value as IPracticePolicy['tells'] })
                  }
                >
                  <option value="number">{trans.__('how many questions pass')}</option>
                  <option value="questions">{trans.__('which questions pass')}</option>
                  <option value="messages">
                    {trans.__('which pass, and what visible tests say')}
                  </option>
                </select>
              )}
            </Field>
          </>
        )}
      </div>
      {practice.tests === 'hidden_too' && (
        <p role="status">
          {trans.__(
            'The text of hidden tests is never told. But who may check often can guess what they want: keep the number small.'
          )}
        </p>
      )}
    </fieldset>
  );
}
