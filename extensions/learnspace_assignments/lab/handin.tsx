/** Handing in: what will be sent, the receipt, and what was sent before. */
import * as React from 'react';

import { Time } from '../../learnspace_core/lab/components';
import { exactTime, fileSize } from '../../learnspace_core/lab/dates';
import type { ILearnspace } from '../../learnspace_core/lab/tokens';
import type { IFileEntry } from '../../learnspace_core/lab/types';
import { SubmissionChip } from './states';
import type { IStepsProps } from './learnerwork';
import type { IReceipt } from './types';

/** How many characters of a digest are a fingerprint that one can read aloud. */
const FINGERPRINT = 12;

export function Confirmation(props: IStepsProps & { onCancel: () => void }): JSX.Element {
  const { one, learner, learnspace, onCancel } = props;
  const { trans, locale } = learnspace;
  const id = React.useId();
  return (
    <section className="ls-Card" aria-labelledby={id}>
      <h3 id={id}>{trans.__('What will be sent')}</h3>
      <ul className="ls-Files">
        {one.local_files.map(file => (
          <li key={file.path}>
            <span>{file.path}</span>
            <span className="ls-Muted">{fileSize(file.size, locale)}</span>
          </li>
        ))}
      </ul>
      {learner.late && (
        <p className="ls-Late">
          <span aria-hidden="true">▲</span>{' '}
          {trans.__(
            'This was due %1. It will be marked as late.',
            exactTime(new Date(one.due_at ?? ''), locale)
          )}
        </p>
      )}
      <div className="ls-Buttons">
        <button
          className="ls-Button ls-mod-filled"
          autoFocus
          aria-disabled={learner.busy !== null}
          onClick={() => void learner.handIn(one)}
        >
          {trans.__('Hand in now')}
        </button>
        <button className="ls-Button" onClick={onCancel}>
          {trans.__('Not yet')}
        </button>
      </div>
    </section>
  );
}

export function Receipt(props: { receipt: IReceipt; learnspace: ILearnspace }): JSX.Element {
  const { receipt, learnspace } = props;
  const { trans, locale } = learnspace;
  const [copied, setCopied] = React.useState(false);
  const id = React.useId();
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(JSON.stringify(receipt, null, 2));
    setCopied(true);
  };
  return (
    <section className="ls-Card ls-Receipt" aria-labelledby={id}>
      <h3 id={id}>{trans.__('Receipt')}</h3>
      <p role="status">
        ✓ {trans.__('Handed in %1', exactTime(new Date(receipt.received_at), locale))}
      </p>
      <p>
        {filesWord(receipt.files, learnspace)} · {trans.__('fingerprint')}{' '}
        <code>{receipt.digest.slice(0, FINGERPRINT)}</code>
      </p>
      <div className="ls-Buttons">
        <button className="ls-Button" autoFocus onClick={() => void copy()}>
          {trans.__('Copy receipt')}
        </button>
        <span aria-live="polite">{copied && trans.__('Copied')}</span>
      </div>
    </section>
  );
}

export function History({ one, learnspace }: IStepsProps): JSX.Element {
  const { trans, locale } = learnspace;
  return (
    <details className="ls-History">
      <summary>{trans.__('Handed in so far: %1', one.submissions.length)}</summary>
      <ul>
        {one.submissions.map(each => (
          <li key={each.id}>
            <Time at={each.received_at} locale={locale} exact />
            {each.late && <span className="ls-Late"> {trans.__('late')}</span>} ·{' '}
            {filesWord(each.files, learnspace)} · <code>{each.digest.slice(0, FINGERPRINT)}</code>{' '}
            <SubmissionChip state={each.state} reader="learner" learnspace={learnspace} />
          </li>
        ))}
      </ul>
    </details>
  );
}

function filesWord(files: IFileEntry[], { trans }: ILearnspace): string {
  return trans._n('%1 file', '%1 files', files.length);
}
