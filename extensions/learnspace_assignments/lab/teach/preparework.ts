/** What a teacher does before learners see an assignment: look at the source, check it, release it. */
import { Signal } from '@lumino/signaling';

import { segments } from '../../../learnspace_core/lab/api';
import { asRequestError, RequestError } from '../../../learnspace_core/lab/errors';
import { Loader } from '../../../learnspace_core/lab/loader';
import type { ILearnspace } from '../../../learnspace_core/lab/tokens';
import type { IJob } from '../../../learnspace_core/lab/types';
import type { IDesk } from '../tokens';
import type { ITaughtAssignment } from '../types';
import { lookAt } from './jobs';

/** Milliseconds between two looks at a job: at first, and at most. */
const FIRST_LOOK = 1000;
const LONGEST_LOOK = 5000;

export interface ISourceProblem {
  code: string;
  severity: 'error' | 'warning';
  notebook: string;
  cell: string;
  message: string;
}

export interface ISourceQuestion {
  notebook: string;
  id: string;
  title: string;
  points: number;
  manual: boolean;
}

/** What learners would get if the assignment were released now. */
export interface IDraft {
  files: { path: string; size: number }[];
  questions: ISourceQuestion[];
  points: number;
  problems: ISourceProblem[];
  released_at: string | null;
  version: number;
  changed: boolean;
  job: IJob | null;
}

export interface ITestCheck {
  notebook: string;
  id: string;
  title: string;
  points: number;
  reference: number;
  untouched: number;
  runs: number;
  passed: number;
  mutants: number;
  caught: number;
  seconds: number;
  memory_bytes: number;
  stderr: string;
  error: string;
  /** Why work that passes the test would get no points for it, and the word in the test that it is for. */
  withheld: '' | 'passes_wrong' | 'differs' | 'object' | 'beside' | 'language';
  word: string;
  verdict: 'good' | 'fails' | 'free' | 'flaky' | 'never_fails' | 'not_run';
}

export interface ISurvivor {
  notebook: string;
  cell: string;
  line: number;
  was: string;
  became: string;
}

/** Whether mistakes were tried in the solution of a notebook, and why not. */
export interface INotebookCheck {
  notebook: string;
  mutants: number;
  caught: number;
  left_out: '' | 'not_python' | 'no_solution' | 'no_time' | 'unlike';
  ended: string;
}

export interface ICheckReport {
  made_at: string;
  verdict: 'ready' | 'look' | 'mend' | 'unfinished';
  tests: ITestCheck[];
  by_hand: ISourceQuestion[];
  notebooks: INotebookCheck[];
  survivors: ISurvivor[];
}

export interface ICheckState {
  report: ICheckReport | null;
  current: boolean;
  job: IJob | null;
}

export type Preparing = 'check' | 'release';

export class PrepareWork {
  constructor(
    private readonly learnspace: ILearnspace,
    private readonly desk: IDesk,
    private readonly released: () => void
  ) {
    this.draft = new Loader(() => learnspace.request<IDraft>(`${this._path}/release`));
    this.check = new Loader(() => learnspace.request<ICheckState>(`${this._path}/check`));
  }

  readonly changed = new Signal<this, void>(this);
  readonly draft: Loader<IDraft>;
  readonly check: Loader<ICheckState>;
  error: RequestError | null = null;
  /** How the last job of the open assignment ended. */
  ended: IJob | null = null;

  /** Show an assignment, and follow what runs for it already. */
  open(one: ITaughtAssignment): void {
    const path = `teach/${segments(one.course, one.name)}`;
    if (path !== this._path) {
      this._path = path;
      this._source = `courses/${one.course}/source/${one.name}`;
      this.error = null;
      this.ended = null;
      this.draft.clear();
      this.check.clear();
    }
    void this.reload();
  }

  async reload(): Promise<void> {
    const path = this._path;
    this.error = null;
    this.changed.emit();
    await Promise.all([this.draft.load(), this.check.load()]);
    if (path !== this._path) {
      return;
    }
    for (const job of [this.draft.value?.job, this.check.value?.job]) {
      if (job && goesOn(job)) {
        void this._follow(path, job.kind as Preparing, job);
      }
    }
  }

  /** The job of this kind that runs for the open assignment. */
  job(kind: Preparing): IJob | undefined {
    return this._jobs.get(`${this._path}/${kind}`);
  }

  /** Open a file of the source. */
  async edit(file: string): Promise<void> {
    const path = this._path;
    this.error = null;
    this.changed.emit();
    try {
      await this.desk.open(`${this._source}/${file}`);
    } catch (reason) {
      this._fail(path, reason);
    }
  }

  /** Save what is open of the source, start a check or a release, and follow it to its end. */
  async start(kind: Preparing, body: object): Promise<void> {
    const path = this._path;
    this.error = null;
    this.ended = null;
    this.changed.emit();
    try {
      await this.desk.saveBelow(this._source);
      const job = await this.learnspace.send<IJob>('POST', `${path}/${kind}`, body);
      await this._follow(path, kind, job);
    } catch (reason) {
      this._fail(path, reason);
    }
  }

  async stop(kind: Preparing): Promise<void> {
    const path = this._path;
    const job = this.job(kind);
    try {
      if (job) {
        await this.learnspace.send<IJob>('POST', `jobs/${segments(job.id)}/cancel`, {});
      }
    } catch (reason) {
      this._fail(path, reason);
    }
  }

  private async _follow(path: string, kind: Preparing, first: IJob): Promise<void> {
    const key = `${path}/${kind}`;
    if (this._jobs.has(key)) {
      return;
    }
    let job = first;
    let wait = FIRST_LOOK;
    try {
      while (goesOn(job)) {
        this._jobs.set(key, job);
        this.changed.emit();
        await new Promise(resolve => window.setTimeout(resolve, wait));
        wait = Math.min(wait * 1.5, LONGEST_LOOK);
        job = await lookAt(job, this.learnspace);
      }
      if (path === this._path) {
        await Promise.all([this.draft.load(), this.check.load()]);
        this.ended = job;
        if (job.state === 'failed') {
          this.error = new RequestError(job.code ?? 'failed', job.message ?? '', 0);
        }
      }
      if (kind === 'release') {
        this.released();
      }
    } catch (reason) {
      this._fail(path, reason);
    } finally {
      this._jobs.delete(key);
      this.changed.emit();
    }
  }

  private _fail(path: string, reason: unknown): void {
    if (path === this._path) {
      this.error = asRequestError(reason);
      this.changed.emit();
    }
  }

  private readonly _jobs = new Map<string, IJob>();
  private _path = '';
  /** The folder of the source in the teacher's files. */
  private _source = '';
}

function goesOn(job: IJob): boolean {
  return job.state === 'waiting' || job.state === 'running';
}
