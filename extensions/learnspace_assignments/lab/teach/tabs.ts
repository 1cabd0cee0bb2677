/** The tabs of one assignment in Teach. A new one is a line here and a view of its own. */
import type { TranslationBundle } from '@jupyterlab/translation';

import type { ITaughtAssignment } from '../types';
import type { TeachModel } from './model';
import { SettingsTab } from './settings';
import { SubmissionsTab } from './submissions';

/** What the view of a tab is given. */
export interface ITabProps {
  one: ITaughtAssignment;
  model: TeachModel;
}

export interface ITeachTab {
  id: string;
  label: (trans: TranslationBundle) => string;
  View: (props: ITabProps) => JSX.Element;
}

export const TABS: ITeachTab[] = [
  { id: 'submissions', label: trans => trans.__('Submissions'), View: SubmissionsTab },
  { id: 'settings', label: trans => trans.__('Settings'), View: SettingsTab }
];
