/** Runs the code cells of an open notebook one after another, whatever fails. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { SemanticCommand } from '@jupyterlab/apputils';
import type { IDocumentWidget } from '@jupyterlab/docregistry';

/** What a check needs to know of JupyterLab's notebook; the package itself need not be loaded for it. */
export interface INotebookWidget {
  readonly widgets: readonly ICellWidget[];
  activeCellIndex: number;
  deselectAll(): void;
  scrollToItem(index: number, align?: 'center'): Promise<void>;
}

interface ICellWidget {
  readonly isDisposed: boolean;
  readonly model: {
    readonly id: string;
    readonly type: string;
    readonly executionCount?: number | null;
    readonly sharedModel: { getSource(): string };
    readonly outputs?: { toJSON(): { output_type: string; ename?: unknown }[] };
  };
}

/** Return the notebook inside of a document, or null for a document of another kind. */
export function notebookIn(widget: IDocumentWidget): INotebookWidget | null {
  const content = widget.content as unknown as INotebookWidget;
  return Array.isArray(content.widgets) && 'activeCellIndex' in content ? content : null;
}

/**
 * Run the code cells, each after the one before it has ended: the kernel drops what waits behind a cell that fails.
 *
 * @returns the ids of the cells that ran; the rest did not if the learner interrupted the kernel or it ended
 */
export async function runCells(
  commands: JupyterFrontEnd['commands'],
  widget: IDocumentWidget,
  notebook: INotebookWidget
): Promise<Set<string>> {
  const ran = new Set<string>();
  const before = notebook.activeCellIndex;
  for (const cell of [...notebook.widgets]) {
    const index = notebook.widgets.indexOf(cell);
    if (widget.isDisposed) {
      break;
    }
    if (index < 0 || cell.model.type !== 'code' || !cell.model.sharedModel.getSource().trim()) {
      continue;
    }
    notebook.deselectAll();
    notebook.activeCellIndex = index;
    // Named, so that it runs here even when the reader looks at another notebook meanwhile.
    await commands.execute('notebook:run-cell', {
      [SemanticCommand.WIDGET]: widget.id,
      activate: false
    });
    if (cell.isDisposed || !cell.model.executionCount || interrupted(cell)) {
      break;
    }
    ran.add(cell.model.id);
  }
  if (!widget.isDisposed) {
    notebook.deselectAll();
    notebook.activeCellIndex = before;
  }
  return ran;
}

function interrupted(cell: ICellWidget): boolean {
  const outputs = cell.model.outputs?.toJSON() ?? [];
  return outputs.some(output => output.ename === 'KeyboardInterrupt');
}
