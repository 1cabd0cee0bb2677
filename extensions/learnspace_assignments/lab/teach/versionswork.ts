/** What a teacher does with a released assignment that was mended: versions with their notes, grading again. */
import { Signal } from '@lumino/signaling';

import { segments } from '../../../learnspace_core/lab/api';
import { asRequestError, type RequestError } from '../../../learnspace_core/lab/errors';
import { Loader } from '../../../learnspace_core/lab/loader';
import type { ILearnspace } from '../../../learnspace_core/lab/tokens';
import type { ITaughtAssignment } from '../types';
import type { TeacherWork } from './work';

export interface ITaughtVersion {
  number: number;
  note: string;
  released_at: string;
  max_score: number;
  learners: number;
}

export interface IRegradedQuestion {
  notebook: string;
  id: string;
  title: string;
  old: number | null;
  new: number | null;
  max_score: number;
  by_hand: boolean;
}

export interface IRegradedLearner {
  submission: string;
  username: string;
  name: string;
  returned: boolean;
  old: number;
  new: number;
  max_score: number;
  questions: IRegradedQuestion[];
  reason: string;
}

export interface IRegrade {
  made_at: string;
  applied_at: string | null;
  learners: IRegradedLearner[];
  raised: number;
  lowered: number;
  old_sum: number;
  new_sum: number;
}

/** The report, or that there is none yet. */
export interface IRegradeState {
  report: IRegrade | null;
}

export class VersionsWork {
  constructor(
    private readonly learnspace: ILearnspace,
    private readonly work: TeacherWork
  ) {
    this.versions = new Loader(() =>
      learnspace.request<ITaughtVersion[]>(`${this._path}/versions`)
    );
    this.regrade = new Loader(async () => ({
      report: await learnspace.request<IRegrade | null>(`${this._path}/regrade`)
    }));
  }

  readonly changed = new Signal<this, void>(this);
  readonly versions: Loader<ITaughtVersion[]>;
  readonly regrade: Loader<IRegradeState>;
  error: RequestError | null = null;
  /** Whether scores may be lowered, too. */
  lower = false;
  /** The version whose note was saved last. */
  saved = 0;

  /** Show another assignment. */
  open(one: ITaughtAssignment): void {
    const path = `teach/${segments(one.course, one.name)}`;
    if (path !== this._path) {
      this._path = path;
      this.error = null;
      this.lower = false;
      this.saved = 0;
      this.versions.clear();
      this.regrade.clear();
    }
    this.reload();
  }

  reload(): void {
    void this.versions.load();
    void this.regrade.load();
  }

  async reword(number: number, note: string): Promise<void> {
    this.error = null;
    this.saved = 0;
    try {
      await this.learnspace.send('PUT', `${this._path}/versions/${number}`, { note });
      this.saved = number;
      await this.versions.load();
    } catch (reason) {
      this.error = asRequestError(reason);
    }
    this.changed.emit();
  }

  allowLower(lower: boolean): void {
    this.lower = lower;
    this.changed.emit();
  }

  /** Have every graded submission graded again in a copy, and then show the table. */
  async gradeAgain(one: ITaughtAssignment): Promise<void> {
    this.lower = false;
    await this.work.run('regrade', one, {});
    await this.regrade.load();
  }

  /** Make the table count. */
  async apply(one: ITaughtAssignment, report: IRegrade): Promise<void> {
    await this.work.run('regrade/apply', one, { made_at: report.made_at, lower: this.lower });
    await this.regrade.load();
  }

  private _path = '';
}
