/** The due date of an assignment, for its teacher to change, in the time zone of who reads. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { keyOf } from './learnerwork';
import type { TeacherWork } from './teacherwork';
import type { ITaughtAssignment } from './types';

export function DueDate(props: {
  one: ITaughtAssignment;
  teacher: TeacherWork;
  trans: TranslationBundle;
}): JSX.Element {
  const { one, teacher, trans } = props;
  const [draft, setDraft] = React.useState<string | null>(null);
  const field = React.useId();
  const zone = React.useId();
  const text = draft ?? localTime(one.due_at);
  const changed = text !== '' && text !== localTime(one.due_at);
  const set = async (due: Date | null): Promise<void> => {
    await teacher.setDue(one, due);
    if (!teacher.error) {
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
      <span role="status">{teacher.dueSaved === keyOf(one) && `✓ ${trans.__('Saved')}`}</span>
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
