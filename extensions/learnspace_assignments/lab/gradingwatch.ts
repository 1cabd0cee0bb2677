/** Looks again by itself while work is being graded, ever less often, and says what has arrived. */
import type { Loader } from '../../learnspace_core/lab/loader';
import { LookAgain } from '../../learnspace_core/lab/lookagain';
import { keyOf } from './types';
import type { IAssignment } from './types';

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
      this._again.begin();
    }
    this._waiting = waiting;
    if (waiting.size > 0) {
      this._again.later();
    } else {
      this._again.stop();
    }
  }

  private _waiting = new Map<string, string>();
  private readonly _arrived = new Set<string>();
  private readonly _again = new LookAgain(() => void this.mine.load());
}
