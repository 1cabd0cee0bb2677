/** Every version that was handed in; each can be looked at and brought back beside the current files. */
import * as React from 'react';

import { Frame, Problem, Time } from '../../learnspace_core/lab/components';
import { exactTime } from '../../learnspace_core/lab/dates';
import type { IStepsProps } from './learnerwork';
import { filesWord, FINGERPRINT, Receipt } from './receipt';
import { SubmissionChip } from './states';
import type { ISubmission } from './types';

export function History(props: IStepsProps): JSX.Element {
  const { one, learner, learnspace } = props;
  const { trans } = learnspace;
  const { versions } = learner;
  return (
    <details className="ls-History">
      <summary>{trans.__('Handed in so far: %1', one.submissions.length)}</summary>
      <ul className="ls-Versions">
        {one.submissions.map(each => (
          <Version key={each.id} {...props} version={each} />
        ))}
      </ul>
      {versions.error && <Problem error={versions.error} trans={trans} />}
      <div role="status">
        {versions.busy && <p>{trans.__('One moment')}</p>}
        {versions.back && (
          <p>{trans.__('It is beside your files now, in %1.', versions.back.path)}</p>
        )}
      </div>
      {versions.back?.notebook && (
        <button
          className="ls-Button"
          onClick={() => void learner.openFile(versions.back?.notebook ?? '')}
        >
          {trans.__('Open it')}
        </button>
      )}
      {versions.receipt && (
        <Receipt
          key={versions.receipt.submission}
          receipt={versions.receipt}
          learnspace={learnspace}
        />
      )}
      {versions.lookedAt && (
        <Frame html={versions.lookedAt.html} title={trans.__('What you handed in')} />
      )}
    </details>
  );
}

function Version(props: IStepsProps & { version: ISubmission }): JSX.Element {
  const { one, learner, learnspace, version } = props;
  const { trans, locale } = learnspace;
  const { versions } = learner;
  const notebooks = version.files.filter(file => file.path.endsWith('.ipynb'));
  const looked = versions.lookedAt?.id === version.id ? versions.lookedAt.path : null;
  const when = exactTime(new Date(version.received_at), locale);
  return (
    <li>
      <p>
        <Time at={version.received_at} locale={locale} exact />
        {version.late && <span className="ls-Late"> {trans.__('late')}</span>} ·{' '}
        {filesWord(version.files, learnspace)} · <code>{version.digest.slice(0, FINGERPRINT)}</code>{' '}
        <SubmissionChip state={version.state} reader="learner" learnspace={learnspace} />
        {version.by && <span className="ls-Muted"> {trans.__('by %1', version.by)}</span>}
        {one.submissions.length > 1 && one.submissions[0].id === version.id && (
          <strong> {trans.__('This version counts.')}</strong>
        )}
      </p>
      {version.again_at && (
        <p className="ls-Muted">
          {trans.__('You handed it in again %1.', exactTime(new Date(version.again_at), locale))}
        </p>
      )}
      {version.queued_at && (
        <p className="ls-Muted">
          {trans.__(
            'It waited in your space since %1.',
            exactTime(new Date(version.queued_at), locale)
          )}
        </p>
      )}
      <div
        className="ls-Buttons"
        role="group"
        aria-label={trans.__('The version handed in %1', when)}
      >
        {notebooks.map(file => (
          <button
            key={file.path}
            className="ls-Button"
            aria-disabled={versions.busy}
            aria-expanded={looked === file.path}
            onClick={() => void versions.look(version, file.path)}
          >
            {notebooks.length > 1 ? trans.__('Look at %1', file.path) : trans.__('Look at it')}
          </button>
        ))}
        <button
          className="ls-Button"
          aria-disabled={versions.busy}
          onClick={() => void versions.bringBack(one, version)}
        >
          {trans.__('Bring it back')}
        </button>
        <button
          className="ls-Button"
          aria-disabled={versions.busy}
          onClick={() => void versions.showReceipt(version)}
        >
          {trans.__('Receipt')}
        </button>
      </div>
    </li>
  );
}
