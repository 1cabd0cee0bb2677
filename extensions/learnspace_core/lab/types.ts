/** The words on the wire that several features use; they mirror learnspace_core/models.py. */

/** Who is signed in, and what they may do where. */
export interface IMe {
  username: string;
  name: string;
  teaches: string[];
  learns: string[];
  manages: string[];
  public_url: string;
}

export interface IFileEntry {
  path: string;
  sha256: string;
  size: number;
}

/** A whole HTML document, shown only in a sandboxed frame of no origin. */
export interface IHtml {
  html: string;
}

export interface IJob {
  id: string;
  kind: string;
  state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
  done: number;
  total: number;
  /** Of a run of many jobs: how many run and have failed, and how long it may still take. */
  running: number;
  failed: number;
  seconds_left: number | null;
  code: string | null;
  message: string | null;
  created_at: string;
  finished_at: string | null;
}
