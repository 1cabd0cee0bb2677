/** Portfolio: what I did, month by month. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

import { portfolioIcon } from '../../learnspace_core/lab/icons';
import { ILearnspace } from '../../learnspace_core/lab/tokens';
import { PortfolioModel } from './model';

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'learnspace:portfolio',
  description: 'Portfolio: what the learner did, month by month.',
  autoStart: true,
  requires: [ILearnspace],
  activate: (_: JupyterFrontEnd, learnspace: ILearnspace) => {
    const { trans } = learnspace;
    const model = new PortfolioModel(learnspace);
    learnspace.addPanel({
      id: 'learnspace-portfolio',
      command: 'learnspace:open-portfolio',
      label: trans.__('Portfolio'),
      caption: trans.__('What you did, month by month'),
      icon: portfolioIcon,
      rank: 4,
      args: { course: { type: 'string', description: 'The id of the course to show' } },
      model,
      view: async () => {
        const { portfolioView } = await import('./view');
        return portfolioView(model);
      }
    });
  }
};

export default plugin;
