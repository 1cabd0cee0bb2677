/** Judges a notebook whose cells ran: which questions pass. It reads the notebook and changes nothing. */
import { PathExt } from '@jupyterlab/coreutils';

import type { IAskedQuestion } from './classtypes';
import type { CheckState, ICheck, ICheckedQuestion } from './tokens';

/** How much of an error's text is shown. */
const LONGEST = 200;
// eslint-disable-next-line no-control-regex
const COLOURS = /\u001b\[[0-9;]*m/g;

/** The part of a notebook's JSON that tells how a run went. */
export interface INotebook {
  cells: INotebookCell[];
}

interface INotebookCell {
  id?: string;
  cell_type: string;
  source: string | string[];
  metadata?: {
    nbgrader?: { grade?: boolean; solution?: boolean; task?: boolean; grade_id?: string };
  };
  execution_count?: number | null;
  outputs?: { output_type: string; ename?: string; evalue?: string }[];
}

/**
 * Judge a notebook.
 *
 * @param path where it stands
 * @param asked the questions of the released version; without them only what the notebook itself tells counts
 * @param ran the ids of the cells that ran just now; null to trust the numbers of earlier runs
 */
export function judge(
  path: string,
  notebook: INotebook,
  asked: IAskedQuestion[],
  ran: ReadonlySet<string> | null
): ICheck {
  const code = notebook.cells.filter(cell => cell.cell_type === 'code' && text(cell).trim());
  const hasRun = (cell: INotebookCell): boolean =>
    Boolean(cell.execution_count) && (ran === null || ran.has(cell.id ?? ''));
  return {
    cells: code.length,
    errors: code
      .map(errorOf)
      .filter(error => error !== null)
      .map(error => error.name),
    notRun: code.filter(cell => !hasRun(cell)).length,
    questions: questions(path, notebook, asked, hasRun)
  };
}

/** Add up the checks of several notebooks. */
export function together(checks: ICheck[]): ICheck {
  return {
    cells: checks.reduce((sum, check) => sum + check.cells, 0),
    errors: checks.flatMap(check => check.errors),
    notRun: checks.reduce((sum, check) => sum + check.notRun, 0),
    questions: checks.flatMap(check => check.questions)
  };
}

function questions(
  path: string,
  notebook: INotebook,
  asked: IAskedQuestion[],
  hasRun: (cell: INotebookCell) => boolean
): ICheckedQuestion[] {
  const name = PathExt.basename(path, '.ipynb');
  const solutions = new Map<string, INotebookCell>();
  const found: ICheckedQuestion[] = [];
  let heading = '';
  // The newest run of an answer: a test that ran before it tells of an older answer.
  let answered = 0;
  for (const cell of notebook.cells) {
    const grading = cell.metadata?.nbgrader ?? {};
    const id = grading.grade_id ?? '';
    if (cell.cell_type === 'markdown' && !grading.solution) {
      heading = headingOf(cell) || heading;
    }
    if (grading.solution) {
      solutions.set(id, cell);
      answered = Math.max(answered, cell.execution_count ?? 0);
    }
    if (!isVisibleTest(cell)) {
      continue;
    }
    const released = asked.find(one => one.notebook === name && one.id === id)?.solutions ?? {};
    const untouched =
      Object.keys(released).length > 0 &&
      Object.entries(released).every(([solution, source]) => {
        const answer = solutions.get(solution);
        return answer !== undefined && text(answer).trim() === source.trim();
      });
    const error = errorOf(cell);
    const fresh = hasRun(cell) && (cell.execution_count ?? 0) > answered;
    found.push({
      notebook: name,
      path,
      question: id,
      title: heading,
      cell: cell.id ?? '',
      state: fresh ? verdict(untouched, error) : 'unknown',
      error: fresh ? error : null,
      run: cell.execution_count ?? null
    });
  }
  return found;
}

function verdict(untouched: boolean, error: { name: string } | null): CheckState {
  if (untouched || error?.name === 'NotImplementedError') {
    return 'untouched';
  }
  return error ? 'failing' : 'passing';
}

/** Whether a cell is a test that learners see; of one whose lines are all hidden only comments are left. */
function isVisibleTest(cell: INotebookCell): boolean {
  const { grade = false, solution = false } = cell.metadata?.nbgrader ?? {};
  const lines = text(cell).split('\n');
  return (
    cell.cell_type === 'code' &&
    grade &&
    !solution &&
    lines.some(line => line.trim() && !line.trim().startsWith('#'))
  );
}

function errorOf(cell: INotebookCell): { name: string; text: string } | null {
  const error = (cell.outputs ?? []).find(output => output.output_type === 'error');
  if (!error) {
    return null;
  }
  const [first] = (error.evalue ?? '').replace(COLOURS, '').trim().split('\n');
  return { name: error.ename ?? '', text: first.slice(0, LONGEST) };
}

function headingOf(cell: INotebookCell): string {
  const headings = text(cell)
    .split('\n')
    .filter(line => line.startsWith('#'));
  return (headings.pop() ?? '').replace(/^#+/, '').trim();
}

function text(cell: INotebookCell): string {
  return typeof cell.source === 'string' ? cell.source : cell.source.join('');
}
