/** Looks again by itself while work is being graded, ever less often, and says what has arrived. */
import type { Loader } from '../../learnspace_core/lab/loader';
import { keyOf } from './types';
import type { IAssignment } from './types';

/** Milliseconds before the first look; each further wait is longer by half. */
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30000;
/** Looks after which only the reader asks again: some twenty minutes. */
const MOST_LOOKS = 50;

export class GradingWatch {
  constructor(private readonly mine: Loader<IAssignment[]>) {
    mine.changed.connect(() => {
      if (!mine.loading && !mine.error && mine.value) {
        this._see(mine.value);
      }
    });
  }

  /** Whether the newest hand-in was being graded while the reader watched, and is not any more. */
  hasArrived(one: IAssignment): boolean {
    return this._arrived.has(one.submissions[0]?.id ?? '');
  }

  private _see(all: IAssignment[]): void {
    const waiting = new Map<string, string>();
    for (const one of all) {
      const [newest] = one.submissions;
      if (newest?.waits_for === 'grader') {
        waiting.set(keyOf(one), newest.id);
        this._arrived.delete(newest.id);
      } else if (newest && this._waiting.get(keyOf(one)) === newest.id) {
        this._arrived.add(newest.id);
      }
    }
    if ([...waiting].some(([key, id]) => this._waiting.get(key) !== id)) {
      this._looks = 0;
    }
    this._waiting = waiting;
    window.clearTimeout(this._timer);
    if (waiting.size > 0 && this._looks < MOST_LOOKS) {
      const wait = Math.min(FIRST_WAIT * 1.5 ** this._looks++, LONGEST_WAIT);
      // A class that hands in in the same minute must not look in the same second.
      this._timer = window.setTimeout(() => this._look(), wait * (0.75 + Math.random() / 2));
    }
  }

  private _look(): void {
    if (document.visibilityState === 'hidden') {
      // Nobody reads it now.
      this._timer = window.setTimeout(() => this._look(), LONGEST_WAIT);
      return;
    }
    void this.mine.load();
  }

  private _waiting = new Map<string, string>();
  private readonly _arrived = new Set<string>();
  private _looks = 0;
  private _timer = 0;
}
