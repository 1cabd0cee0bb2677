/** Resources: search the catalogue, look, open in one's own space. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

import { resourcesIcon } from '../../learnspace_core/lab/icons';
import { ILearnspace } from '../../learnspace_core/lab/tokens';
import { ResourcesModel } from './model';

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'learnspace:resources',
  description: 'Resources: search the catalogue, look at a resource, open it in the own space.',
  autoStart: true,
  requires: [ILearnspace],
  activate: (_: JupyterFrontEnd, learnspace: ILearnspace) => {
    const { trans } = learnspace;
    const model = new ResourcesModel(learnspace);
    learnspace.addPanel({
      id: 'learnspace-resources',
      command: 'learnspace:open-resources',
      label: trans.__('Resources'),
      caption: trans.__('Find lessons and open them in your space'),
      icon: resourcesIcon,
      rank: 2,
      args: {
        resource: { type: 'string', description: 'The id of the resource to look at' },
        course: { type: 'string', description: 'The id of the course to narrow to' }
      },
      model,
      view: async () => {
        const { resourcesView } = await import('./view');
        return resourcesView(model);
      }
    });
  }
};

export default plugin;
