/** What every feature's plugin stands on. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import { Token } from '@lumino/coreutils';

import type { IMe } from './types';

/** Asking the platform, the words of the panels, and how to open a panel of ours. */
export interface ILearnspace {
  /** The reader's language, as Intl names it. */
  readonly locale: string;

  /** The translations of our own texts. */
  readonly trans: TranslationBundle;

  /** The address of the learner's own server, with a slash at the end. */
  readonly baseUrl: string;

  /** Ask the platform; throws RequestError. */
  request<T>(path: string, init?: RequestInit): Promise<T>;

  /** Send JSON to the platform; throws RequestError. */
  send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T>;

  /** Who is signed in; asked once. */
  me(): Promise<IMe>;

  /** Register a panel: its command, palette entry, launcher card and restoration. */
  addPanel(panel: IPanel): void;

  /** Run a command of JupyterLab or of ours. */
  execute<T = unknown>(this: void, command: string, args?: Record<string, string>): Promise<T>;
}

/** The state that a panel shows. It lives as long as the page; it asks nothing before it is shown. */
export interface IPanelModel {
  /** Ask again for what may have changed. */
  refresh(): void;
  /** Go to what the arguments of the command name. */
  select(args: Record<string, string>): void;
}

/** A main-area tab of ours. */
export interface IPanel {
  id: string;
  command: string;
  label: string;
  caption: string;
  icon: LabIcon;
  rank: number;
  /** Who finds it in menu, palette and launcher; everyone if this is left out. */
  isFor?: (me: IMe) => boolean;
  /** The arguments of the command, as properties of a JSON schema. */
  args?: Record<string, { type: 'string'; description: string }>;
  model: IPanelModel;
  /** Load the view, when the panel is first shown. */
  view: () => Promise<() => JSX.Element>;
}

export const ILearnspace = new Token<ILearnspace>(
  'learnspace:ILearnspace',
  'Asks the platform and opens the panels of Learnspace.'
);
