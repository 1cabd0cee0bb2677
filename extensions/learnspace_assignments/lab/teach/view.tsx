/** Teach: the parts of a teacher's work, with one of them in front. */
import * as React from 'react';

import { useChanges } from '../../../learnspace_core/lab/components';
import { Tabs } from '../../../learnspace_core/lab/tabs';
import type { TeachModel } from './model';
import { PARTS } from './parts';

export function teachView(model: TeachModel): () => JSX.Element {
  return function TeachView() {
    useChanges(model.changed, model.taught.changed, model.work.changed);
    const { trans } = model.learnspace;
    const part = PARTS.find(each => each.id === model.part) ?? PARTS[0];
    return (
      <main className="ls-Column ls-mod-wide" aria-label={trans.__('Teach')}>
        <div className="ls-Tools">
          <h1>{trans.__('Teach')}</h1>
          <button
            className="ls-Button"
            aria-disabled={model.taught.loading}
            onClick={() => model.refresh()}
          >
            {trans.__('Refresh')}
          </button>
        </div>
        {PARTS.length > 1 && (
          <Tabs
            label={trans.__('Teach')}
            tabs={PARTS.map(({ id, label }) => ({ id, label: label(trans) }))}
            selected={part.id}
            onSelect={id => model.showPart(id)}
          />
        )}
        <div role={PARTS.length > 1 ? 'tabpanel' : undefined} id={`ls-${part.id}`}>
          <part.View model={model} />
        </div>
      </main>
    );
  };
}
