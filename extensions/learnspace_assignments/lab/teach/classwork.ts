/** The class at one assignment: its rows in the order of who needs help, asked again while one looks. */
import { Signal } from '@lumino/signaling';

import { segments } from '../../../learnspace_core/lab/api';
import { asRequestError, type RequestError } from '../../../learnspace_core/lab/errors';
import { Loader } from '../../../learnspace_core/lab/loader';
import type { ILearnspace } from '../../../learnspace_core/lab/tokens';
import type { IClassLearner, IClassView, IMessage, ITalk, IWaiting, RowState } from '../classtypes';
import { keyOf } from '../learnerwork';

/** Milliseconds between two looks at the class. */
export const LOOK = 30_000;

export type Order = 'help' | 'name' | 'section';

/** Who needs help comes first; who has handed in comes last. */
const HELP: RowState[] = ['stuck', 'working', 'not_started', 'passing', 'handed_in', 'returned'];

interface IName {
  course: string;
  name: string;
}

export class ClassWork {
  constructor(private readonly learnspace: ILearnspace) {
    this.view = new Loader(() => learnspace.request<IClassView>(`${this._path}/class`));
    this.talks = new Loader(() => learnspace.request<ITalk[]>(`${this._path}/messages`));
    this.inbox = new Loader(() => learnspace.request<IWaiting[]>('teach/inbox'));
  }

  readonly changed = new Signal<this, void>(this);
  readonly view: Loader<IClassView>;
  readonly talks: Loader<ITalk[]>;
  readonly inbox: Loader<IWaiting[]>;

  order: Order = 'help';
  /** The section that is shown; empty for all. */
  section = '';
  /** The column whose troubles come first; -1 for all. */
  question = -1;
  /** The learner to whom one writes; empty for nobody in particular. */
  partner = '';
  sending = false;
  error: RequestError | null = null;

  /** Go to an assignment's class. */
  open(one: IName): void {
    if (keyOf(one) !== keyOf(this._one)) {
      this._one = { course: one.course, name: one.name };
      this.section = '';
      this.question = -1;
      this.partner = '';
      this.error = null;
      this.view.clear();
      this.talks.clear();
    }
  }

  /** Ask again for what is shown. */
  refresh(): void {
    for (const loader of [this.view, this.talks, this.inbox]) {
      if (loader.value !== null || loader.error !== null) {
        void loader.load();
      }
    }
  }

  sortBy(order: Order): void {
    this.order = order;
    this.question = -1;
    this.changed.emit();
  }

  /** Put those first who need help with one question; again for help with all. */
  sortByQuestion(question: number): void {
    this.order = 'help';
    this.question = this.question === question ? -1 : question;
    this.changed.emit();
  }

  show(section: string): void {
    this.section = section;
    this.changed.emit();
  }

  /** The rows in the order one chose. */
  rows(view: IClassView): IClassLearner[] {
    const nameOf = (one: IClassLearner): string => one.name || one.username;
    const byName = (a: IClassLearner, b: IClassLearner): number =>
      nameOf(a).localeCompare(nameOf(b), this.learnspace.locale);
    const orders: Record<Order, (a: IClassLearner, b: IClassLearner) => number> = {
      help: (a, b) => this._need(b) - this._need(a) || byName(a, b),
      name: byName,
      section: (a, b) => a.section.localeCompare(b.section, this.learnspace.locale) || byName(a, b)
    };
    return view.learners
      .filter(one => this.section === '' || one.section === this.section)
      .sort(orders[this.order]);
  }

  /** Answer a learner; returns whether it arrived. */
  async answer(username: string, text: string, question: string): Promise<boolean> {
    if (this.sending) {
      return false;
    }
    this.sending = true;
    this.partner = username;
    this.error = null;
    this.changed.emit();
    try {
      const path = `${this._path}/messages/${segments(username)}`;
      await this.learnspace.send<IMessage[]>('POST', path, { text, question });
      await this.talks.load();
      this.refresh();
    } catch (reason) {
      this.error = asRequestError(reason);
    }
    this.sending = false;
    this.changed.emit();
    return this.error === null;
  }

  /** How much a learner needs somebody, with one question or at all. */
  private _need(one: IClassLearner): number {
    if (this.question >= 0) {
      const { state, tries } = one.cells[this.question];
      const weight = { stuck: 4000, failing: 3000, none: 2000, part: 1000 }[state as string] ?? 0;
      return weight + Math.min(tries, 999);
    }
    const stuck = one.cells.filter(cell => cell.state === 'stuck').length;
    return (
      (one.asks ? 1e6 : 0) + (HELP.length - HELP.indexOf(one.state)) * 1e4 + Math.min(stuck, 999)
    );
  }

  private get _path(): string {
    return `teach/${segments(this._one.course, this._one.name)}`;
  }

  private _one: IName = { course: '', name: '' };
}
