/** The small pieces that all panels are made of. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ISignal } from '@lumino/signaling';
import * as React from 'react';

import { exactTime, when } from './dates';
import { explain, type RequestError } from './errors';
import type { Loader } from './loader';

/** Render again whenever one of these signals says that something changed. */
export function useChanges(...signals: ISignal<unknown, void>[]): void {
  const [, render] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    signals.forEach(signal => signal.connect(render));
    // What changed between drawing and listening, which a busy machine does in two tasks, was not heard.
    render();
    return () => signals.forEach(signal => signal.disconnect(render));
    // The signals belong to models that live as long as the page.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
}

/** Bring what was just opened into view, as when a row of Home led here. */
export function useInView<E extends HTMLElement>(open: boolean): React.RefObject<E> {
  const ref = React.useRef<E>(null);
  React.useEffect(() => {
    if (open) {
      ref.current?.scrollIntoView({ block: 'nearest' });
    }
  }, [open]);
  return ref;
}

/** Grey lines in place of what is still to come; shown after 300 ms, so that fast answers do not flicker. */
export function Skeleton(props: { trans: TranslationBundle; lines?: number }): JSX.Element {
  const [seen, setSeen] = React.useState(false);
  React.useEffect(() => {
    const timer = window.setTimeout(() => setSeen(true), 300);
    return () => window.clearTimeout(timer);
  }, []);
  if (!seen) {
    return <></>;
  }
  return (
    <div className="ls-Skeleton" role="status" aria-label={props.trans.__('Loading')}>
      {Array.from({ length: props.lines ?? 4 }, (_, line) => (
        <div key={line} className="ls-Skeleton-line" />
      ))}
    </div>
  );
}

/** What went wrong, what to do, and a code to quote. */
export function Problem(props: {
  error: RequestError;
  trans: TranslationBundle;
  onRetry?: () => void;
}): JSX.Element {
  const { error, trans, onRetry } = props;
  return (
    <div className="ls-Problem" role="alert">
      <p>{explain(error, trans)}</p>
      <p className="ls-Problem-code">{trans.__('Code: %1', error.code)}</p>
      {onRetry && (
        <button className="ls-Button" onClick={onRetry}>
          {trans.__('Try again')}
        </button>
      )}
    </div>
  );
}

/** Show a value from the platform: its skeleton, its problem, or itself with the problem above it. */
export function Loaded<T>(props: {
  loader: Loader<T>;
  trans: TranslationBundle;
  lines?: number;
  children: (value: T) => React.ReactNode;
}): JSX.Element {
  const { loader, trans } = props;
  return (
    <>
      {loader.error && (
        <Problem error={loader.error} trans={trans} onRetry={() => void loader.load()} />
      )}
      {loader.value === null
        ? !loader.error && <Skeleton trans={trans} lines={props.lines} />
        : props.children(loader.value)}
    </>
  );
}

/** A hostile document, in a frame without scripts and without an origin. */
export function Frame(props: { html: string; title: string }): JSX.Element {
  return <iframe className="ls-Frame" sandbox="" srcDoc={props.html} title={props.title} />;
}

/** A moment, relative and exact, or only exact. */
export function Time(props: { at: string; locale: string; exact?: boolean }): JSX.Element {
  const date = new Date(props.at);
  return (
    <time dateTime={props.at}>
      {props.exact ? exactTime(date, props.locale) : when(date, props.locale)}
    </time>
  );
}

/** A state as a word with a sign; the colour only helps. */
export function Chip(props: { tone: Tone; children: React.ReactNode }): JSX.Element {
  return (
    <span className={`ls-Chip ls-mod-${props.tone}`}>
      <span aria-hidden="true">{SIGNS[props.tone]}</span> {props.children}
    </span>
  );
}

export type Tone = 'idle' | 'busy' | 'sent' | 'done' | 'attention';

const SIGNS: Record<Tone, string> = { idle: '○', busy: '◐', sent: '↗', done: '✓', attention: '▲' };

/** A place where nothing is yet, which says how something comes there. */
export function Empty(props: { children: React.ReactNode }): JSX.Element {
  return <p className="ls-Empty">{props.children}</p>;
}

/** A part of a panel under a heading. */
export function Section(props: { title: string; children: React.ReactNode }): JSX.Element {
  const id = React.useId();
  return (
    <section className="ls-Section" aria-labelledby={id}>
      <h2 id={id}>{props.title}</h2>
      {props.children}
    </section>
  );
}
