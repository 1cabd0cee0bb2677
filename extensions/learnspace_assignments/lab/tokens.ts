/** The documents of an assignment, as far as its steps need them. */
import type { IAskedQuestion } from './classtypes';

/** How a question stands; `unknown` where its test did not run. */
export type CheckState = 'passing' | 'failing' | 'untouched' | 'unknown';

/** How one question of a notebook stands after its cells ran. */
export interface ICheckedQuestion {
  /** The notebook's name as nbgrader has it, and where it stands. */
  notebook: string;
  path: string;
  /** The grade id of the test cell, and the heading above it. */
  question: string;
  title: string;
  /** The id of the test cell. */
  cell: string;
  state: CheckState;
  /** What the test raised. */
  error: { name: string; text: string } | null;
  /** The number that the kernel gave to the run of the test. */
  run: number | null;
}

/** How a check of an assignment's notebooks ended. */
export interface ICheck {
  /** Code cells with something in them. */
  cells: number;
  /** The names of the errors, in order, such as "NameError". */
  errors: string[];
  /** Code cells that did not run, because the kernel was interrupted or ended. */
  notRun: number;
  /** The questions with tests that the learner sees. */
  questions: ICheckedQuestion[];
}

/** Opens, runs and saves documents in JupyterLab. Paths are relative to the server's root. */
export interface IDesk {
  open(path: string): Promise<void>;
  /** Go to a cell of a notebook, by its id. */
  goTo(path: string, cell: string): Promise<void>;
  /** Run all cells of notebooks in front of the reader, whatever fails, and say how it went. */
  check(paths: string[], asked: Promise<IAskedQuestion[]>): Promise<ICheck>;
  /** Save every open document below a folder that has unsaved changes. */
  saveBelow(folder: string): Promise<void>;
  /** Show open documents as they stand on the disk now; one whose file is gone is closed, one with new text stays. */
  reload(paths: string[]): Promise<void>;
}
