/** What a teacher does with courses: make one, change it, say who is in it. */
import { Signal } from '@lumino/signaling';

import { segments } from '../../../learnspace_core/lab/api';
import { asRequestError, type RequestError } from '../../../learnspace_core/lab/errors';
import { Loader } from '../../../learnspace_core/lab/loader';
import type { ILearnspace } from '../../../learnspace_core/lab/tokens';
import type {
  ICourseMembers,
  ICourseSettings,
  IListed,
  INewCourse,
  ITaughtCourse,
  ITeachingCourses
} from './coursetypes';

/** What was done last, for the line that says so: the form, and how many people it changed. */
export interface IDone {
  what: 'made' | 'saved' | 'teachers' | 'enrolled' | 'moved' | 'removed' | 'codes';
  count: number;
}

export class CourseWork {
  constructor(
    private readonly learnspace: ILearnspace,
    private readonly onChange: () => void
  ) {
    this.desk = new Loader(() => learnspace.request<ITeachingCourses>('teach/courses'));
    this.members = new Loader(() =>
      learnspace.request<ICourseMembers>(`courses/${segments(this.selected)}/members`)
    );
  }

  readonly desk: Loader<ITeachingCourses>;
  /** Who is in the open course. */
  readonly members: Loader<ICourseMembers>;
  readonly changed = new Signal<this, void>(this);

  /** The id of the open course; empty for the list. */
  selected = '';
  /** Whether the form for a new course is open. */
  making = false;
  busy = false;
  error: RequestError | null = null;
  done: IDone | null = null;
  /** What taking the list in the form would change; null before it was looked at. */
  listed: IListed[] | null = null;

  get open(): ITaughtCourse | undefined {
    return this.desk.value?.courses.find(course => course.id === this.selected);
  }

  refresh(): void {
    void this.desk.load();
    if (this.selected) {
      void this.members.load();
    }
  }

  /** Go to a course, or with an empty id back to the list. */
  show(id: string): void {
    this.selected = id;
    this.making = false;
    this._forget();
    this.members.clear();
    if (id) {
      void this.members.load();
    }
    this.changed.emit();
  }

  /** Open or close the form for a new course. */
  make(open: boolean): void {
    this.making = open;
    this._forget();
    this.changed.emit();
  }

  create(course: INewCourse): Promise<boolean> {
    return this._do(async () => {
      await this.learnspace.send('POST', 'courses', course);
      await this.desk.load();
      this.onChange();
      this.show(course.id);
      return { what: 'made', count: 0 };
    });
  }

  save(settings: ICourseSettings): Promise<boolean> {
    return this._do(async () => {
      await this.learnspace.send('PUT', `courses/${segments(this.selected)}`, settings);
      await this.desk.load();
      this.onChange();
      return { what: 'saved', count: 0 };
    });
  }

  addTeacher(username: string): Promise<boolean> {
    return this._do(async () => {
      await this.learnspace.send('POST', this._path('teachers'), { username });
      await this.members.load();
      return { what: 'teachers', count: 1 };
    });
  }

  remove(role: 'teachers' | 'learners', username: string): Promise<boolean> {
    return this._do(async () => {
      await this.learnspace.request(this._path(role, username), { method: 'DELETE' });
      await Promise.all([this.members.load(), this.desk.load()]);
      this.onChange();
      return { what: role === 'teachers' ? 'teachers' : 'removed', count: 1 };
    });
  }

  /** Say what a class list would change, and change nothing. */
  look(text: string, section: string): Promise<boolean> {
    return this._do(async () => {
      const path = this._path('learners', 'preview');
      this.listed = await this.learnspace.send<IListed[]>('POST', path, { text, section });
      return null;
    });
  }

  /** Take a class list that was looked at. */
  enrol(text: string, section: string): Promise<boolean> {
    return this._do(async () => {
      const taken = await this.learnspace.send<IListed[]>('POST', this._path('learners'), {
        text,
        section
      });
      await Promise.all([this.members.load(), this.desk.load()]);
      this.onChange();
      return { what: 'enrolled', count: taken.filter(one => one.change !== 'stays').length };
    });
  }

  move(usernames: string[], section: string): Promise<boolean> {
    return this._do(async () => {
      await this.learnspace.send('PUT', this._path('sections'), { usernames, section });
      await Promise.all([this.members.load(), this.desk.load()]);
      this.onChange();
      return { what: 'moved', count: usernames.length };
    });
  }

  makeCode(section: string, endsAt: Date | null): Promise<boolean> {
    return this._do(async () => {
      const body = { section, ends_at: endsAt?.toISOString() ?? null };
      await this.learnspace.send('POST', this._path('codes'), body);
      await this.members.load();
      return { what: 'codes', count: 1 };
    });
  }

  revoke(code: string): Promise<boolean> {
    return this._do(async () => {
      await this.learnspace.request(this._path('codes', code), { method: 'DELETE' });
      await this.members.load();
      return { what: 'codes', count: 0 };
    });
  }

  /** Let go of a preview: the list was changed. */
  unlook(): void {
    if (this.listed) {
      this.listed = null;
      this.changed.emit();
    }
  }

  private _path(...parts: string[]): string {
    return `courses/${segments(this.selected, ...parts)}`;
  }

  private _forget(): void {
    this.error = null;
    this.done = null;
    this.listed = null;
  }

  /** Do one thing at a time; tell whether it worked. */
  private async _do(act: () => Promise<IDone | null>): Promise<boolean> {
    if (this.busy) {
      return false;
    }
    this.busy = true;
    this._forget();
    this.changed.emit();
    try {
      this.done = await act();
    } catch (reason) {
      this.error = asRequestError(reason);
    }
    this.busy = false;
    this.changed.emit();
    return this.error === null;
  }
}
