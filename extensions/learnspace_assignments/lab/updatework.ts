/** The update of a mended assignment: look at it, choose, make it, undo it; and fetch files that are missing. */
import { PathExt } from '@jupyterlab/coreutils';
import { Signal } from '@lumino/signaling';

import { segments } from '../../learnspace_core/lab/api';
import { asRequestError, type RequestError } from '../../learnspace_core/lab/errors';
import type { Loader } from '../../learnspace_core/lab/loader';
import type { ILearnspace } from '../../learnspace_core/lab/tokens';
import type { IDesk } from './tokens';
import {
  type Choice,
  type IAssignment,
  type ICellDifference,
  type IFetched,
  type IUpdateDone,
  type IUpdatePreview,
  keyOf
} from './types';

/** What can go wrong here, and be tried again. */
export type UpdateStep = 'look' | 'make' | 'undo' | 'fetch';

export class UpdateWork {
  constructor(
    private readonly learnspace: ILearnspace,
    private readonly desk: IDesk,
    private readonly mine: Loader<IAssignment[]>
  ) {}

  readonly changed = new Signal<this, void>(this);

  preview: IUpdatePreview | null = null;
  done: IUpdateDone | null = null;
  /** What was done last: an update was made, undone, or files were fetched. */
  last: 'make' | 'undo' | 'fetch' | null = null;
  fetched: IFetched | null = null;
  busy: UpdateStep | null = null;
  error: RequestError | null = null;

  /** Whether the preview of this assignment is open. */
  isOpen(one: IAssignment): boolean {
    return this.preview !== null && this._key === keyOf(one);
  }

  chosen(cell: ICellDifference): Choice {
    return this._choices.get(cell.key) ?? cell.chosen;
  }

  choose(cell: ICellDifference, choice: Choice): void {
    this._choices.set(cell.key, choice);
    this.changed.emit();
  }

  /** Save what is open, and work out what the update would do. */
  look(one: IAssignment): Promise<void> {
    return this._do('look', one, async () => {
      await this.desk.saveBelow(one.local_path);
      this._choices.clear();
      this._told(null);
      this.preview = await this.learnspace.request<IUpdatePreview>(this._path(one, 'update'));
      this._key = keyOf(one);
    });
  }

  /** Make the update as chosen; what is typed since the preview is saved, and then looked at again. */
  make(one: IAssignment): Promise<void> {
    return this._do('make', one, async () => {
      await this.desk.saveBelow(one.local_path);
      const choices = Object.fromEntries(this._choices);
      const body = { seen: this.preview?.seen ?? '', choices };
      const done = await this.learnspace.send<IUpdateDone>('POST', this._path(one, 'update'), body);
      await this._finish(one, 'make', done);
    });
  }

  undo(one: IAssignment): Promise<void> {
    return this._do('undo', one, async () => {
      await this.desk.saveBelow(one.local_path);
      const path = this._path(one, 'update/undo');
      await this._finish(one, 'undo', await this.learnspace.send<IUpdateDone>('POST', path));
    });
  }

  /** Fetch what is missing; nothing that is there is touched. */
  fetch(one: IAssignment): Promise<void> {
    return this._do('fetch', one, async () => {
      this.fetched = await this.learnspace.send<IFetched>('POST', this._path(one, 'fetch'));
      this._told('fetch');
      await this.mine.load();
    });
  }

  /** Do again what failed; a preview that is no more true is worked out anew. */
  retry(one: IAssignment): Promise<void> {
    switch (this._failed) {
      case 'make':
        return this.error?.code === 'changed_meanwhile' ? this.look(one) : this.make(one);
      case 'undo':
        return this.undo(one);
      case 'fetch':
        return this.fetch(one);
      default:
        return this.look(one);
    }
  }

  /** Close the preview and change nothing. */
  close(): void {
    this.preview = null;
    this.error = null;
    this.changed.emit();
  }

  forget(): void {
    this._told(null);
    this.error = null;
    this.preview = null;
  }

  private async _finish(one: IAssignment, last: 'make' | 'undo', done: IUpdateDone): Promise<void> {
    this.preview = null;
    this.done = done;
    this._told(last);
    await this.desk.reload(done.written.map(path => PathExt.join(one.local_path, path)));
    await this.mine.load();
  }

  private _told(last: 'make' | 'undo' | 'fetch' | null): void {
    this.last = last;
    if (last !== 'fetch') {
      this.fetched = null;
    }
  }

  private _path(one: IAssignment, verb: string): string {
    return `assignments/${segments(one.course, one.name)}/${verb}`;
  }

  private async _do(step: UpdateStep, one: IAssignment, work: () => Promise<void>): Promise<void> {
    if (this.busy) {
      return;
    }
    this.busy = step;
    this.error = null;
    this.changed.emit();
    try {
      await work();
    } catch (reason) {
      this.error = asRequestError(reason);
      this._failed = step;
      this._key = keyOf(one);
    }
    this.busy = null;
    this.changed.emit();
  }

  private readonly _choices = new Map<string, Choice>();
  private _key = '';
  private _failed: UpdateStep = 'look';
}
