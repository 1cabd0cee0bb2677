/** The words of Home on the wire; they mirror learnspace_home/models.py. */
import type { LearnerState } from '../../learnspace_assignments/lab/types';

export interface INext {
  kind: string;
  target: string;
  title: string;
  course_title: string;
  reason: string;
}

export interface IDue {
  course: string;
  course_title: string;
  name: string;
  title: string;
  due_at: string | null;
  state: LearnerState;
  score: number | null;
  max_score: number | null;
}

export interface INews {
  kind: string;
  target: string;
  title: string;
  at: string;
}

export interface ICourseProgress {
  id: string;
  title: string;
  summary: string;
  done: number;
  total: number;
}

export interface IToGrade {
  course: string;
  course_title: string;
  name: string;
  title: string;
  to_grade: number;
  to_mark: number;
  to_return: number;
  to_look_at: number;
  to_answer: number;
}

export interface IHome {
  name: string;
  next: INext | null;
  due: IDue[];
  news: INews[];
  courses: ICourseProgress[];
  teaching: IToGrade[];
}
