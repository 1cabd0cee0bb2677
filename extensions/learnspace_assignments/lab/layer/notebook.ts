/** What the layer needs to know of JupyterLab's notebook; see `@jupyterlab/notebook` and `@jupyterlab/cells`. */
import type { DocumentRegistry, IDocumentWidget } from '@jupyterlab/docregistry';
import type { BoxPanel, PanelLayout, Widget } from '@lumino/widgets';
import type { ISignal } from '@lumino/signaling';

import type { INotebookWidget } from '../runcells';

export interface INotebookPanel extends IDocumentWidget {
  /** The place between the toolbar and the notebook. */
  readonly contentHeader: BoxPanel;
  readonly content: Widget & Omit<INotebookWidget, 'widgets'> & { readonly widgets: ICell[] };
  readonly context: DocumentRegistry.IContext<INotebookModel>;
}

export interface INotebookModel extends DocumentRegistry.IModel {
  readonly cells: { readonly changed: ISignal<unknown, unknown> };
}

export interface ICell extends Widget {
  /** Settles when the cell has its parts: in a long notebook, when it is first scrolled to. */
  readonly ready: Promise<void>;
  readonly layout: PanelLayout;
  readonly model: { readonly id: string; getMetadata(key: string): unknown };
}

/** Return the name by which nbgrader knows a cell, empty if it does not. */
export function gradeIdOf(cell: ICell): string {
  const grading = cell.model.getMetadata('nbgrader') as { grade_id?: unknown } | undefined;
  return typeof grading?.grade_id === 'string' ? grading.grade_id : '';
}
