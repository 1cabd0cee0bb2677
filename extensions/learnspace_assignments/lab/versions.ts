/** The versions of one assignment that were handed in: look at one, bring it back, read its receipt. */
import { Signal } from '@lumino/signaling';

import { segments } from '../../learnspace_core/lab/api';
import { asRequestError, type RequestError } from '../../learnspace_core/lab/errors';
import type { ILearnspace } from '../../learnspace_core/lab/tokens';
import type { IHtml } from '../../learnspace_core/lab/types';
import type { IAssignment, IBroughtBack, IReceipt, ISubmission } from './types';

/** How often a preview is asked for, and the milliseconds between. */
const TRIES = 10;
const WAIT = 2000;

export class Versions {
  constructor(private readonly learnspace: ILearnspace) {}

  readonly changed = new Signal<this, void>(this);
  /** The submission, and the notebook of it, that is looked at. */
  lookedAt: { id: string; path: string; html: string } | null = null;
  back: IBroughtBack | null = null;
  receipt: IReceipt | null = null;
  error: RequestError | null = null;
  busy = false;

  /** Show a notebook of a version, or hide it again. */
  look(version: ISubmission, path: string): Promise<void> {
    const { lookedAt } = this;
    if (lookedAt?.id === version.id && lookedAt.path === path) {
      this.forget();
      return Promise.resolve();
    }
    return this._do(async () => {
      const query = new URLSearchParams({ path }).toString();
      const there = `submissions/${segments(version.id)}/preview?${query}`;
      const { html } = await this._ask(there);
      this.lookedAt = { id: version.id, path, html };
    });
  }

  bringBack(one: IAssignment, version: ISubmission): Promise<void> {
    return this._do(async () => {
      const there = segments(one.course, one.name);
      this.back = await this.learnspace.send<IBroughtBack>(
        'POST',
        `assignments/${there}/submissions/${segments(version.id)}/bring-back`
      );
    });
  }

  showReceipt(version: ISubmission): Promise<void> {
    return this._do(async () => {
      const there = `submissions/${segments(version.id)}/receipt`;
      this.receipt = await this.learnspace.request<IReceipt>(there);
    });
  }

  forget(): void {
    this.lookedAt = null;
    this.back = null;
    this.receipt = null;
    this.error = null;
    this.changed.emit();
  }

  /** Ask again while others look too. */
  private async _ask(there: string): Promise<IHtml> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.learnspace.request<IHtml>(there);
      } catch (reason) {
        if (asRequestError(reason).code !== 'preview_not_ready' || tries === TRIES) {
          throw reason;
        }
      }
      // A class must not come back in the same moment.
      await new Promise(done => window.setTimeout(done, WAIT * (0.75 + Math.random() / 2)));
    }
  }

  private async _do(work: () => Promise<void>): Promise<void> {
    if (this.busy) {
      return;
    }
    this.busy = true;
    this.forget();
    try {
      await work();
    } catch (reason) {
      this.error = asRequestError(reason);
    }
    this.busy = false;
    this.changed.emit();
  }
}
