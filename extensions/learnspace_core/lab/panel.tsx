/** A main-area tab that shows a model of ours. */
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import type { IPanelModel } from './tokens';

/** The widget of a panel: refreshes what it shows whenever the reader comes back to it. */
export class Panel extends ReactWidget {
  constructor(
    private readonly model: IPanelModel,
    private readonly View: () => JSX.Element
  ) {
    super();
    this.addClass('ls-Panel');
    this.node.tabIndex = -1;
    document.addEventListener('visibilitychange', this._refreshWhenSeen);
  }

  render(): JSX.Element {
    return <this.View />;
  }

  dispose(): void {
    document.removeEventListener('visibilitychange', this._refreshWhenSeen);
    super.dispose();
  }

  protected onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.model.refresh();
  }

  protected onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    if (!this.node.contains(document.activeElement)) {
      (this.node.querySelector<HTMLElement>('[data-autofocus]') ?? this.node).focus();
    }
  }

  private readonly _refreshWhenSeen = (): void => {
    if (document.visibilityState === 'visible' && this.isVisible) {
      this.model.refresh();
    }
  };
}
