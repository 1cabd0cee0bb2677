/** Teach: prepare and release assignments, see the class, grade and return. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IDocumentManager } from '@jupyterlab/docmanager';

import { teachIcon } from '../../../learnspace_core/lab/icons';
import { ILearnspace } from '../../../learnspace_core/lab/tokens';
import { Desk } from '../desk';
import { TeachModel } from './model';

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'learnspace:teach',
  description: 'Teach: assignments of the courses one teaches, from preparing to returning.',
  autoStart: true,
  requires: [ILearnspace, IDocumentManager],
  activate: (app: JupyterFrontEnd, learnspace: ILearnspace, documents: IDocumentManager) => {
    const { trans } = learnspace;
    const model = new TeachModel(learnspace, new Desk(app, documents));
    learnspace.addPanel({
      id: 'learnspace-teach',
      command: 'learnspace:open-teach',
      label: trans.__('Teach'),
      caption: trans.__('Give out work, see your classes, grade and return'),
      icon: teachIcon,
      rank: 5,
      isFor: me => me.teaches.length > 0 || me.manages.length > 0,
      args: {
        assignment: { type: 'string', description: 'The assignment to open, as course/name' },
        tab: { type: 'string', description: 'The tab of the assignment, such as submissions' }
      },
      model,
      view: async () => {
        const { teachView } = await import('./view');
        return teachView(model);
      }
    });
  }
};

export default plugin;
