/** The parts of Teach. A new one is a line here and a view of its own. */
import type { TranslationBundle } from '@jupyterlab/translation';

import { AssignmentsPart } from './assignments';
import { CoursesPart } from './courses';
import { InboxPart } from './inbox';
import type { TeachModel } from './model';

export interface ITeachPart {
  id: string;
  label: (trans: TranslationBundle) => string;
  View: (props: { model: TeachModel }) => JSX.Element;
}

export const PARTS: ITeachPart[] = [
  { id: 'assignments', label: trans => trans.__('Assignments'), View: AssignmentsPart },
  { id: 'inbox', label: trans => trans.__('Inbox'), View: InboxPart },
  { id: 'courses', label: trans => trans.__('Courses'), View: CoursesPart }
];
