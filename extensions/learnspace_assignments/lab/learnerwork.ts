/** What a learner does with one assignment: the steps, what they told, what went wrong. */
import { PathExt } from '@jupyterlab/coreutils';
import { Signal } from '@lumino/signaling';

import { segments } from '../../learnspace_core/lab/api';
import { asRequestError, type RequestError } from '../../learnspace_core/lab/errors';
import { Loader } from '../../learnspace_core/lab/loader';
import type { ILearnspace } from '../../learnspace_core/lab/tokens';
import type { IHtml } from '../../learnspace_core/lab/types';
import { GradingWatch } from './gradingwatch';
import { Outbox } from './outbox';
import { PracticeWork } from './practicework';
import { Progress } from './progress';
import { TalkWork } from './talkwork';
import type { ICheck, ICheckedQuestion, IDesk } from './tokens';
import { keyOf } from './types';
import type { IAssignment, IFetched, IHandIn, IQueued, IReceipt } from './types';
import { UpdateWork } from './updatework';
import { Versions } from './versions';

export { keyOf } from './types';

const MINUTE = 60000;

/** Why the platform takes no hand-in, as an assignment tells it, too. */
const REFUSALS = ['closed', 'late_not_taken', 'no_attempts_left', 'no_team'];

export type Step = 'get' | 'work' | 'check' | 'hand_in' | 'feedback';

export const STEPS: Step[] = ['get', 'work', 'check', 'hand_in', 'feedback'];

export class LearnerWork {
  constructor(
    private readonly learnspace: ILearnspace,
    private readonly desk: IDesk,
    private readonly mine: Loader<IAssignment[]>
  ) {
    this.progress = new Progress(learnspace);
    this.talk = new TalkWork(learnspace, this.progress);
    this.feedback = new Loader(() =>
      learnspace.request<IHtml>(`submissions/${segments(this._feedbackOf)}/feedback`)
    );
    this.outbox = new Outbox(learnspace, () => void mine.load());
    this.versions = new Versions(learnspace);
    this.grading = new GradingWatch(mine);
    this.practice = new PracticeWork(learnspace, desk);
    this.updates = new UpdateWork(learnspace, desk, mine);
    this.updates.changed.connect(() => this.changed.emit());
  }

  readonly outbox: Outbox;
  readonly versions: Versions;
  readonly grading: GradingWatch;
  readonly practice: PracticeWork;
  readonly updates: UpdateWork;
  readonly changed = new Signal<this, void>(this);
  readonly feedback: Loader<IHtml>;
  /** What the learner's space tells of their questions, and their talk with the teachers. */
  readonly progress: Progress;
  readonly talk: TalkWork;

  /** The open assignment, as course/name. */
  selected = '';
  /** The step that is being done. */
  busy: Step | null = null;
  error: RequestError | null = null;
  /** Whether the learner is asked to confirm what will be sent. */
  confirming = false;
  /** What is shown for that. */
  handing: IHandIn | null = null;
  /** Whether the platform did not take the last hand-in; why, the assignment tells. */
  refused = false;
  showsFeedback = false;
  fetched: IFetched | null = null;
  check: ICheck | null = null;
  receipt: IReceipt | null = null;

  open(key: string): void {
    if (this.selected !== key) {
      this._forget();
      this.selected = key;
    }
    this.changed.emit();
  }

  toggle(key: string): void {
    const next = this.selected === key ? '' : key;
    this._forget();
    this.selected = next;
    this.changed.emit();
  }

  /** The step to do next; null while a teacher has the work. */
  next(one: IAssignment): Step | null {
    if (one.state === 'returned') {
      return 'feedback';
    }
    if (one.local_path === '') {
      return 'get';
    }
    if (one.state === 'handed_in' || one.refusal || this.outbox.of(one).length > 0) {
      return null;
    }
    if (this.check) {
      return passes(this.check) ? 'hand_in' : 'work';
    }
    return this._worked.has(keyOf(one)) ? 'check' : 'work';
  }

  /** Whether a step can be done now. */
  can(step: Step, one: IAssignment): boolean {
    if (step === 'get') {
      return true;
    }
    if (step === 'hand_in' && one.refusal) {
      return false;
    }
    return step === 'feedback' ? one.state === 'returned' : one.local_path !== '';
  }

  /** Whether handing in now is late: by the platform's clock, or by this machine's while it cannot be asked. */
  isLate(one: IAssignment): boolean {
    if (!this.mine.error || !one.due_at) {
      return one.late_now;
    }
    return Date.parse(one.due_at) + one.late_policy.grace_minutes * MINUTE < Date.now();
  }

  run(step: Step, one: IAssignment): Promise<void> {
    switch (step) {
      case 'get':
        return this._do('get', () => this._get(one));
      case 'work':
        return this._do('work', () => this._open(one));
      case 'check':
        return this._do('check', async () => {
          this.check = null;
          // Asked meanwhile: on a bad line the cells need not wait for it.
          this.check = await this.desk.check(notebooksOf(one), this.progress.asked(one));
          void this.progress.tell(one, this.check.questions);
          await this.learnspace.execute('learnspace:open-assignments');
        });
      case 'hand_in':
        return this._do('hand_in', () => this._prepare(one));
      case 'feedback':
        return this._do('feedback', () => this._read(one));
    }
  }

  /** Go to the cell of a question that was checked. */
  goTo(one: ICheckedQuestion): Promise<void> {
    return this._do('work', () => this.desk.goTo(one.path, one.cell));
  }

  /** Send what was shown. */
  handIn(one: IAssignment): Promise<void> {
    return this._do('hand_in', async () => {
      await this.desk.saveBelow(one.local_path);
      const path = `assignments/${segments(one.course, one.name)}/submit`;
      const sending = this.learnspace.send<IReceipt | IQueued>('POST', path);
      let answer: IReceipt | IQueued;
      try {
        answer = await this.outbox.during(sending);
      } catch (reason) {
        await this._refuse(one, asRequestError(reason));
        return;
      }
      this.receipt = 'received_at' in answer ? answer : null;
      this.check = null;
      this.confirming = false;
      // On a bad line this takes long, and the receipt is here already.
      void this.mine.load();
    });
  }

  /** The notebooks in the home that the returned feedback is about. */
  withFeedback(one: IAssignment): string[] {
    const marks = one.submissions.find(each => each.state === 'returned' && each.feedback)?.marks;
    const names = new Set(marks?.questions.map(each => `${each.notebook}.ipynb`));
    return one.local_files
      .filter(file => names.has(file.path))
      .map(file => PathExt.join(one.local_path, file.path));
  }

  /** Open a notebook with its feedback beside the cells. */
  showBeside(path: string): Promise<void> {
    return this._do('work', async () => {
      await this.desk.open(path);
      await this.learnspace.execute('learnspace:toggle-feedback', { path });
    });
  }

  openFile(path: string): Promise<void> {
    return this.desk.open(path);
  }

  cancelHandIn(): void {
    this.confirming = false;
    this.changed.emit();
  }

  /** Do again what failed. */
  async retry(one: IAssignment): Promise<void> {
    if (this.confirming) {
      await this.handIn(one);
    } else if (this._last) {
      await this.run(this._last, one);
    }
  }

  private async _get(one: IAssignment): Promise<void> {
    const path = `assignments/${segments(one.course, one.name)}/fetch`;
    this.fetched = await this.learnspace.send<IFetched>('POST', path);
    this._worked.add(keyOf(one));
    await this.mine.load();
    await this.desk.open(this.fetched.notebook);
  }

  private async _open(one: IAssignment): Promise<void> {
    this.check = null;
    this._worked.add(keyOf(one));
    await this.desk.open(notebookOf(one));
  }

  /** Save what is open, so that what is shown is what will be sent. */
  private async _prepare(one: IAssignment): Promise<void> {
    await this.desk.saveBelow(one.local_path);
    const path = `assignments/${segments(one.course, one.name)}/submit`;
    this.handing = await this.learnspace.request<IHandIn>(path);
    this.receipt = null;
    this.versions.forget();
    this.confirming = true;
    // What it costs now; on a bad line the hand-in does not wait for it.
    void this.mine.load();
  }

  /** Say that a hand-in was not taken, and show the assignment as it stands now; throw what it does not tell. */
  private async _refuse(one: IAssignment, error: RequestError): Promise<void> {
    if (REFUSALS.includes(error.code)) {
      this.confirming = false;
      await this.mine.load();
      const found = this.mine.value?.find(each => keyOf(each) === keyOf(one));
      this.refused = found?.refusal === error.code;
    }
    if (!this.refused) {
      throw error;
    }
  }

  private async _read(one: IAssignment): Promise<void> {
    this.showsFeedback = !this.showsFeedback;
    this.receipt = null;
    this.check = null;
    const submission = one.submissions.find(each => each.state === 'returned');
    if (this.showsFeedback && submission?.feedback) {
      this._feedbackOf = submission.id;
      await this.feedback.load();
    }
  }

  private async _do(step: Step, work: () => Promise<void>): Promise<void> {
    if (this.busy) {
      return;
    }
    this.busy = step;
    this._last = step;
    this.error = null;
    this.refused = false;
    this.changed.emit();
    try {
      await work();
    } catch (reason) {
      this.error = asRequestError(reason);
    }
    this.busy = null;
    this.changed.emit();
  }

  private _forget(): void {
    this.error = null;
    this.refused = false;
    this.confirming = false;
    this.showsFeedback = false;
    this.fetched = null;
    this.check = null;
    this.receipt = null;
    this.feedback.clear();
    this.versions.forget();
    this.updates.forget();
    this.practice.forget();
  }

  private readonly _worked = new Set<string>();
  private _feedbackOf = '';
  private _last: Step | null = null;
}

/** Whether a check found nothing that is left to do. */
function passes(check: ICheck): boolean {
  return check.questions.length > 0
    ? check.questions.every(one => one.state === 'passing')
    : check.errors.length === 0;
}

/** The notebook that an assignment begins with, relative to the server's root. */
function notebookOf(one: IAssignment): string {
  const notebooks = [...one.files, ...one.local_files].filter(file => file.path.endsWith('.ipynb'));
  return PathExt.join(one.local_path, notebooks[0]?.path ?? '');
}

/** The notebooks that are graded, those of the release at its top, as far as they are in the home. */
function notebooksOf(one: IAssignment): string[] {
  const here = new Set(one.local_files.map(file => file.path));
  const graded = one.files
    .map(file => file.path)
    .filter(path => path.endsWith('.ipynb') && !path.includes('/') && here.has(path));
  return graded.length > 0
    ? graded.map(path => PathExt.join(one.local_path, path))
    : [notebookOf(one)];
}

/** What every view of one assignment is given. */
export interface IStepsProps {
  one: IAssignment;
  learner: LearnerWork;
  learnspace: ILearnspace;
}
