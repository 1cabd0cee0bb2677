/** The documents of an assignment, as far as its steps need them. */

/** How a check of a notebook ended. */
export interface ICheck {
  /** Code cells with something in them. */
  cells: number;
  /** The names of the errors, in order, such as "NameError". */
  errors: string[];
  /** Code cells that did not run, because one before them failed. */
  notRun: number;
}

/** Opens, runs and saves documents in JupyterLab. Paths are relative to the server's root. */
export interface IDesk {
  open(path: string): Promise<void>;
  /** Run all cells of a notebook in front of the reader, and say how it went. */
  check(path: string): Promise<ICheck>;
  /** Save every open document below a folder that has unsaved changes. */
  saveBelow(folder: string): Promise<void>;
}
