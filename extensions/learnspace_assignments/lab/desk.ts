/** The documents that are open in JupyterLab: open, run and save them. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { DocumentRegistry, IDocumentWidget } from '@jupyterlab/docregistry';

import { RequestError } from '../../learnspace_core/lab/errors';
import type { ICheck, IDesk } from './tokens';

/** Where a document may stand. */
const AREAS = ['main', 'left', 'right', 'down'];

/** The part of a notebook's JSON that tells how a run went. */
interface INotebook {
  cells: {
    cell_type: string;
    source: string | string[];
    execution_count?: number | null;
    outputs?: { output_type: string; ename?: string }[];
  }[];
}

export class Desk implements IDesk {
  constructor(
    private readonly app: JupyterFrontEnd,
    private readonly documents: IDocumentManager
  ) {}

  async open(path: string): Promise<void> {
    await this._reveal(path);
  }

  async check(path: string): Promise<ICheck> {
    const widget = await this._reveal(path);
    const context = this.documents.contextForWidget(widget);
    await context?.sessionContext.ready;
    await this.app.commands.execute('notebook:run-all-cells');
    return judge(context?.model.toJSON() as unknown as INotebook);
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

/** Read from a notebook which cells ran, and which raised an error. */
export function judge(notebook: INotebook): ICheck {
  const code = notebook.cells.filter(cell => cell.cell_type === 'code' && text(cell.source).trim());
  const errors = code.flatMap(cell =>
    (cell.outputs ?? []).filter(output => output.output_type === 'error')
  );
  return {
    cells: code.length,
    errors: errors.map(output => output.ename ?? ''),
    notRun: code.filter(cell => !cell.execution_count).length
  };
}

function text(source: string | string[]): string {
  return typeof source === 'string' ? source : source.join('');
}
