/** What a teacher does with one assignment: grade, mark by hand, return. */
import { URLExt } from '@jupyterlab/coreutils';
import { Signal } from '@lumino/signaling';

import { segments } from '../../../learnspace_core/lab/api';
import { asRequestError, RequestError } from '../../../learnspace_core/lab/errors';
import type { Loader } from '../../../learnspace_core/lab/loader';
import type { ILearnspace } from '../../../learnspace_core/lab/tokens';
import type { IJob } from '../../../learnspace_core/lab/types';
import { keyOf } from '../learnerwork';
import type { ITaughtAssignment, ITaughtSubmission, SubmissionState } from '../types';
import { lookAt } from './jobs';

/** Milliseconds between two looks at a job: at first, and at most, while nothing changes or nobody looks. */
const FIRST_LOOK = 1000;
const LONGEST_LOOK = 10000;

export type Verb = 'grade' | 'return';

export class TeacherWork {
  constructor(
    private readonly learnspace: ILearnspace,
    private readonly taught: Loader<ITaughtAssignment[]>
  ) {}

  readonly changed = new Signal<this, void>(this);

  /** The work that runs, by course/name. */
  readonly jobs = new Map<string, IJob>();
  /** How the last work ended, by course/name. */
  readonly ended = new Map<string, IJob>();
  error: RequestError | null = null;

  /** Forget what the last assignment told. */
  forget(): void {
    this.error = null;
  }

  /** How many learners handed in, alone or in a team. */
  people(one: ITaughtAssignment): number {
    return one.submissions.reduce((sum, each) => sum + Math.max(each.members.length, 1), 0);
  }

  /** How many newest submissions stand in one of these states. */
  count(one: ITaughtAssignment, ...states: SubmissionState[]): number {
    return one.submissions.filter(each => states.includes(each.state)).length;
  }

  /** How many were changed since they were returned. */
  changedSince(one: ITaughtAssignment): number {
    return one.submissions.filter(each => each.marks_since !== null).length;
  }

  /** The address of nbgrader's page for marking by hand, which opens the course first; empty before grading. */
  markingUrl(one: ITaughtAssignment, submission: Pick<ITaughtSubmission, 'formgrader_id'>): string {
    const query = URLExt.objectToQueryString({
      path: `courses/${one.course}`,
      submission: submission.formgrader_id
    });
    return submission.formgrader_id && URLExt.join(this.learnspace.baseUrl, 'formgrader') + query;
  }

  /** Start work on these learners, or on all that wait, and follow it to its end. */
  start(verb: Verb, one: ITaughtAssignment, usernames: string[] | null): Promise<void> {
    return this.run(verb, one, { usernames });
  }

  /** Begin a new assignment in a course; tell whether it is there. */
  async begin(
    course: string,
    begun: { name: string; title: string; like: string }
  ): Promise<boolean> {
    this.error = null;
    try {
      await this.learnspace.send('POST', `courses/${segments(course)}/assignments`, begun);
      await this.taught.load();
      return true;
    } catch (reason) {
      this.error = asRequestError(reason);
      this.changed.emit();
      return false;
    }
  }

  /** Start work on an assignment and follow it to its end. */
  async run(verb: string, one: ITaughtAssignment, body: object): Promise<void> {
    const key = keyOf(one);
    if (this.jobs.has(key)) {
      return;
    }
    this.error = null;
    try {
      const path = `teach/${segments(one.course, one.name)}/${verb}`;
      await this._watch(key, await this.learnspace.send<IJob>('POST', path, body));
    } catch (reason) {
      this.error = asRequestError(reason);
      this.changed.emit();
    }
  }

  /** Stop the work on an assignment: what waits is not begun. */
  async stop(one: ITaughtAssignment): Promise<void> {
    const key = keyOf(one);
    const job = this.jobs.get(key);
    if (!job) {
      return;
    }
    try {
      const path = `jobs/${segments(job.id)}/cancel`;
      this.jobs.set(key, await this.learnspace.send<IJob>('POST', path, {}));
      this.changed.emit();
      this._hurry.get(key)?.();
    } catch (reason) {
      this.error = asRequestError(reason);
      this.changed.emit();
    }
  }

  /** Look again at how things stand, and go on following what runs. */
  retry(): void {
    this.error = null;
    this.changed.emit();
    void this.taught.load();
  }

  /** Follow the jobs that were running already, such as after a reload. */
  follow(): void {
    for (const one of this.taught.value ?? []) {
      if (one.job && !ended(one.job) && !this.jobs.has(keyOf(one))) {
        this._watch(keyOf(one), one.job).catch((reason: unknown) => {
          this.error = asRequestError(reason);
          this.changed.emit();
        });
      }
    }
  }

  /** Follow a job to its end, at longer and longer intervals while nothing changes, also over a bad line. */
  private async _watch(key: string, job: IJob): Promise<void> {
    this.ended.delete(key);
    let wait = FIRST_LOOK;
    let reloaded = 0;
    try {
      for (;;) {
        this.jobs.set(key, job);
        this.changed.emit();
        if (ended(job)) {
          break;
        }
        await this._sleep(key, document.hidden ? LONGEST_LOOK : wait);
        const before = job;
        job = await lookAt(job, this.learnspace);
        const moved = job.done !== before.done || job.state !== before.state;
        wait = moved ? FIRST_LOOK : Math.min(wait * 1.5, LONGEST_LOOK);
        if (moved && !ended(job) && Date.now() - reloaded > LONGEST_LOOK) {
          reloaded = Date.now();
          void this.taught.load();
        }
      }
      this.ended.set(key, job);
      // One submission that was withheld says why in its own row.
      if (job.state === 'failed' && job.kind !== 'grade_one') {
        this.error = new RequestError(job.code ?? 'failed', job.message ?? '', 0);
      }
      await this.taught.load();
    } finally {
      this.jobs.delete(key);
      this._hurry.delete(key);
      this.changed.emit();
    }
  }

  private _sleep(key: string, milliseconds: number): Promise<void> {
    return new Promise(resolve => {
      const timer = window.setTimeout(resolve, milliseconds);
      this._hurry.set(key, () => {
        window.clearTimeout(timer);
        resolve();
      });
    });
  }

  private readonly _hurry = new Map<string, () => void>();
}

function ended(job: IJob): boolean {
  // Of a run that was stopped, some may have begun.
  return !['waiting', 'running'].includes(job.state) && job.running === 0;
}
