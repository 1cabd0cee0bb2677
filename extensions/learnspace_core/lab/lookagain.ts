/** Looks again by itself while something goes on elsewhere: ever less often, and rarely while nobody reads the page. */

/** Milliseconds before the first look; each further wait is longer by half. */
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30000;
/** Looks after which only the reader asks again: some twenty minutes. */
const MOST_LOOKS = 50;

export class LookAgain {
  constructor(private readonly look: () => void) {}

  /** Look once more after a while. */
  later(): void {
    this.stop();
    if (this._looks < MOST_LOOKS) {
      const wait = Math.min(FIRST_WAIT * 1.5 ** this._looks++, LONGEST_WAIT);
      // Those who wait for the same thing must not look in the same second.
      this._timer = window.setTimeout(() => this._look(), wait * (0.75 + Math.random() / 2));
    }
  }

  /** Wait for something new: the next wait is the first one. */
  begin(): void {
    this._looks = 0;
  }

  stop(): void {
    window.clearTimeout(this._timer);
  }

  private _look(): void {
    if (document.visibilityState === 'hidden') {
      this._timer = window.setTimeout(() => this._look(), LONGEST_WAIT);
      return;
    }
    this.look();
  }

  private _looks = 0;
  private _timer = 0;
}
