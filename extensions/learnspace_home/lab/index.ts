/** Home: what do I do now? The first tab of JupyterLab. */
import {
  ILabShell,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';

import { homeIcon } from '../../learnspace_core/lab/icons';
import { ILearnspace } from '../../learnspace_core/lab/tokens';
import { HomeModel } from './model';

const ID = 'learnspace:home';
const COMMAND = 'learnspace:open-home';
const PANEL = 'learnspace-home';
/** Pixels below which a page has no room for what stands beside the tabs, as on a phone. */
const NARROW = 600;

const plugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Home: what to do now, what is due, what is new, and how the courses go.',
  autoStart: true,
  requires: [ILearnspace],
  optional: [ISettingRegistry, ILabShell],
  activate: (
    app: JupyterFrontEnd,
    learnspace: ILearnspace,
    settings: ISettingRegistry | null,
    shell: ILabShell | null
  ) => {
    const { trans } = learnspace;
    const model = new HomeModel(learnspace);
    learnspace.addPanel({
      id: PANEL,
      command: COMMAND,
      label: trans.__('Home'),
      caption: trans.__('What to do now, what is due and what is new'),
      icon: homeIcon,
      rank: 1,
      model,
      view: async () => {
        const { homeView } = await import('./view');
        return homeView(model);
      }
    });
    void app.restored.then(async () => {
      if (window.innerWidth < NARROW) {
        shell?.collapseLeft();
      }
      const chosen = await settings?.load(ID).catch(() => null);
      if (chosen?.composite.openAtStart !== false) {
        await openFirst(app);
      }
    });
  }
};

/** Put Home before all other tabs; take the front only from nobody. */
async function openFirst(app: JupyterFrontEnd): Promise<void> {
  const others = [...app.shell.widgets('main')];
  if (others.some(widget => widget.id === PANEL)) {
    return;
  }
  const args: Record<string, string> = {};
  if (others.length > 0) {
    args.mode = 'tab-before';
    args.ref = others[0].id;
  }
  if (others.some(widget => !widget.id.startsWith('launcher'))) {
    args.background = 'yes';
  }
  await app.commands.execute(COMMAND, args);
}

export default plugin;
