/** The receipt of a hand-in: to read, copy, print and keep. */
import * as React from 'react';

import { exactTime, named } from '../../learnspace_core/lab/dates';
import type { ILearnspace } from '../../learnspace_core/lab/tokens';
import type { IFileEntry } from '../../learnspace_core/lab/types';
import type { IAssignment, IReceipt } from './types';

/** How many characters of a digest are a fingerprint that one can read aloud. */
export const FINGERPRINT = 12;

export function Receipt(props: {
  receipt: IReceipt;
  /** When the same files were handed in again after another version, if they were. */
  againAt?: string | null;
  learnspace: ILearnspace;
}): JSX.Element {
  const { receipt, learnspace } = props;
  const { trans, locale } = learnspace;
  const [copied, setCopied] = React.useState(false);
  const id = React.useId();
  const text = JSON.stringify(receipt, null, 2);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return (
    <section className="ls-Card ls-Receipt" aria-labelledby={id}>
      <h3 id={id}>{trans.__('Receipt')}</h3>
      <p role="status">
        ✓ {trans.__('Handed in %1', exactTime(new Date(receipt.received_at), locale))}
      </p>
      {props.againAt && (
        <p>
          {trans.__(
            'You handed in the same files before: this is their receipt, and since %1 they count again.',
            exactTime(new Date(props.againAt), locale)
          )}
        </p>
      )}
      {receipt.team && (
        <p>
          {trans.__(
            'Handed in by %1 for the team %2: %3',
            receipt.username,
            receipt.team,
            named(receipt.members ?? [], locale)
          )}
        </p>
      )}
      {receipt.queued_at && (
        <p>
          {trans.__(
            'It waited in your space since %1, as your space says. The time it arrived is the one that counts.',
            exactTime(new Date(receipt.queued_at), locale)
          )}
        </p>
      )}
      <p>
        {filesWord(receipt.files, learnspace)} · {trans.__('fingerprint')}{' '}
        <code>{receipt.digest.slice(0, FINGERPRINT)}</code>
      </p>
      <p className="ls-Muted">
        {trans.__(
          'A copy is in your files, in %1.',
          `receipts/${receipt.course}/${receipt.assignment}`
        )}
      </p>
      <div className="ls-Buttons">
        <button className="ls-Button" autoFocus onClick={() => void copy()}>
          {trans.__('Copy receipt')}
        </button>
        <button className="ls-Button" onClick={() => void print(receipt, learnspace)}>
          {trans.__('Print')}
        </button>
        <button
          className="ls-Button"
          onClick={() => save(`receipt-${receipt.digest.slice(0, FINGERPRINT)}.json`, text)}
        >
          {trans.__('Save as a file')}
        </button>
        <span aria-live="polite">{copied && trans.__('Copied')}</span>
      </div>
    </section>
  );
}

/** When the files of a receipt were handed in again, if they were. */
export function againAt(one: IAssignment, receipt: IReceipt): string | null {
  return one.submissions.find(each => each.id === receipt.submission)?.again_at ?? null;
}

export function filesWord(files: IFileEntry[], { trans }: ILearnspace): string {
  return trans._n('%1 file', '%1 files', files.length);
}

/** Open the page that is made for paper. */
async function print(receipt: IReceipt, learnspace: ILearnspace): Promise<void> {
  const { public_url } = await learnspace.me();
  const page = `services/learnspace/submissions/${encodeURIComponent(receipt.submission)}/receipt`;
  window.open(`${public_url.replace(/\/$/, '')}/${page}`, '_blank', 'noopener');
}

function save(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([`${text}\n`], { type: 'application/json' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
