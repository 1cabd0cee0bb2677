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

/** Milliseconds between two looks at a job. */
const LOOK = 1000;

export type Verb = 'grade' | 'return';

export class TeacherWork {
  constructor(
    private readonly learnspace: ILearnspace,
    private readonly taught: Loader<ITaughtAssignment[]>
  ) {}

  readonly changed = new Signal<this, void>(this);

  /** The work that runs, by course/name. */
  readonly jobs = new Map<string, IJob>();
  error: RequestError | null = null;

  /** Forget what the last assignment told. */
  forget(): void {
    this.error = null;
  }

  /** How many newest submissions stand in one of these states. */
  count(one: ITaughtAssignment, ...states: SubmissionState[]): number {
    return one.submissions.filter(each => states.includes(each.state)).length;
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

  private async _watch(key: string, job: IJob): Promise<void> {
    try {
      for (;;) {
        this.jobs.set(key, job);
        this.changed.emit();
        if (ended(job)) {
          break;
        }
        await new Promise(resolve => window.setTimeout(resolve, LOOK));
        job = await this.learnspace.request<IJob>(`jobs/${segments(job.id)}`);
      }
      if (job.state === 'failed') {
        this.error = new RequestError(job.code ?? 'failed', job.message ?? '', 0);
      }
      await this.taught.load();
    } finally {
      this.jobs.delete(key);
      this.changed.emit();
    }
  }
}

function ended(job: IJob): boolean {
  return !['waiting', 'running'].includes(job.state);
}
