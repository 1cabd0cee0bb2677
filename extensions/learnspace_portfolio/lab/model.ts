/** The state of Portfolio: the timeline, and the course it is narrowed to. */
import { Signal } from '@lumino/signaling';

import { monthOf } from '../../learnspace_core/lab/dates';
import { Loader } from '../../learnspace_core/lab/loader';
import type { ILearnspace, IPanelModel } from '../../learnspace_core/lab/tokens';
import type { IMe } from '../../learnspace_core/lab/types';
import type { IEntry } from './types';

export interface IMonth {
  name: string;
  entries: IEntry[];
}

export class PortfolioModel implements IPanelModel {
  constructor(readonly learnspace: ILearnspace) {
    this.entries = new Loader(() => learnspace.request<IEntry[]>('portfolio'));
    this.me = new Loader(() => learnspace.me());
  }

  readonly entries: Loader<IEntry[]>;
  readonly me: Loader<IMe>;
  readonly changed = new Signal<this, void>(this);

  /** The course to show; empty for all. */
  course = '';

  refresh(): void {
    void this.entries.load();
    void this.me.load();
  }

  select(args: Record<string, string>): void {
    if (args.course !== undefined) {
      this.narrow(args.course);
    }
  }

  narrow(course: string): void {
    this.course = course;
    this.changed.emit();
  }

  /** The address of a page outside JupyterLab, once it is known who reads. */
  pageUrl(name: string): string | null {
    const me = this.me.value;
    return me && `${me.public_url.replace(/\/$/, '')}/services/learnspace/${name}`;
  }

  /** The courses that have entries, by id. */
  courses(entries: IEntry[]): Map<string, string> {
    return new Map(
      entries.flatMap(one => (one.course ? [[one.course, one.course_title ?? one.course]] : []))
    );
  }

  /** The entries of the chosen course by month, newest first. */
  months(entries: IEntry[]): IMonth[] {
    const months: IMonth[] = [];
    for (const entry of entries) {
      if (this.course && entry.course !== this.course) {
        continue;
      }
      const name = monthOf(new Date(entry.at), this.learnspace.locale);
      if (months[months.length - 1]?.name !== name) {
        months.push({ name, entries: [] });
      }
      months[months.length - 1].entries.push(entry);
    }
    return months;
  }
}
