/** What a licence lets one do, in words. */
import type { TranslationBundle } from '@jupyterlab/translation';

/** Say an SPDX licence in words; one that we do not know keeps its name. */
export function licenceInWords(licence: string, trans: TranslationBundle): string {
  const name = licence.replace(/-/g, ' ');
  switch (licence.toUpperCase().replace(/-\d.*$/, '')) {
    case 'CC0':
      return trans.__('free to use (%1)', name);
    case 'CC-BY':
      return trans.__('free to use, name the author (%1)', name);
    case 'CC-BY-SA':
      return trans.__('free to use, name the author, share alike (%1)', name);
    case 'CC-BY-NC':
    case 'CC-BY-NC-SA':
      return trans.__('free to use, not for sale (%1)', name);
    case '':
      return trans.__('no licence given');
    default:
      return licence;
  }
}
