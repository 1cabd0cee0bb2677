/** Assignments: get it, work, check, hand in, read feedback. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';

import { assignmentsIcon } from '../../learnspace_core/lab/icons';
import { ILearnspace } from '../../learnspace_core/lab/tokens';
import { Desk } from './desk';
import { AssignmentsModel } from './model';
import { ReturnedFeedback } from './returned';

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'learnspace:assignments',
  description:
    'Assignments: the steps of a learner, and feedback beside the cells of their notebooks.',
  autoStart: true,
  requires: [ILearnspace, IDocumentManager],
  optional: [ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    learnspace: ILearnspace,
    documents: IDocumentManager,
    palette: ICommandPalette | null
  ) => {
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
    showFeedbackInNotebooks(app, model, palette);
  }
};

/** Offer feedback beside the cells of the notebooks that it was returned for. */
function showFeedbackInNotebooks(
  app: JupyterFrontEnd,
  model: AssignmentsModel,
  palette: ICommandPalette | null
): void {
  const { trans } = model.learnspace;
  const command = 'learnspace:toggle-feedback';
  const returned = new ReturnedFeedback(app, model, () =>
    app.commands.notifyCommandChanged(command)
  );
  app.docRegistry.addWidgetExtension('Notebook', returned);
  app.shell.currentChanged?.connect(() => {
    returned.lookAgain();
    app.commands.notifyCommandChanged(command);
  });
  app.commands.addCommand(command, {
    label: trans.__('Show Feedback beside the Cells'),
    caption: trans.__('Show or hide what was returned for this notebook'),
    isToggleable: true,
    isToggled: () => returned.layer?.shown ?? false,
    isEnabled: args => typeof args.path === 'string' || returned.layer !== null,
    describedBy: {
      args: {
        type: 'object',
        properties: {
          path: {
            type: 'string',
            description:
              'An open notebook to show it in; without it, it is toggled in the current one'
          }
        }
      }
    },
    execute: args => {
      if (typeof args.path === 'string') {
        returned.show(args.path);
      } else {
        returned.layer?.toggle();
      }
      app.commands.notifyCommandChanged(command);
    }
  });
  palette?.addItem({ command, category: trans.__('Learnspace') });
}

export default plugin;
