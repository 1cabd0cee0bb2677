/** The state of Teach: which part is in front, which assignment is open, and at which tab. */
import { Signal } from '@lumino/signaling';

import { Loader } from '../../../learnspace_core/lab/loader';
import { LookAgain } from '../../../learnspace_core/lab/lookagain';
import type { ILearnspace, IPanelModel } from '../../../learnspace_core/lab/tokens';
import type { IWaiting } from '../classtypes';
import { keyOf } from '../learnerwork';
import type { IDesk } from '../tokens';
import type { ITaughtAssignment } from '../types';
import { ClassWork } from './classwork';
import { PrepareWork } from './preparework';
import { VersionsWork } from './versionswork';
import { ReportWork } from './reportwork';
import { CourseWork } from './coursework';
import { TeacherWork } from './work';

export class TeachModel implements IPanelModel {
  constructor(
    readonly learnspace: ILearnspace,
    readonly desk: IDesk
  ) {
    this.taught = new Loader(() => learnspace.request<ITaughtAssignment[]>('teach'));
    this.work = new TeacherWork(learnspace, this.taught);
    this.classroom = new ClassWork(learnspace);
    this.prepare = new PrepareWork(learnspace, desk, () => void this.taught.load());
    this.versions = new VersionsWork(learnspace, this.work);
    this.reports = new ReportWork(learnspace);
    this.courses = new CourseWork(learnspace, () => void this.taught.load());
    this.taught.changed.connect(() => {
      this.work.follow();
      this._followMarks();
    });
  }

  readonly taught: Loader<ITaughtAssignment[]>;
  readonly work: TeacherWork;
  /** The class, the talk with it, and the inbox. */
  readonly classroom: ClassWork;
  /** What learners would get, the check before release, and the release. */
  readonly prepare: PrepareWork;
  readonly versions: VersionsWork;
  /** How the open assignment went, question by question. */
  readonly reports: ReportWork;
  /** The courses, and who is in them. */
  readonly courses: CourseWork;
  readonly changed = new Signal<this, void>(this);

  /** The part in front: the id of one of the parts in `parts.ts`. */
  part = 'assignments';
  /** The open assignment, as course/name; empty for the list. */
  selected = '';
  /** The tab of the open assignment: the id of one of the tabs in `tabs.ts`. */
  tab = 'class';

  /** The open assignment, once it is known. */
  get open(): ITaughtAssignment | undefined {
    return this.taught.value?.find(one => keyOf(one) === this.selected);
  }

  refresh(): void {
    void this.taught.load();
    this.classroom.refresh();
    if (this.open && this.tab === 'prepare') {
      this.prepare.open(this.open);
    }
    if (this.open && this.tab === 'results') {
      this.reports.open(this.open);
    }
    this.courses.refresh();
  }

  /** Go to where one does what waits. */
  follow(one: IWaiting): void {
    this.show(keyOf(one), one.kind === 'to_answer' ? 'messages' : 'submissions');
    this.classroom.open(one);
    this.classroom.partner = one.username;
  }

  /** Go to the talk with a learner of the open assignment. */
  write(username: string): void {
    this.classroom.partner = username;
    this.showTab('messages');
  }

  select(args: Record<string, string>): void {
    if (args.assignment) {
      this.show(args.assignment, args.tab);
    }
  }

  /** Go to an assignment, or with an empty key back to the list; what is not released is prepared first. */
  show(key: string, tab?: string): void {
    this.part = 'assignments';
    this.selected = key;
    this.tab = tab ?? (this.open?.release === 'not_released' ? 'prepare' : 'class');
    this.work.forget();
    this.changed.emit();
  }

  showTab(tab: string): void {
    this.tab = tab;
    this.changed.emit();
  }

  showPart(part: string): void {
    this.part = part;
    this.selected = '';
    this.changed.emit();
  }

  /** Look again while the platform reads the marks that were given in nbgrader's formgrader. */
  private _followMarks(): void {
    if (this.taught.loading) {
      return;
    }
    if (!this.taught.error && this.taught.value?.some(one => one.reads_marks)) {
      this._again.later();
    } else {
      this._again.stop();
      this._again.begin();
    }
  }

  private readonly _again = new LookAgain(() => void this.taught.load());
}
