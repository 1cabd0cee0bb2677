/** The tabs of one assignment in Teach. A new one is a line here and a view of its own. */
import type { TranslationBundle } from '@jupyterlab/translation';

import { ClassTab } from './class';
import { MessagesTab } from './messages';
import { MoreTimeTab } from './moretime';
import { PrepareTab } from './prepare';
import type { ITabProps } from './props';
import { ReportTab } from './report';
import { SettingsTab } from './settings';
import { SubmissionsTab } from './submissions';
import { TeamsTab } from './teams';
import { VersionsTab } from './versions';

export interface ITeachTab {
  id: string;
  label: (trans: TranslationBundle) => string;
  View: (props: ITabProps) => JSX.Element;
}

export const TABS: ITeachTab[] = [
  { id: 'class', label: trans => trans.__('Class'), View: ClassTab },
  { id: 'prepare', label: trans => trans.__('Prepare'), View: PrepareTab },
  { id: 'submissions', label: trans => trans.__('Submissions'), View: SubmissionsTab },
  { id: 'results', label: trans => trans.__('Results'), View: ReportTab },
  { id: 'messages', label: trans => trans.__('Messages'), View: MessagesTab },
  { id: 'versions', label: trans => trans.__('Versions'), View: VersionsTab },
  { id: 'settings', label: trans => trans.__('Settings'), View: SettingsTab },
  { id: 'teams', label: trans => trans.__('Teams'), View: TeamsTab },
  { id: 'more-time', label: trans => trans.__('More time'), View: MoreTimeTab }
];
