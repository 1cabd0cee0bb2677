/** The check with the grader: asks for it, and looks by itself until its result is there. */
import { Signal } from '@lumino/signaling';

import { segments } from '../../learnspace_core/lab/api';
import {
  asRequestError,
  passesByItself,
  type RequestError
} from '../../learnspace_core/lab/errors';
import type { ILearnspace } from '../../learnspace_core/lab/tokens';
import type { IDesk } from './tokens';
import { keyOf } from './types';
import type { IAssignment, IPractice } from './types';

/** Milliseconds before the first look; each further wait is longer by half. */
const FIRST_WAIT = 700;
const LONGEST_WAIT = 15000;

export class PracticeWork {
  constructor(
    private readonly learnspace: ILearnspace,
    private readonly desk: IDesk
  ) {}

  readonly changed = new Signal<this, void>(this);
  /** How often one may check the open assignment still, and what the newest check found. */
  held: IPractice | null = null;
  busy = false;
  error: RequestError | null = null;

  /** Ask how things stand with an assignment that was opened. */
  async open(one: IAssignment): Promise<void> {
    if (this._key !== keyOf(one)) {
      this.forget();
      this._key = keyOf(one);
      await this._look(one, 0);
    }
  }

  /** Save what is open, and have it checked as it is on the disk. */
  async check(one: IAssignment): Promise<void> {
    if (this.busy || this.isWaiting) {
      return;
    }
    this._key = keyOf(one);
    const turn = ++this._turn;
    this.busy = true;
    this.error = null;
    this.changed.emit();
    try {
      await this.desk.saveBelow(one.local_path);
      const held = await this.learnspace.send<IPractice>('POST', this._path(one));
      if (turn === this._turn) {
        this._take(one, held, 0);
      }
    } catch (reason) {
      if (turn === this._turn) {
        this.error = asRequestError(reason);
      }
    }
    if (turn === this._turn) {
      this.busy = false;
      this.changed.emit();
    }
  }

  /** Whether a check is under way. */
  get isWaiting(): boolean {
    return this.held?.newest?.state === 'waiting';
  }

  forget(): void {
    this._turn++;
    window.clearTimeout(this._timer);
    this._key = '';
    this.held = null;
    this.error = null;
    this.busy = false;
  }

  private async _look(one: IAssignment, looks: number): Promise<void> {
    const turn = this._turn;
    try {
      const held = await this.learnspace.request<IPractice>(this._path(one));
      if (turn === this._turn) {
        this.error = null;
        this._take(one, held, looks);
      }
    } catch (reason) {
      if (turn === this._turn) {
        this.error = asRequestError(reason);
        if (passesByItself(this.error)) {
          this._lookLater(one, looks + 1);
        }
      }
    }
    this.changed.emit();
  }

  private _take(one: IAssignment, held: IPractice, looks: number): void {
    this.held = held;
    if (this.isWaiting) {
      this._lookLater(one, looks);
    }
  }

  private _lookLater(one: IAssignment, looks: number): void {
    window.clearTimeout(this._timer);
    const wait = Math.min(FIRST_WAIT * 1.5 ** looks, LONGEST_WAIT) * (0.75 + Math.random() / 2);
    this._timer = window.setTimeout(() => void this._look(one, looks + 1), wait);
  }

  private _path(one: IAssignment): string {
    return `assignments/${segments(one.course, one.name)}/practice`;
  }

  private _key = '';
  private _turn = 0;
  private _timer = 0;
}
