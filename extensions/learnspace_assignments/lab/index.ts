/** Assignments: get it, work, check, hand in, read feedback. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IDocumentManager } from '@jupyterlab/docmanager';

import { assignmentsIcon } from '../../learnspace_core/lab/icons';
import { ILearnspace } from '../../learnspace_core/lab/tokens';
import { Desk } from './desk';
import { AssignmentsModel } from './model';

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'learnspace:assignments',
  description: 'Assignments: the steps of a learner.',
  autoStart: true,
  requires: [ILearnspace, IDocumentManager],
  activate: (app: JupyterFrontEnd, learnspace: ILearnspace, documents: IDocumentManager) => {
    const { trans } = learnspace;
    const model = new AssignmentsModel(learnspace, new Desk(app, documents));
    model.learner.progress.watch(app, documents);
    learnspace.addPanel({
      id: 'learnspace-assignments',
      command: 'learnspace:open-assignments',
      label: trans.__('Assignments'),
      caption: trans.__('Get work, hand it in, read feedback'),
      icon: assignmentsIcon,
      rank: 3,
      args: {
        assignment: { type: 'string', description: 'The assignment to open, as course/name' }
      },
      model,
      view: async () => {
        const { assignmentsView } = await import('./view');
        return assignmentsView(model);
      }
    });
  }
};

export default plugin;
