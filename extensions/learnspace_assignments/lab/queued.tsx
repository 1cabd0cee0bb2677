/** A hand-in that has not arrived: that it has not, why, when it tries again, and what one can do. */
import * as React from 'react';

import { Problem, Time } from '../../learnspace_core/lab/components';
import { exactTime, fileSize } from '../../learnspace_core/lab/dates';
import { explain, RequestError } from '../../learnspace_core/lab/errors';
import type { ILearnspace } from '../../learnspace_core/lab/tokens';
import type { Outbox } from './outbox';
import type { IQueued } from './types';

/** Cards for what waits; a line above each says of which assignment it is, where that is not plain. */
export function Queued(props: {
  ones: IQueued[];
  outbox: Outbox;
  named?: boolean;
  learnspace: ILearnspace;
}): JSX.Element {
  const { ones, outbox, named, learnspace } = props;
  return (
    <>
      {ones.map(one => (
        <Card key={one.id} one={one} outbox={outbox} named={named} learnspace={learnspace} />
      ))}
      {outbox.error && <Problem error={outbox.error} trans={learnspace.trans} />}
    </>
  );
}

function Card(props: {
  one: IQueued;
  outbox: Outbox;
  named?: boolean;
  learnspace: ILearnspace;
}): JSX.Element {
  const { one, outbox, named, learnspace } = props;
  const { trans, locale } = learnspace;
  const id = React.useId();
  const refused = one.state === 'refused';
  const busy = outbox.busy !== '';
  return (
    <section className="ls-Card ls-mod-amber" aria-labelledby={id}>
      <h3 id={id} className="ls-Late">
        <span aria-hidden="true">▲</span>{' '}
        {refused ? trans.__('Not handed in: refused') : trans.__('Not handed in yet')}
      </h3>
      {named && (
        <p>
          {one.course} · {one.assignment}
        </p>
      )}
      <div role="status">
        {one.reason && one.state !== 'sending' && <p>{reasonWord(one, learnspace)}</p>}
        <p>{stateWord(one, learnspace)}</p>
      </div>
      {one.state === 'sending' && (
        <progress
          max={Math.max(one.size, 1)}
          value={one.sent}
          aria-label={trans.__('Sent so far')}
        />
      )}
      <p className="ls-Muted">
        {trans.__('In your space since')} <Time at={one.queued_at} locale={locale} exact /> ·{' '}
        {trans._n('%1 file', '%1 files', one.files.length)} · {fileSize(one.size, locale)}
      </p>
      <div className="ls-Buttons">
        <button
          className="ls-Button"
          aria-disabled={busy || one.state === 'sending'}
          onClick={() => void outbox.tryNow(one.id)}
        >
          {trans.__('Try now')}
        </button>
        <button
          className="ls-Button"
          aria-disabled={busy}
          onClick={() => void outbox.withdraw(one.id)}
        >
          {refused ? trans.__('Dismiss') : trans.__('Withdraw')}
        </button>
      </div>
    </section>
  );
}

function reasonWord(one: IQueued, { trans }: ILearnspace): string {
  const { code, message } = one.reason ?? { code: '', message: '' };
  return code === 'service_unreachable'
    ? trans.__('The platform cannot be reached just now. Your work of that moment is safe here.')
    : explain(new RequestError(code, message, 0), trans);
}

function over({ reason }: IQueued): boolean {
  return ['closed', 'late_not_taken', 'no_attempts_left'].includes(reason?.code ?? '');
}

function stateWord(one: IQueued, { trans, locale }: ILearnspace): string {
  if (one.state === 'sending') {
    return trans.__(
      'It is being sent: %1 of %2.',
      fileSize(one.sent, locale),
      fileSize(one.size, locale)
    );
  }
  if (one.state === 'refused') {
    // What is over cannot be mended.
    return over(one)
      ? trans.__('Your files are as they were.')
      : trans.__('Mend it and hand in again. Your files are as they were.');
  }
  if (!one.next_try_at) {
    return trans.__('It is tried again now.');
  }
  return trans.__(
    'It is tried again by itself at %1, and then again until it arrives. You can close this page.',
    withSeconds(new Date(one.next_try_at), locale)
  );
}

/** The next try may be seconds away. */
function withSeconds(date: Date, locale: string): string {
  return Math.abs(date.getTime() - Date.now()) < 3600_000
    ? new Intl.DateTimeFormat(locale, { timeStyle: 'medium' }).format(date)
    : exactTime(date, locale);
}
