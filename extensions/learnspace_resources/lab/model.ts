/** The state of Resources: what is searched for, what was found, what is looked at. */
import { Signal } from '@lumino/signaling';

import { asRequestError, type RequestError } from '../../learnspace_core/lab/errors';
import { Loader } from '../../learnspace_core/lab/loader';
import type { ILearnspace, IPanelModel } from '../../learnspace_core/lab/tokens';
import type { IHtml } from '../../learnspace_core/lab/types';
import type { IOpenedResource, IResource, IResourceDetail } from './types';

/** Milliseconds of quiet after a key before the search is sent. */
const QUIET = 250;

export class ResourcesModel implements IPanelModel {
  constructor(readonly learnspace: ILearnspace) {
    this.all = new Loader(() => learnspace.request<IResource[]>('resources'));
    this.found = new Loader(() => learnspace.request<IResource[]>(`resources?${this._query()}`));
    this.detail = new Loader(() =>
      learnspace.request<IResourceDetail>(`resources/${this.selected}`)
    );
    this.preview = new Loader(() =>
      learnspace.request<IHtml>(`resources/${this.selected}/preview`)
    );
  }

  /** Everything, for the facets. */
  readonly all: Loader<IResource[]>;
  readonly found: Loader<IResource[]>;
  readonly detail: Loader<IResourceDetail>;
  readonly preview: Loader<IHtml>;
  readonly changed = new Signal<this, void>(this);

  text = '';
  course = '';
  language = '';
  selected: number | null = null;

  opening = false;
  opened: IOpenedResource | null = null;
  openError: RequestError | null = null;

  refresh(): void {
    void this.all.load();
    void this.found.load();
    if (this.selected !== null && !this.preview.value) {
      this.look(this.selected);
    }
  }

  select(args: Record<string, string>): void {
    if (args.course !== undefined) {
      this.text = '';
      this.language = '';
      this.narrow('course', args.course);
    }
    if (args.resource) {
      this.look(Number(args.resource));
    }
  }

  /** Search for a text once the typing pauses. */
  search(text: string): void {
    this.text = text;
    this.changed.emit();
    window.clearTimeout(this._timer);
    this._timer = window.setTimeout(() => void this.found.load(), QUIET);
  }

  narrow(facet: 'course' | 'language', value: string): void {
    this[facet] = value;
    this.changed.emit();
    void this.found.load();
  }

  /** Look at a resource beside the list. */
  look(id: number): void {
    if (this.selected !== id) {
      this.detail.clear();
      this.preview.clear();
      this.opened = null;
      this.openError = null;
    }
    this.selected = id;
    this.changed.emit();
    void this.detail.load();
    void this.preview.load();
  }

  close(): void {
    this.selected = null;
    this.detail.clear();
    this.preview.clear();
    this.changed.emit();
  }

  /** Put the files of the selected resource into the home, where they are missing, and open it. */
  async open(): Promise<void> {
    this.opening = true;
    this.openError = null;
    this.changed.emit();
    try {
      const { learnspace, selected } = this;
      const opened = await learnspace.send<IOpenedResource>('POST', `resources/${selected}/open`);
      await learnspace.execute('docmanager:open', { path: opened.path });
      this.opened = opened;
    } catch (reason) {
      this.openError = asRequestError(reason);
    }
    this.opening = false;
    this.changed.emit();
  }

  /** The choices of a facet and how many resources each has. */
  choices(facet: 'course' | 'language'): { value: string; title: string; count: number }[] {
    const choices = new Map<string, { value: string; title: string; count: number }>();
    for (const one of this.all.value ?? []) {
      const value = one[facet];
      const title = facet === 'course' ? one.course_title : this._languageName(value);
      const choice = choices.get(value) ?? { value, title, count: 0 };
      choices.set(value, { ...choice, count: choice.count + 1 });
    }
    return [...choices.values()];
  }

  /** A language by its own name, such as 中文. */
  private _languageName(code: string): string {
    try {
      return new Intl.DisplayNames([code], { type: 'language' }).of(code) ?? code;
    } catch {
      return code;
    }
  }

  private _query(): string {
    const { text: q, course, language } = this;
    return new URLSearchParams({ q: q.trim(), course, language }).toString();
  }

  private _timer = 0;
}
