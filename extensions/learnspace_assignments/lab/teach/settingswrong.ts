/** What is wrong with settings before they are sent, in the reader's language; the platform looks again. */
import type { TranslationBundle } from '@jupyterlab/translation';

import type { ISettings, WhenShown } from './settingswork';

const ORDER: WhenShown[] = ['when_returned', 'after_due', 'never'];

/** Say the first thing that is wrong; empty if nothing is. */
export function wrongWords(settings: ISettings, trans: TranslationBundle): string {
  const { late, shows } = settings;
  const [opens, due, closes] = [settings.opens_at, settings.due_at, settings.closes_at].map(at =>
    at === null ? null : Date.parse(at)
  );
  if (!settings.title.trim()) {
    return trans.__('Give it a title.');
  }
  if (opens !== null && due !== null && due <= opens) {
    return trans.__('The due date must be after the opening time.');
  }
  if (closes !== null && ((due !== null && closes < due) || (opens !== null && closes <= opens))) {
    return trans.__('It cannot close before it opens or is due.');
  }
  if (due === null && late.kind !== 'accept') {
    return trans.__('Nothing is late without a due date. Set one, or take late work.');
  }
  if (late.kind === 'penalty' && (late.percent <= 0 || late.max_percent < late.percent)) {
    return trans.__('The percent off must be above 0 and not above the most there is.');
  }
  if (ORDER.indexOf(shows.feedback) < ORDER.indexOf(shows.marks)) {
    return trans.__('Feedback tells the marks, so it cannot be shown before them.');
  }
  if (due === null && [shows.marks, shows.feedback].includes('after_due')) {
    return trans.__('Without a due date nothing can be shown after it.');
  }
  if (due === null && settings.grading.when === 'at_due') {
    return trans.__('Without a due date nothing can be graded at it.');
  }
  if (shows.solutions !== 'never' && closes === null && late.kind !== 'refuse') {
    return trans.__(
      'Learners could hand in for ever, so the solution would never be shown. Set a closing time.'
    );
  }
  return '';
}
