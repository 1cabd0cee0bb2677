/** Settings of an assignment, for its teacher to change; times are in the zone of who reads. */
import * as React from 'react';

import { Problem } from '../../../learnspace_core/lab/components';
import { keyOf } from '../learnerwork';
import type { ITabProps } from './tabs';

export function SettingsTab({ one, model }: ITabProps): JSX.Element {
  const { trans } = model.learnspace;
  return (
    <div className="ls-Detail">
      <DueDate one={one} model={model} />
      {model.work.error && (
        <Problem error={model.work.error} trans={trans} onRetry={() => model.work.retry()} />
      )}
    </div>
  );
}

function DueDate({ one, model }: ITabProps): JSX.Element {
  const { work, learnspace } = model;
  const { trans } = learnspace;
  const [draft, setDraft] = React.useState<string | null>(null);
  const field = React.useId();
  const zone = React.useId();
  const text = draft ?? localTime(one.due_at);
  const changed = text !== '' && text !== localTime(one.due_at);
  const set = async (due: Date | null): Promise<void> => {
    await work.setDue(one, due);
    if (!work.error) {
      setDraft(null);
    }
  };
  const save = (event: React.FormEvent): void => {
    event.preventDefault();
    if (changed) {
      void set(new Date(text));
    }
  };
  return (
    <form className="ls-Due" onSubmit={save}>
      <label htmlFor={field}>{trans.__('Due date')}</label>
      <input
        id={field}
        className="ls-Select"
        type="datetime-local"
        value={text}
        aria-describedby={zone}
        onChange={event => setDraft(event.target.value)}
      />
      <button className="ls-Button" type="submit" aria-disabled={!changed}>
        {trans.__('Save')}
      </button>
      <button
        className="ls-Button"
        type="button"
        aria-disabled={one.due_at === null}
        onClick={() => one.due_at !== null && void set(null)}
      >
        {trans.__('No due date')}
      </button>
      <span id={zone} className="ls-Muted">
        {trans.__('Your time zone: %1', Intl.DateTimeFormat().resolvedOptions().timeZone)}
      </span>
      <span role="status">{work.dueSaved === keyOf(one) && `✓ ${trans.__('Saved')}`}</span>
    </form>
  );
}

/** Write a moment as the field has it, in the zone of this machine; empty without one. */
function localTime(at: string | null): string {
  if (!at) {
    return '';
  }
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}
