/** Watches for notebooks whose feedback was returned, and loads the layer that shows it beside their cells. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { PathExt } from '@jupyterlab/coreutils';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { IDisposable } from '@lumino/disposable';
import type { Widget } from '@lumino/widgets';

import type { INotebookPanel } from './layer/notebook';
import type { FeedbackLayer } from './layer/layer';
import type { AssignmentsModel } from './model';
import type { IAssignment, IReturned } from './types';

/** Milliseconds between two questions whether something was returned, while a learner goes back and forth. */
const QUIET = 60_000;
/** The folder of a version that was brought back, which ends with the beginning of its digest (see `handing_in.py`). */
const BROUGHT_BACK = /^handed-in .* ([0-9a-f]{8})$/;

/** Return what was returned for the notebook at a path, or null. */
export function returnedFor(path: string, assignments: IAssignment[]): IReturned | null {
  const one = assignments.find(each => each.local_path && path.startsWith(`${each.local_path}/`));
  if (!one) {
    return null;
  }
  const [file, folder, ...deeper] = path
    .slice(one.local_path.length + 1)
    .split('/')
    .reverse();
  const [, digest = null] = BROUGHT_BACK.exec(folder ?? '') ?? [];
  if (deeper.length > 0 || (folder !== undefined && digest === null)) {
    return null;
  }
  const submission = one.submissions.find(
    each =>
      each.state === 'returned' &&
      each.feedback &&
      (digest === null || each.digest.startsWith(digest))
  );
  const notebook = PathExt.basename(file, '.ipynb');
  const said = [...(submission?.marks?.questions ?? []), ...(submission?.marks?.remarks ?? [])];
  if (!submission?.marks || !said.some(each => each.notebook === notebook)) {
    return null;
  }
  const submitted = submission.files.find(each => each.path === file);
  const here = folder === undefined ? file : `${folder}/${file}`;
  return {
    notebook,
    submission,
    marks: submission.marks,
    sha256: submitted?.sha256 ?? '',
    size: submitted?.size ?? 0,
    now: one.local_files.find(each => each.path === here)?.sha256 ?? '',
    newer: digest === null && one.submissions[0] !== submission
  };
}

/** The layers of all open notebooks. */
export class ReturnedFeedback implements DocumentRegistry.WidgetExtension {
  /**
   * @param app where notebooks are opened
   * @param model knows the learner's assignments
   * @param onChanged is called when the command may be there for another notebook
   */
  constructor(
    private readonly app: JupyterFrontEnd,
    private readonly model: AssignmentsModel,
    private readonly onChanged: () => void
  ) {}

  createNew(panel: Widget, context: DocumentRegistry.Context): IDisposable {
    const watched = new Watched(panel as INotebookPanel, this.model, this.onChanged);
    this._watched.set(panel, watched);
    context.pathChanged.connect(watched.look);
    panel.disposed.connect(() => {
      this._watched.delete(panel);
      watched.dispose();
    });
    return watched;
  }

  /** Ask again, when the reader comes back to a notebook that may have feedback by now. */
  lookAgain(): void {
    const current = this._current();
    if (current?.mayHave && Date.now() - this._asked > QUIET) {
      this._asked = Date.now();
      void this.model.mine.load();
    }
  }

  /** The layer of the notebook in front. */
  get layer(): FeedbackLayer | null {
    return this._current()?.layer ?? null;
  }

  /** Show the layer of a notebook, as soon as it is there. */
  show(path: string): void {
    for (const watched of this._watched.values()) {
      if (watched.path === path) {
        watched.showSoon();
      }
    }
  }

  private _current(): Watched | undefined {
    const widget = this.app.shell.currentWidget;
    return widget ? this._watched.get(widget) : undefined;
  }

  private readonly _watched = new Map<Widget, Watched>();
  private _asked = 0;
}

/** One open notebook: its layer comes and goes with what was returned. */
class Watched implements IDisposable {
  constructor(
    private readonly panel: INotebookPanel,
    private readonly model: AssignmentsModel,
    private readonly onChanged: () => void
  ) {
    model.mine.changed.connect(this.look);
    void panel.context.ready.then(() => {
      if (this.mayHave && model.mine.value === null && !model.mine.loading) {
        void model.mine.load();
      }
      this.look();
    });
  }

  layer: FeedbackLayer | null = null;
  isDisposed = false;

  get path(): string {
    return this.panel.isDisposed ? '' : this.panel.context.localPath;
  }

  /** Whether it stands where assignments do; about nothing else is the platform asked. */
  get mayHave(): boolean {
    return this.path.startsWith('assignments/');
  }

  /** Find out whether there is feedback, and make, change or take away the layer. */
  readonly look = (): void => void this._look();

  showSoon(): void {
    this._showSoon = true;
    this.layer?.toggle(true);
  }

  dispose(): void {
    if (!this.isDisposed) {
      this.isDisposed = true;
      this.model.mine.changed.disconnect(this.look);
      this.layer?.dispose();
      this.layer = null;
      this.onChanged();
    }
  }

  private async _look(): Promise<void> {
    const turn = ++this._turn;
    const { mine } = this.model;
    if (this.isDisposed || !this.panel.context.isReady || mine.value === null) {
      return;
    }
    const found = returnedFor(this.path, mine.value);
    if (found && !this.layer) {
      const { FeedbackLayer } = await import('./layer/layer');
      if (turn === this._turn && !this.isDisposed) {
        this.layer = new FeedbackLayer(this.panel, this.model.learnspace, found);
        this.layer.toggle(this._showSoon);
      }
    } else if (found) {
      this.layer?.update(found);
    } else {
      this.layer?.dispose();
      this.layer = null;
    }
    this.onChanged();
  }

  private _turn = 0;
  private _showSoon = false;
}
