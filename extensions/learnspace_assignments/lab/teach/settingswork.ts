/** The settings of one assignment, and what is granted in its course: read, change, delete, undo. */
import { Signal } from '@lumino/signaling';

import { segments } from '../../../learnspace_core/lab/api';
import { asRequestError, type RequestError } from '../../../learnspace_core/lab/errors';
import { Loader } from '../../../learnspace_core/lab/loader';
import type { ILearnspace } from '../../../learnspace_core/lab/tokens';
import type { IGradingPolicy, ILatePolicy, IPracticePolicy } from '../types';

export type WhenShown = 'when_returned' | 'after_due' | 'never';

/** AssignmentSettings in learnspace_assignments/models/settings.py. */
export interface ISettings {
  title: string;
  opens_at: string | null;
  due_at: string | null;
  closes_at: string | null;
  late: ILatePolicy;
  attempts: number | null;
  shows: { marks: WhenShown; feedback: WhenShown; solutions: WhenShown };
  team_size: number;
  team_signup: boolean;
  grading: IGradingPolicy;
  practice: IPracticePolicy;
}

/** NewAccommodation in learnspace_assignments/models/accommodations.py. */
export interface INewGrant {
  username: string | null;
  section: string;
  assignment: string | null;
  due_at: string | null;
  extra_minutes: number;
  extra_attempts: number;
  note: string;
}

export interface IGrant extends INewGrant {
  id: string;
  name: string;
  granted_by: string;
  granted_at: string;
}

export interface IGrants {
  granted: IGrant[];
  learners: { username: string; name: string; section: string }[];
  sections: string[];
}

/** Sends one change at a time and remembers how it went. */
export class Changes {
  constructor(protected readonly learnspace: ILearnspace) {}

  readonly changed = new Signal<this, void>(this);
  busy = false;
  done = '';
  error: RequestError | null = null;

  protected async change(done: string, work: () => Promise<void>): Promise<boolean> {
    if (this.busy) {
      return false;
    }
    this.busy = true;
    this.done = '';
    this.error = null;
    this.changed.emit();
    try {
      await work();
      this.done = done;
    } catch (reason) {
      this.error = asRequestError(reason);
    }
    this.busy = false;
    this.changed.emit();
    return this.error === null;
  }
}

export class SettingsWork extends Changes {
  constructor(
    learnspace: ILearnspace,
    private readonly course: string,
    private readonly name: string
  ) {
    super(learnspace);
    this.held = new Loader(() => learnspace.request<ISettings>(`${this._path}/settings`));
  }

  readonly held: Loader<ISettings>;

  save(settings: ISettings): Promise<boolean> {
    return this.change('saved', async () => {
      await this.learnspace.send<ISettings>('PUT', `${this._path}/settings`, settings);
      await this.held.load();
    });
  }

  remove(): Promise<boolean> {
    return this.change('removed', () => this.learnspace.send('DELETE', this._path));
  }

  private get _path(): string {
    return `teach/${segments(this.course, this.name)}`;
  }
}

export class GrantsWork extends Changes {
  constructor(
    learnspace: ILearnspace,
    private readonly course: string
  ) {
    super(learnspace);
    this.held = new Loader(() => learnspace.request<IGrants>(this._path));
  }

  readonly held: Loader<IGrants>;
  /** What was taken back last, until something else is done. */
  takenBack: IGrant | null = null;

  grant(wanted: INewGrant): Promise<boolean> {
    this.takenBack = null;
    return this.change('granted', async () => {
      await this.learnspace.send<IGrant>('POST', this._path, wanted);
      await this.held.load();
    });
  }

  takeBack(one: IGrant): Promise<boolean> {
    this.takenBack = null;
    return this.change('taken_back', async () => {
      await this.learnspace.send('DELETE', `${this._path}/${segments(one.id)}`);
      this.takenBack = one;
      await this.held.load();
    });
  }

  async undo(): Promise<void> {
    if (this.takenBack) {
      const { username, section, assignment, due_at, extra_minutes, extra_attempts, note } =
        this.takenBack;
      await this.grant({
        username,
        section,
        assignment,
        due_at,
        extra_minutes,
        extra_attempts,
        note
      });
    }
  }

  private get _path(): string {
    return `teach/${segments(this.course)}/accommodations`;
  }
}
