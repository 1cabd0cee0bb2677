/** Fields of a form: below their labels, for whole numbers and for moments. */
import * as React from 'react';

import { localTime, momentOf } from './localtime';

/** A field below its label. */
export function Field(props: {
  label: string;
  hint?: string;
  children: (id: string) => React.ReactNode;
}): JSX.Element {
  const id = React.useId();
  return (
    <div className="ls-Field">
      <label htmlFor={id}>{props.label}</label>
      {props.children(id)}
      {props.hint && <span className="ls-Muted">{props.hint}</span>}
    </div>
  );
}

/** A whole number, or none. */
export function Whole(props: {
  id: string;
  least: number;
  most: number;
  value: number | null;
  onChange: (value: number | null) => void;
}): JSX.Element {
  const { id, least, most, value, onChange } = props;
  return (
    <input
      id={id}
      className="ls-Select ls-mod-number"
      type="number"
      min={least}
      max={most}
      step={1}
      value={value ?? ''}
      onChange={event =>
        onChange(event.target.value === '' ? null : Math.round(Number(event.target.value)))
      }
    />
  );
}

/** A moment, in the zone of this machine. */
export function Moment(props: {
  label: string;
  at: string | null;
  before: string | null;
  onChange: (at: string | null) => void;
}): JSX.Element {
  const { label, at, before, onChange } = props;
  return (
    <Field label={label}>
      {id => (
        <input
          id={id}
          className="ls-Select"
          type="datetime-local"
          value={localTime(at)}
          onChange={event => onChange(momentOf(event.target.value, before))}
        />
      )}
    </Field>
  );
}
