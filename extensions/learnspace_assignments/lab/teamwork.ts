/** A learner's team for one assignment: which it is, and where they choose, join, make and leave one. */
import { Signal } from '@lumino/signaling';

import { segments } from '../../learnspace_core/lab/api';
import { asRequestError, type RequestError } from '../../learnspace_core/lab/errors';
import { Loader } from '../../learnspace_core/lab/loader';
import type { ILearnspace } from '../../learnspace_core/lab/tokens';
import type { ITeamChoice } from './types';

export class TeamWork {
  constructor(
    private readonly learnspace: ILearnspace,
    one: { course: string; name: string },
    private readonly onChanged: () => Promise<void>
  ) {
    this._path = `assignments/${segments(one.course, one.name)}`;
    this.choice = new Loader(() => learnspace.request<ITeamChoice>(`${this._path}/teams`));
  }

  readonly changed = new Signal<this, void>(this);
  readonly choice: Loader<ITeamChoice>;
  busy = false;
  error: RequestError | null = null;

  make(name: string): Promise<boolean> {
    return this._do(() => this.learnspace.send('POST', `${this._path}/teams`, { name }));
  }

  join(team: string): Promise<boolean> {
    return this._do(() => this.learnspace.send('PUT', `${this._path}/team`, { team }));
  }

  leave(): Promise<boolean> {
    return this._do(() => this.learnspace.send('DELETE', `${this._path}/team`));
  }

  private async _do(work: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) {
      return false;
    }
    this.busy = true;
    this.error = null;
    this.changed.emit();
    try {
      await work();
    } catch (reason) {
      this.error = asRequestError(reason);
    }
    // Also after a refusal: others choose at the same time.
    await Promise.all([this.choice.load(), this.onChanged()]);
    this.busy = false;
    this.changed.emit();
    return this.error === null;
  }

  private readonly _path: string;
}
