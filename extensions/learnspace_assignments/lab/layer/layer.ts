/** Feedback beside the cells of an open notebook: widgets in its view; nothing of it is in the notebook itself. */
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';

import type { ILearnspace } from '../../../learnspace_core/lab/tokens';
import type { IReturned } from '../types';
import { Comparison } from './comparison';
import { gradeIdOf, type ICell, type INotebookPanel } from './notebook';
import { notesOf, type INote } from './notes';
import { Beside, Strip, Top } from './widgets';

export class FeedbackLayer implements IDisposable {
  constructor(
    readonly panel: INotebookPanel,
    readonly learnspace: ILearnspace,
    found: IReturned
  ) {
    this.found = found;
    this.notes = notesOf(found.marks, found.notebook, learnspace.trans);
    this._comparison = new Comparison(panel, learnspace, found);
    this._strip = new Strip(this);
    panel.contentHeader.addWidget(this._strip);
    panel.context.model.cells.changed.connect(this._place);
    panel.context.model.stateChanged.connect(this._compare);
    panel.context.fileChanged.connect(this._compare);
  }

  /** Says that a view of it shows something old. */
  readonly changed = new Signal<this, void>(this);

  found: IReturned;
  notes: INote[];
  shown = false;
  /** Whether it was shown once: what was never there needs no word when it is hidden. */
  wasShown = false;
  isDisposed = false;

  /** The notes whose cells are not in the notebook any more. */
  get lost(): INote[] {
    const cells = this._cells();
    return this.notes.filter(note => !cells.has(note.id));
  }

  /** The notes whose cells are there, in the notebook's order. */
  get placed(): INote[] {
    const order = [...this._cells().keys()];
    return this.notes
      .filter(note => order.includes(note.id))
      .sort((one, other) => order.indexOf(one.id) - order.indexOf(other.id));
  }

  /** Whether the notebook still says what was graded. */
  get since(): Comparison['state'] {
    return this._comparison.state;
  }

  toggle(shown = !this.shown): void {
    this.shown = shown;
    this.wasShown ||= shown;
    this._place();
    this._emit();
    this._compare();
  }

  update(found: IReturned): void {
    const same = JSON.stringify(found) === JSON.stringify(this.found);
    this.found = found;
    if (!same) {
      this.notes = notesOf(found.marks, found.notebook, this.learnspace.trans);
      this._comparison = new Comparison(this.panel, this.learnspace, found);
      this._clear();
      this._place();
      this._emit();
      this._compare();
    }
  }

  /** Go to the cell of a note. */
  async goTo(note: INote): Promise<void> {
    const notebook = this.panel.content;
    const index = notebook.widgets.findIndex(cell => gradeIdOf(cell) === note.id);
    if (index >= 0) {
      notebook.deselectAll();
      notebook.activeCellIndex = index;
      await notebook.scrollToItem(index, 'center');
      notebook.widgets[index]?.node.focus();
    }
  }

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.isDisposed = true;
    const { context } = this.panel;
    context.model?.cells.changed.disconnect(this._place);
    context.model?.stateChanged.disconnect(this._compare);
    context.fileChanged.disconnect(this._compare);
    this._clear();
    this._strip.dispose();
    Signal.clearData(this);
  }

  /** Put each note below its cell, and the summary above the first one; what stands right stays. */
  private readonly _place = (): void => {
    if (this.isDisposed || this.panel.isDisposed) {
      return;
    }
    if (!this.shown) {
      this._clear();
      return;
    }
    const cells = this._cells();
    for (const note of this.notes) {
      this._put(note.id, cells.get(note.id), () => new Beside(note, this.learnspace), 'below');
    }
    this._put('', this.panel.content.widgets[0], () => new Top(this), 'above');
    this._emit();
  };

  private _put(
    key: string,
    cell: ICell | undefined,
    make: () => Beside | Top,
    where: 'above' | 'below'
  ): void {
    const here = this._widgets.get(key);
    if (here && here.cell === cell && !here.widget.isDisposed) {
      return;
    }
    here?.widget.dispose();
    this._widgets.delete(key);
    if (!cell) {
      return;
    }
    const widget = make();
    this._widgets.set(key, { cell, widget });
    // A cell that was not scrolled to yet has no parts to stand beside.
    void cell.ready.then(() => {
      if (!widget.isDisposed && !cell.isDisposed) {
        cell.layout.insertWidget(where === 'above' ? 0 : cell.layout.widgets.length, widget);
      }
    });
  }

  private _clear(): void {
    this._widgets.forEach(({ widget }) => widget.dispose());
    this._widgets.clear();
  }

  /** The cells that nbgrader knows, by its names; of several with one name the last is graded. */
  private _cells(): Map<string, ICell> {
    const found = new Map<string, ICell>();
    for (const cell of this.panel.content.widgets) {
      const id = gradeIdOf(cell);
      if (id) {
        found.set(id, cell);
      }
    }
    return found;
  }

  /** Compare when somebody sees the result. */
  private readonly _compare = (): void => {
    if (this.shown && !this.isDisposed) {
      void this._comparison.look().then(this._emit);
    }
  };

  private readonly _emit = (): void => this.changed.emit();

  private _comparison: Comparison;
  private readonly _strip: Strip;
  private readonly _widgets = new Map<string, { cell: ICell; widget: Beside | Top }>();
}
