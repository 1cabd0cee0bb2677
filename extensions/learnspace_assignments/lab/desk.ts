/** The documents that are open in JupyterLab: open, run and save them. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { DocumentRegistry, IDocumentWidget } from '@jupyterlab/docregistry';

import { RequestError } from '../../learnspace_core/lab/errors';
import type { IAskedQuestion } from './classtypes';
import { judge, together, type INotebook } from './judge';
import { notebookIn, runCells } from './runcells';
import type { ICheck, IDesk } from './tokens';

/** Where a document may stand. */
const AREAS = ['main', 'left', 'right', 'down'];

export class Desk implements IDesk {
  constructor(
    private readonly app: JupyterFrontEnd,
    private readonly documents: IDocumentManager
  ) {}

  async open(path: string): Promise<void> {
    await this._reveal(path);
  }

  async goTo(path: string, cell: string): Promise<void> {
    const notebook = notebookIn(await this._reveal(path));
    const index = notebook?.widgets.findIndex(each => each.model.id === cell) ?? -1;
    if (notebook && index >= 0) {
      notebook.deselectAll();
      notebook.activeCellIndex = index;
      await notebook.scrollToItem(index, 'center');
    }
  }

  async check(paths: string[], asked: Promise<IAskedQuestion[]>): Promise<ICheck> {
    const checks: ICheck[] = [];
    for (const path of paths) {
      checks.push(await this._check(path, asked));
    }
    return together(checks);
  }

  async saveBelow(folder: string): Promise<void> {
    const below = `${folder}/`;
    const unsaved = new Map<string, DocumentRegistry.Context>();
    for (const widget of AREAS.flatMap(area => [...this.app.shell.widgets(area)])) {
      const context = this.documents.contextForWidget(widget);
      if (!context?.model.dirty || !context.localPath.startsWith(below)) {
        continue;
      }
      const other = unsaved.get(context.localPath);
      if (other && other !== context) {
        // Whichever were saved last would undo the other.
        throw new RequestError('open_twice', context.localPath, 0);
      }
      unsaved.set(context.localPath, context);
    }
    for (const [path, context] of unsaved) {
      await save(path, context);
    }
  }

  private async _check(path: string, asked: Promise<IAskedQuestion[]>): Promise<ICheck> {
    const widget = await this._reveal(path);
    const notebook = notebookIn(widget);
    const context = this.documents.contextForWidget(widget);
    if (!notebook || !context) {
      throw new RequestError('not_opened', `${path} could not be opened as a notebook.`, 0);
    }
    await context.sessionContext.ready;
    const ran = await runCells(this.app.commands, widget, notebook);
    return judge(path, context.model.toJSON() as unknown as INotebook, await asked, ran);
  }

  async reload(paths: string[]): Promise<void> {
    const seen = new Set<DocumentRegistry.Context>();
    for (const widget of AREAS.flatMap(area => [...this.app.shell.widgets(area)])) {
      const context = this.documents.contextForWidget(widget);
      if (!context || !paths.includes(context.localPath) || seen.has(context)) {
        continue;
      }
      seen.add(context);
      if (context.model.dirty) {
        // Typed while the files changed: JupyterLab asks what to do when it is saved.
        continue;
      }
      try {
        await this.documents.services.contents.get(context.path, { content: false });
      } catch {
        widget.close();
        continue;
      }
      await context.revert();
    }
  }

  private async _reveal(path: string): Promise<IDocumentWidget> {
    const widget = this.documents.openOrReveal(path);
    if (!widget) {
      throw new RequestError('not_opened', `${path} could not be opened.`, 0);
    }
    await widget.context.ready;
    this.app.shell.activateById(widget.id);
    return widget;
  }
}

/** Save a document, or say that it could not be. */
async function save(path: string, context: DocumentRegistry.Context): Promise<void> {
  try {
    await context.save();
  } catch {
    throw new RequestError('not_saved', path, 0);
  }
  if (context.model.dirty) {
    throw new RequestError('not_saved', path, 0);
  }
}
