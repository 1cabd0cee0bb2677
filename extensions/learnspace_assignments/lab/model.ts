/** The state of Assignments: which are there, which is open, and which half is in front. */
import { Signal } from '@lumino/signaling';

import { Loader } from '../../learnspace_core/lab/loader';
import type { ILearnspace, IPanelModel } from '../../learnspace_core/lab/tokens';
import { LearnerWork } from './learnerwork';
import { TeacherWork } from './teacherwork';
import type { IDesk } from './tokens';
import type { IAssignment, ITaughtAssignment } from './types';

/** Milliseconds in which the platform has read the marks that were given by hand. */
const MARKS_READ = 2500;

export type Tab = 'mine' | 'classes';

export class AssignmentsModel implements IPanelModel {
  constructor(
    readonly learnspace: ILearnspace,
    desk: IDesk
  ) {
    this.mine = new Loader(() => learnspace.request<IAssignment[]>('assignments'));
    this.taught = new Loader(() => learnspace.request<ITaughtAssignment[]>('teach'));
    this.learner = new LearnerWork(learnspace, desk, this.mine);
    this.teacher = new TeacherWork(learnspace, this.taught);
    this.taught.changed.connect(() => this.teacher.follow());
  }

  readonly mine: Loader<IAssignment[]>;
  readonly taught: Loader<ITaughtAssignment[]>;
  readonly learner: LearnerWork;
  readonly teacher: TeacherWork;
  readonly changed = new Signal<this, void>(this);

  /** The half in front: what was chosen, or what the person has. */
  get tab(): Tab {
    const teachesOnly = this.mine.value?.length === 0 && this.teaches;
    return this._tab ?? (teachesOnly ? 'classes' : 'mine');
  }

  get teaches(): boolean {
    return (this.taught.value?.length ?? 0) > 0;
  }

  refresh(): void {
    void this.mine.load();
    void this._readMarks();
  }

  select(args: Record<string, string>): void {
    if (args.assignment) {
      this.show('mine');
      this.learner.open(args.assignment);
    }
    if (args.teach) {
      this.show('classes');
      this.teacher.open(args.teach);
    }
  }

  show(tab: Tab): void {
    this._tab = tab;
    this.changed.emit();
  }

  /** Look twice while answers wait for marks: the first look makes the platform read nbgrader's gradebook. */
  private async _readMarks(): Promise<void> {
    window.clearTimeout(this._timer);
    await this.taught.load();
    if (this.taught.value?.some(one => this.teacher.count(one, 'needs_marks') > 0)) {
      this._timer = window.setTimeout(() => void this.taught.load(), MARKS_READ);
    }
  }

  private _timer = 0;
  private _tab: Tab | null = null;
}

/** Group by course, in each by due date; what has none comes last. */
export function byCourse<T extends { course: string; due_at: string | null }>(
  ones: T[]
): [string, T[]][] {
  const courses = new Map<string, T[]>();
  for (const one of ones) {
    courses.set(one.course, [...(courses.get(one.course) ?? []), one]);
  }
  const time = (one: T): number => (one.due_at ? Date.parse(one.due_at) : Infinity);
  return [...courses].map(([course, group]) => [
    course,
    group.sort((a, b) => (time(a) === time(b) ? 0 : time(a) - time(b)))
  ]);
}
