/** How many hand an assignment in together, and who forms the teams. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { Field, Whole } from './fields';
import type { ISettings } from './settingswork';

const LARGEST = 50;

export function TeamSettings(props: {
  draft: ISettings;
  trans: TranslationBundle;
  onChange: (values: Partial<ISettings>) => void;
}): JSX.Element {
  const { draft, trans, onChange } = props;
  return (
    <fieldset>
      <legend>{trans.__('Teams')}</legend>
      <div className="ls-Fields">
        <Field
          label={trans.__('Learners in a team')}
          hint={trans.__('1: everybody hands in for themselves.')}
        >
          {id => (
            <Whole
              id={id}
              least={1}
              most={LARGEST}
              value={draft.team_size}
              onChange={size => onChange({ team_size: Math.min(Math.max(size ?? 1, 1), LARGEST) })}
            />
          )}
        </Field>
        {draft.team_size > 1 && (
          <Field label={trans.__('Teams are formed by')}>
            {id => (
              <select
                id={id}
                className="ls-Select"
                value={draft.team_signup ? 'learners' : 'teachers'}
                onChange={event => onChange({ team_signup: event.target.value === 'learners' })}
              >
                <option value="teachers">{trans.__('teachers, in the tab Teams')}</option>
                <option value="learners">{trans.__('the learners themselves')}</option>
              </select>
            )}
          </Field>
        )}
      </div>
    </fieldset>
  );
}
