/** What was handed in and has not arrived: it waits in the space, which tries again by itself. */
import { Signal } from '@lumino/signaling';

import { segments } from '../../learnspace_core/lab/api';
import { asRequestError, type RequestError } from '../../learnspace_core/lab/errors';
import type { ILearnspace } from '../../learnspace_core/lab/tokens';
import { keyOf } from './types';
import type { IQueued } from './types';

/** Milliseconds between two looks while something is being sent. */
const WHILE_SENDING = 1000;
/** Milliseconds between two looks while something waits: at least, and at most. */
const WHILE_WAITING = [2000, 30000];

export class Outbox {
  /**
   * @param learnspace asks the learner's own server, which answers this without the platform
   * @param onArrived is called when something that waited is gone: it arrived, or was withdrawn
   */
  constructor(
    private readonly learnspace: ILearnspace,
    private readonly onArrived: () => void
  ) {}

  readonly changed = new Signal<this, void>(this);
  /** Oldest first. */
  waiting: IQueued[] = [];
  /** The one that a button was pressed for. */
  busy = '';
  error: RequestError | null = null;

  of(one: { course: string; name: string }): IQueued[] {
    return this.waiting.filter(
      each => keyOf({ course: each.course, name: each.assignment }) === keyOf(one)
    );
  }

  /** Look now, and again as long as something waits. */
  async load(): Promise<void> {
    try {
      this._take(await this.learnspace.request<IQueued[]>('outbox'));
    } catch {
      // The list of assignments says that the space does not answer; what is known stays.
    }
    this._lookLater();
  }

  /** Look again and again while the panel waits for the answer to a hand-in. */
  async during<T>(work: Promise<T>): Promise<T> {
    this._watched = true;
    this._lookLater();
    try {
      return await work;
    } finally {
      this._watched = false;
      void this.load();
    }
  }

  tryNow(id: string): Promise<void> {
    return this._act(id, 'try');
  }

  withdraw(id: string): Promise<void> {
    return this._act(id, 'withdraw');
  }

  private async _act(id: string, verb: 'try' | 'withdraw'): Promise<void> {
    if (this.busy) {
      return;
    }
    this.busy = id;
    this.error = null;
    this.changed.emit();
    try {
      await this.during(this.learnspace.send('POST', `outbox/${segments(id)}/${verb}`));
    } catch (reason) {
      const error = asRequestError(reason);
      // It is gone: it arrived in the meantime.
      this.error = error.code === 'not_found' ? null : error;
    }
    this.busy = '';
    await this.load();
    this.changed.emit();
  }

  private _take(waiting: IQueued[]): void {
    const here = new Set(waiting.map(each => each.id));
    const gone = this.waiting.some(each => !here.has(each.id));
    const same = JSON.stringify(waiting) === JSON.stringify(this.waiting);
    this.waiting = waiting;
    if (!same) {
      this.changed.emit();
    }
    if (gone && !this._watched) {
      this.onArrived();
    }
  }

  private _lookLater(): void {
    window.clearTimeout(this._timer);
    const wait = this._wait();
    if (wait !== null) {
      this._timer = window.setTimeout(() => void this.load(), wait);
    }
  }

  private _wait(): number | null {
    if (this._watched || this.waiting.some(each => each.state === 'sending')) {
      return WHILE_SENDING;
    }
    const waits = this.waiting
      .filter(each => each.state === 'waiting')
      .map(each => Date.parse(each.next_try_at ?? '') - Date.now() + WHILE_SENDING || 0);
    const [least, most] = WHILE_WAITING;
    return waits.length ? Math.max(least, Math.min(most, ...waits)) : null;
  }

  private _watched = false;
  private _timer = 0;
}
