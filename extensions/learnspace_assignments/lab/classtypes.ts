/** The words of questions, talk, class and inbox on the wire; they mirror learnspace_assignments/models/. */
import type { SubmissionState } from './types';

/** One graded cell of a released assignment. */
export interface IAskedQuestion {
  notebook: string;
  id: string;
  title: string;
  points: number;
  /** Whether it has a test that learners see. */
  checkable: boolean;
  /** The cells that the test looks at as they were released, by grade id. */
  solutions: Record<string, string>;
}

export interface IMessage {
  id: number;
  author: string;
  from_teacher: boolean;
  /** A grade id, or empty. */
  question: string;
  question_title: string;
  text: string;
  sent_at: string;
}

export interface ITalk {
  username: string;
  name: string;
  waits: boolean;
  messages: IMessage[];
}

export type CellState =
  'unknown' | 'untouched' | 'failing' | 'stuck' | 'passing' | 'full' | 'part' | 'none' | 'to_mark';

export type RowState = 'not_started' | 'working' | 'passing' | 'stuck' | 'handed_in' | 'returned';

export interface IClassQuestion {
  notebook: string;
  id: string;
  title: string;
  points: number;
  checkable: boolean;
  untouched: number;
  failing: number;
  stuck: number;
  passing: number;
  graded: number;
  full: number;
}

export interface IClassCell {
  state: CellState;
  tries: number;
  since: string | null;
  score: number | null;
}

export interface IClassLearner {
  username: string;
  name: string;
  section: string;
  /** The name of their team, where the assignment is done in teams. */
  team: string;
  state: RowState;
  fetched_at: string | null;
  received_at: string | null;
  late: boolean;
  submission: string | null;
  submission_state: SubmissionState | null;
  formgrader_id: string;
  score: number | null;
  max_score: number | null;
  seen_at: string | null;
  asks: boolean;
  cells: IClassCell[];
}

export interface IClassView {
  course: string;
  name: string;
  title: string;
  due_at: string | null;
  sections: string[];
  questions: IClassQuestion[];
  learners: IClassLearner[];
}

export interface IWaiting {
  kind: 'withheld' | 'to_grade' | 'to_mark' | 'to_answer' | 'to_return';
  course: string;
  course_title: string;
  name: string;
  title: string;
  count: number;
  since: string;
  username: string;
  person: string;
}
