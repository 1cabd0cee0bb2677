/** What every feature stands on: asking the platform, translations, opening panels. */
import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, WidgetTracker } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { IMainMenu } from '@jupyterlab/mainmenu';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { RankedMenu } from '@jupyterlab/ui-components';

import { requestAPI } from './api';
import { Panel } from './panel';
import { ILearnspace, type IPanel } from './tokens';
import type { IMe } from './types';

const plugin: JupyterFrontEndPlugin<ILearnspace> = {
  id: 'learnspace:core',
  description: 'Asks the platform and opens the panels of Learnspace.',
  autoStart: true,
  provides: ILearnspace,
  optional: [ITranslator, ICommandPalette, ILauncher, IMainMenu, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    launcher: ILauncher | null,
    mainMenu: IMainMenu | null,
    restorer: ILayoutRestorer | null
  ): ILearnspace => {
    const trans = (translator ?? nullTranslator).load('learnspace');
    const { serverSettings } = app.serviceManager;
    const menu = new RankedMenu({ commands: app.commands });
    menu.id = 'jp-mainmenu-learnspace';
    // Not through a settings schema: the server translates schemas only from JupyterLab's own packs.
    menu.title.label = trans.__('Learning');
    mainMenu?.addMenu(menu, true, { rank: 90 });
    let me: Promise<IMe> | null = null;

    const learnspace: ILearnspace = {
      trans,
      locale: localeOf(translator?.languageCode),
      baseUrl: serverSettings.baseUrl,
      request: <T>(path: string, init: RequestInit = {}) =>
        requestAPI<T>(path, init, serverSettings),
      send: <T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body: unknown = {}) =>
        requestAPI<T>(path, { method, body: JSON.stringify(body) }, serverSettings),
      me: () => {
        me ??= requestAPI<IMe>('me', {}, serverSettings).catch((reason: unknown) => {
          me = null;
          throw reason;
        });
        return me;
      },
      execute: <T>(command: string, args: Record<string, string> = {}) =>
        app.commands.execute(command, args) as Promise<T>,
      addPanel: panel => {
        addPanel(app, panel, restorer);
        void offer(panel);
      }
    };

    /** Put a panel where people find it, once it is known that it is for them. */
    const offer = async (panel: IPanel): Promise<void> => {
      if (panel.isFor && !panel.isFor(await learnspace.me())) {
        return;
      }
      palette?.addItem({ command: panel.command, category: trans.__('Learnspace') });
      menu.addItem({ command: panel.command, rank: panel.rank });
      launcher?.add({
        command: panel.command,
        category: trans.__('Learnspace'),
        rank: panel.rank
      });
    };
    return learnspace;
  }
};

/** Register the command that opens a panel, once, and bring it back after a reload. */
function addPanel(app: JupyterFrontEnd, panel: IPanel, restorer: ILayoutRestorer | null): void {
  const tracker = new WidgetTracker<Panel>({ namespace: panel.id });
  let opening: Promise<Panel> | null = null;

  const create = async (): Promise<Panel> => {
    const widget = new Panel(panel.model, await panel.view());
    widget.id = panel.id;
    widget.title.label = panel.label;
    widget.title.caption = panel.caption;
    widget.title.icon = panel.icon;
    widget.title.closable = true;
    widget.disposed.connect(() => (opening = null));
    await tracker.add(widget);
    return widget;
  };

  app.commands.addCommand(panel.command, {
    label: panel.label,
    caption: panel.caption,
    icon: panel.icon,
    describedBy: {
      args: {
        type: 'object',
        properties: {
          ...panel.args,
          mode: {
            type: 'string',
            description: 'Where the tab goes, as in DocumentRegistry.IOpenOptions'
          },
          ref: { type: 'string', description: 'The id of the tab that mode refers to' },
          background: { type: 'string', description: 'Set to leave the current tab in front' }
        }
      }
    },
    execute: async args => {
      const { mode, ref, background, ...target } = args as Record<string, string>;
      opening ??= create();
      const widget = await opening;
      panel.model.select(target);
      if (!widget.isAttached) {
        app.shell.add(widget, 'main', {
          mode: mode as 'tab-before' | undefined,
          ref,
          activate: !background,
          type: 'learnspace'
        });
        panel.model.refresh();
      }
      if (!background) {
        app.shell.activateById(widget.id);
      }
      return widget;
    }
  });
  void restorer?.restore(tracker, { command: panel.command, name: () => panel.id });
}

/** Name JupyterLab's language as Intl does; without one, English dates as the browser writes them. */
function localeOf(languageCode: string | undefined): string {
  if (!languageCode || languageCode === 'default' || languageCode.startsWith('en')) {
    return navigator.language.startsWith('en') ? navigator.language : 'en-GB';
  }
  return languageCode.replace('_', '-');
}

export default plugin;
