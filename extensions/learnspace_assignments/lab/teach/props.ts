/** What the views of Teach are given. */
import type { ITaughtAssignment } from '../types';
import type { CourseWork } from './coursework';
import type { TeachModel } from './model';

/** A tab of one assignment. */
export interface ITabProps {
  one: ITaughtAssignment;
  model: TeachModel;
}

/** A piece of the part with the courses. */
export interface ICourseProps {
  work: CourseWork;
  model: TeachModel;
}
