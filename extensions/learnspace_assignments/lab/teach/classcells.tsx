/** How a learner and a question stand, as a sign, a word and a colour. */
import * as React from 'react';

import { Chip, type Tone } from '../../../learnspace_core/lab/components';
import { points } from '../../../learnspace_core/lab/dates';
import type { ILearnspace } from '../../../learnspace_core/lab/tokens';
import type { CellState, IClassCell, IClassQuestion, RowState } from '../classtypes';

const SIGNS: Record<CellState, string> = {
  unknown: '·',
  untouched: '○',
  failing: '◐',
  stuck: '▲',
  passing: '✓',
  full: '✓',
  part: '◐',
  none: '✗',
  to_mark: '✎'
};

const TONES: Record<RowState, Tone> = {
  not_started: 'idle',
  working: 'busy',
  passing: 'done',
  stuck: 'attention',
  handed_in: 'sent',
  returned: 'done'
};

/** One question of one learner. */
export function ClassCell(props: {
  cell: IClassCell;
  question: IClassQuestion;
  learnspace: ILearnspace;
}): JSX.Element {
  const { cell, question, learnspace } = props;
  return (
    <span className={`ls-Cell ls-mod-${cell.state}`}>
      <span aria-hidden="true">{SIGNS[cell.state]}</span> {cellWord(cell, question, learnspace)}
    </span>
  );
}

function cellWord(
  cell: IClassCell,
  question: IClassQuestion,
  { trans, locale }: ILearnspace
): string {
  switch (cell.state) {
    case 'unknown':
      return question.checkable ? trans.__('not checked') : trans.__('no test');
    case 'untouched':
      return trans.__('not begun');
    case 'failing':
      return trans._n('not yet, %1 try', 'not yet, %1 tries', cell.tries);
    case 'stuck':
      return trans._n('stuck, %1 try', 'stuck, %1 tries', cell.tries);
    case 'passing':
      return trans.__('passes');
    case 'to_mark':
      return trans.__('to mark');
    default:
      return trans.__('%1 of %2', points(cell.score ?? 0, locale), points(question.points, locale));
  }
}

/** Where a learner stands with the whole assignment. */
export function RowChip(props: { state: RowState; learnspace: ILearnspace }): JSX.Element {
  return <Chip tone={TONES[props.state]}>{rowWord(props.state, props.learnspace)}</Chip>;
}

export function rowWord(state: RowState, { trans }: ILearnspace): string {
  switch (state) {
    case 'not_started':
      return trans.__('not started');
    case 'working':
      return trans.__('working');
    case 'passing':
      return trans.__('all pass');
    case 'stuck':
      return trans.__('stuck');
    case 'handed_in':
      return trans.__('handed in');
    case 'returned':
      return trans.__('returned');
  }
}

/** Sum up a question over the class: "12 pass · 3 stuck". */
export function totals(question: IClassQuestion, { trans }: ILearnspace): string {
  const words = [
    question.stuck > 0 && trans.__('%1 stuck', question.stuck),
    question.failing > 0 && trans.__('%1 not yet', question.failing),
    question.passing > 0 && trans._n('%1 passes', '%1 pass', question.passing),
    question.graded > 0 && trans.__('%1 of %2 full marks', question.full, question.graded)
  ];
  return words.filter(Boolean).join(' · ');
}
