/** Tells the platform which questions pass, after a check and quietly after a save; nothing of what was written. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';

import { segments } from '../../learnspace_core/lab/api';
import type { ILearnspace } from '../../learnspace_core/lab/tokens';
import type { IAskedQuestion } from './classtypes';
import { judge, type INotebook } from './judge';
import type { ICheckedQuestion } from './tokens';

/** Milliseconds between two quiet looks at an assignment's notebook. */
const QUIET = 60_000;
/** Where a fetched assignment's notebooks stand. */
const FETCHED = /^assignments\/([^/]+)\/([^/]+)\/[^/]+\.ipynb$/;

interface IName {
  course: string;
  name: string;
}

export class Progress {
  constructor(private readonly learnspace: ILearnspace) {}

  /** The questions of the released version; none if the platform does not answer. */
  asked({ course, name }: IName): Promise<IAskedQuestion[]> {
    const path = `assignments/${segments(course, name)}/questions`;
    return this.learnspace.request<IAskedQuestion[]>(path).catch(() => []);
  }

  /** Tell how questions stand. What cannot be told now is told after the next check. */
  async tell({ course, name }: IName, checked: ICheckedQuestion[]): Promise<void> {
    const questions = checked
      .filter(one => one.state !== 'unknown')
      .map(({ notebook, question, state }) => ({ notebook, question, state }));
    remember(checked);
    if (questions.length > 0) {
      const path = `assignments/${segments(course, name)}/progress`;
      await this.learnspace.send('PUT', path, { questions }).catch(() => undefined);
    }
  }

  /** Look at notebooks of assignments when they are saved, at most once a minute each. */
  watch(app: JupyterFrontEnd, documents: IDocumentManager): void {
    const waiting = new Set<string>();
    const looked = new Map<string, number>();
    app.serviceManager.contents.fileChanged.connect((_, change) => {
      const path = change.newValue?.path ?? '';
      if (change.type !== 'save' || !FETCHED.test(path) || waiting.has(path)) {
        return;
      }
      waiting.add(path);
      const wait = Math.max(0, (looked.get(path) ?? 0) + QUIET - Date.now());
      window.setTimeout(() => {
        waiting.delete(path);
        looked.set(path, Date.now());
        void this._look(path, documents);
      }, wait);
    });
  }

  private async _look(path: string, documents: IDocumentManager): Promise<void> {
    const [, course, name] = FETCHED.exec(path) ?? [];
    const widget = documents.findWidget(path, null);
    const context = widget && documents.contextForWidget(widget);
    if (!context) {
      return;
    }
    const notebook = (): INotebook => context.model.toJSON() as unknown as INotebook;
    const seen = judge(path, notebook(), [], null).questions;
    // Only tests that ran anew: a save by itself is no try.
    if (seen.some(one => one.state !== 'unknown') && isNews(path, seen)) {
      const asked = await this.asked({ course, name });
      await this.tell({ course, name }, judge(path, notebook(), asked, null).questions);
    }
  }
}

/** The runs of tests that were told, as this browser remembers them beyond a reload. */
function keyOf(path: string): string {
  return `learnspace:told:${path}`;
}

function runsOf(checked: ICheckedQuestion[]): string {
  return JSON.stringify(checked.map(one => [one.question, one.run]));
}

function isNews(path: string, checked: ICheckedQuestion[]): boolean {
  return window.localStorage.getItem(keyOf(path)) !== runsOf(checked);
}

function remember(checked: ICheckedQuestion[]): void {
  for (const path of new Set(checked.map(one => one.path))) {
    const here = checked.filter(one => one.path === path);
    try {
      window.localStorage.setItem(keyOf(path), runsOf(here));
    } catch {
      // A full or closed storage only makes a save after a reload count as a try.
    }
  }
}
