/** Forms with a heading, and their fields below their labels: choices, lines, whole numbers, moments. */
import type { TranslationBundle } from '@jupyterlab/translation';
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

/** A form below its heading, with a button that is ready when everything is there, and perhaps one that closes it. */
export function TitledForm(props: {
  title: string;
  action: string;
  ready: boolean;
  filled?: boolean;
  onSubmit: () => Promise<unknown>;
  close?: { label: string; onClick: () => void };
  children: React.ReactNode;
}): JSX.Element {
  const { title, action, ready, filled, onSubmit, close, children } = props;
  const id = React.useId();
  const submit = (event: React.FormEvent): void => {
    event.preventDefault();
    if (ready) {
      void onSubmit();
    }
  };
  return (
    <form className="ls-Form" aria-labelledby={id} onSubmit={submit} noValidate>
      <h3 id={id}>{title}</h3>
      {children}
      <div className="ls-Buttons">
        <button
          className={`ls-Button${filled ? ' ls-mod-filled' : ''}`}
          type="submit"
          aria-disabled={!ready}
        >
          {action}
        </button>
        {close && (
          <button className="ls-Button" type="button" onClick={close.onClick}>
            {close.label}
          </button>
        )}
      </div>
    </form>
  );
}

export interface IChoice {
  value: string;
  label: string;
  disabled?: boolean;
}

/** Say who is meant, where two may have one name. */
export function asChoice(one: { username: string; name: string }): IChoice {
  return { value: one.username, label: `${one.name} (${one.username})` };
}

/** One of several, in groups; nothing is chosen at first. A group without a name has no heading. */
export function Pick(props: {
  label: string;
  groups: [name: string, choices: IChoice[]][];
  value: string;
  trans: TranslationBundle;
  onChange: (value: string) => void;
}): JSX.Element {
  const { label, groups, value, trans, onChange } = props;
  return (
    <Field label={label}>
      {id => (
        <select
          id={id}
          className="ls-Select"
          value={value}
          onChange={event => onChange(event.target.value)}
        >
          <option value="">{trans.__('Choose')}</option>
          {groups
            .filter(([, choices]) => choices.length > 0)
            .map(([name, choices]) =>
              name ? (
                <optgroup key={name} label={name}>
                  {choices.map(asOption)}
                </optgroup>
              ) : (
                choices.map(asOption)
              )
            )}
        </select>
      )}
    </Field>
  );
}

function asOption({ value, label, disabled }: IChoice): JSX.Element {
  return (
    <option key={value} value={value} disabled={disabled}>
      {label}
    </option>
  );
}

/** A line of text. */
export function Line(props: {
  label: string;
  most: number;
  value: string;
  onChange: (value: string) => void;
}): JSX.Element {
  const { label, most, value, onChange } = props;
  return (
    <Field label={label}>
      {id => (
        <input
          id={id}
          className="ls-Select ls-mod-wide"
          value={value}
          maxLength={most}
          onChange={event => onChange(event.target.value)}
        />
      )}
    </Field>
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
