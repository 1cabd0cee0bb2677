/** One thing asked from the platform: its value, its error, and asking again by itself. */
import { Signal, type ISignal } from '@lumino/signaling';

import { asRequestError, passesByItself, type RequestError } from './errors';

/** Milliseconds before the first new try; each further wait is double. */
const FIRST_WAIT = 2000;
/** Milliseconds that a wait never exceeds. */
const LONGEST_WAIT = 30000;

/** A value that comes from the platform. The last value stays while a newer one is asked for or fails. */
export class Loader<T> {
  constructor(private readonly fetch: () => Promise<T>) {}

  value: T | null = null;
  error: RequestError | null = null;
  loading = false;

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Ask now. When asked again before the answer came, only the last answer counts, and everyone waits for that one. */
  async load(): Promise<void> {
    this._asked = this._ask(++this._turn);
    let asked: Promise<void>;
    do {
      asked = this._asked;
      await asked;
    } while (asked !== this._asked);
  }

  /** Forget the value, and any answer that is still to come. */
  clear(): void {
    this._turn++;
    window.clearTimeout(this._timer);
    this.value = null;
    this.error = null;
    this.loading = false;
    this._changed.emit();
  }

  private async _ask(turn: number): Promise<void> {
    window.clearTimeout(this._timer);
    this.loading = true;
    this._changed.emit();
    try {
      const value = await this.fetch();
      if (turn !== this._turn) {
        return;
      }
      this.value = value;
      this.error = null;
      this._failures = 0;
    } catch (reason) {
      if (turn !== this._turn) {
        return;
      }
      this.error = asRequestError(reason);
      this._tryLater(this.error);
    }
    this.loading = false;
    this._changed.emit();
  }

  private _tryLater(error: RequestError): void {
    if (!passesByItself(error)) {
      return;
    }
    const wait = Math.min(FIRST_WAIT * 2 ** this._failures++, LONGEST_WAIT);
    // A school's panels must not all come back in the same second.
    this._timer = window.setTimeout(() => void this.load(), wait * (0.75 + Math.random() / 2));
  }

  private _changed = new Signal<this, void>(this);
  private _asked = Promise.resolve();
  private _turn = 0;
  private _failures = 0;
  private _timer = 0;
}
