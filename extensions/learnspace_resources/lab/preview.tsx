/** One resource before it is opened: what is in it, and what opening puts where. */
import * as React from 'react';

import { Frame, Loaded, Problem } from '../../learnspace_core/lab/components';
import { fileSize } from '../../learnspace_core/lab/dates';
import { licenceInWords } from './licences';
import type { ResourcesModel } from './model';
import type { IOpenedResource, IResourceDetail } from './types';

export function Preview({ model }: { model: ResourcesModel }): JSX.Element {
  const { trans } = model.learnspace;
  // Only on a narrow panel, where the preview hides the list: the focus goes back to the row it came from.
  const back = (event: React.MouseEvent<HTMLButtonElement>): void => {
    const row = event.currentTarget
      .closest('main')
      ?.querySelector<HTMLElement>('[aria-pressed=true]');
    model.close();
    window.requestAnimationFrame(() => row?.focus());
  };
  return (
    <section className="ls-Preview" aria-label={trans.__('Preview')}>
      <button className="ls-Button ls-Preview-back" autoFocus onClick={back}>
        {trans.__('Back to the list')}
      </button>
      <Loaded loader={model.detail} trans={trans} lines={3}>
        {detail => <Detail detail={detail} model={model} />}
      </Loaded>
      <Loaded loader={model.preview} trans={trans} lines={8}>
        {preview => <Frame html={preview.html} title={trans.__('Preview of the resource')} />}
      </Loaded>
    </section>
  );
}

function Detail({
  detail,
  model
}: {
  detail: IResourceDetail;
  model: ResourcesModel;
}): JSX.Element {
  const { trans, locale } = model.learnspace;
  const size = detail.files.reduce((sum, file) => sum + file.size, 0);
  return (
    <>
      <h2>{detail.title}</h2>
      <p>{detail.summary}</p>
      <p className="ls-Muted">
        {detail.course_title} · {licenceInWords(detail.licence, trans)}
      </p>
      <p className="ls-Muted">
        {trans._n(
          'Puts %1 file (%2) into your files, under learning. What is already there stays as you left it.',
          'Puts %1 files (%2) into your files, under learning. What is already there stays as you left it.',
          detail.files.length,
          fileSize(size, locale)
        )}
      </p>
      <button
        className="ls-Button ls-mod-filled"
        aria-disabled={model.opening}
        onClick={() => !model.opening && void model.open()}
      >
        {trans.__('Open in my space')}
      </button>
      <div aria-live="polite">
        {model.opening && <p>{trans.__('Opening')}</p>}
        {model.opened && <p>{told(model.opened, model)}</p>}
      </div>
      {model.openError && (
        <Problem error={model.openError} trans={trans} onRetry={() => void model.open()} />
      )}
      {detail.outline.length > 0 && (
        <details className="ls-Outline">
          <summary>{trans.__('What is in it')}</summary>
          <ul>
            {detail.outline.map((heading, at) => (
              <li key={at}>{heading}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

/** Say what opening did. */
function told(opened: IOpenedResource, model: ResourcesModel): string {
  const { trans } = model.learnspace;
  const written = trans._n('%1 new file', '%1 new files', opened.written.length);
  const kept = trans._n('%1 kept as it was', '%1 kept as they were', opened.kept.length);
  return trans.__('Opened %1: %2, %3.', opened.path, written, kept);
}
