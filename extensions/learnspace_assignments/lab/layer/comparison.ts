/** Whether an open notebook still says what was handed in: that cells ran, and what JupyterLab notes down, is no change. */
import { segments } from '../../../learnspace_core/lab/api';
import type { ILearnspace } from '../../../learnspace_core/lab/tokens';
import type { IReturned } from '../types';
import type { INotebookPanel } from './notebook';

/** Bytes of a notebook that is fetched to be compared. */
const LARGEST = 2_000_000;

/** A cell as far as a person wrote it. */
interface IWritten {
  cell_type: string;
  source: string | string[];
}

interface INotebookFile {
  cells: IWritten[];
}

export class Comparison {
  constructor(
    private readonly panel: INotebookPanel,
    private readonly learnspace: ILearnspace,
    private readonly found: IReturned
  ) {}

  /** What is known so far; `unknown` where it could not be compared. */
  state: 'same' | 'changed' | 'unknown' = 'same';

  async look(): Promise<void> {
    if (this._isSameFile()) {
      this.state = 'same';
      return;
    }
    try {
      this._submitted ??= await this._fetch();
      const now = this.panel.context.model.toJSON() as unknown as INotebookFile;
      this.state = written(now) === this._submitted ? 'same' : 'changed';
    } catch {
      this.state = 'unknown';
    }
  }

  private _isSameFile(): boolean {
    const { model, contentsModel } = this.panel.context;
    const { hash, hash_algorithm: algorithm } = contentsModel ?? {};
    // Of the file itself where the server tells it, which is known anew after each save.
    const now = hash && algorithm === 'sha256' ? hash : this.found.now;
    return !model.dirty && now === this.found.sha256;
  }

  private async _fetch(): Promise<string> {
    const { submission, notebook, size } = this.found;
    if (size > LARGEST) {
      throw new Error(`${notebook} is too large to be compared`);
    }
    const path = `submissions/${segments(submission.id)}/files/${segments(`${notebook}.ipynb`)}`;
    return written(await this.learnspace.request<INotebookFile>(path));
  }

  private _submitted: string | null = null;
}

function written({ cells }: INotebookFile): string {
  return JSON.stringify(
    cells.map(({ cell_type: kind, source }) => [
      kind,
      typeof source === 'string' ? source : source.join('')
    ])
  );
}
