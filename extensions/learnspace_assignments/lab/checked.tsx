/** What a check found: a line for each question, and the way to its cell. */
import * as React from 'react';

import { Chip, type Tone } from '../../learnspace_core/lab/components';
import type { ILearnspace } from '../../learnspace_core/lab/tokens';
import type { IStepsProps } from './learnerwork';
import { namesOf } from './names';
import { errorWords } from './testwords';
import type { CheckState, ICheck } from './tokens';

const TONES: Record<CheckState, Tone> = {
  passing: 'done',
  failing: 'attention',
  untouched: 'idle',
  unknown: 'idle'
};

export function Checked({ learner, learnspace }: IStepsProps): JSX.Element {
  const { trans } = learnspace;
  const questions = learner.check?.questions ?? [];
  const notebooks = new Set(questions.map(one => one.notebook));
  const names = namesOf(
    questions.map(({ notebook, question, title }) => ({ notebook, id: question, title })),
    trans
  );
  if (questions.length === 0) {
    return <></>;
  }
  return (
    <>
      <ul className="ls-Checked" aria-label={trans.__('Questions')}>
        {questions.map((one, index) => (
          <li key={`${one.path} ${one.question}`}>
            <Chip tone={TONES[one.state]}>{stateWord(one.state, learnspace)}</Chip>
            <span className="ls-Row-main">
              <span>
                {notebooks.size > 1 && <span className="ls-Muted">{one.notebook} · </span>}
                {names[index]}
              </span>
              {one.state === 'failing' && (
                <span className="ls-Muted" dir="auto">
                  {errorWords(one.error?.name ?? '', one.error?.text ?? '', trans)}
                </span>
              )}
            </span>
            <button
              className="ls-Button"
              aria-label={trans.__('Go to the cell: %1', names[index])}
              onClick={() => void learner.goTo(one)}
            >
              {trans.__('Go to the cell')}
            </button>
          </li>
        ))}
      </ul>
      <p className="ls-Muted">
        {trans.__(
          'Your teacher sees which questions pass, to help where it is needed. They do not see what you wrote before you hand in, and this gives no marks.'
        )}
      </p>
    </>
  );
}

/** Sum up a check in plain words. */
export function checkWords(check: ICheck, { trans }: ILearnspace): string[] {
  const { questions } = check;
  if (questions.length === 0) {
    return cellWords(check, trans);
  }
  const passing = questions.filter(one => one.state === 'passing').length;
  const lines = [
    passing === questions.length
      ? trans.__('All questions pass. You can hand in now.')
      : trans._n(
          '%2 of %1 question passes. You may hand in as it is, too.',
          '%2 of %1 questions pass. You may hand in as it is, too.',
          questions.length,
          passing
        )
  ];
  if (check.notRun > 0) {
    lines.push(stopped(check, trans));
  }
  return lines;
}

/** How running went in notebooks without tests. */
function cellWords(check: ICheck, trans: ILearnspace['trans']): string[] {
  const lines = [
    check.errors.length === 0
      ? trans._n(
          '%1 cell ran without an error. You can hand in now.',
          '%1 cells ran without an error. You can hand in now.',
          check.cells - check.notRun
        )
      : trans._n(
          '%1 cell raised an error (%2). Look at it, then check again. You may hand in as it is, too.',
          '%1 cells raised an error (%2). Look at them, then check again. You may hand in as it is, too.',
          check.errors.length,
          [...new Set(check.errors)].join(', ')
        )
  ];
  if (check.notRun > 0) {
    lines.push(stopped(check, trans));
  }
  return lines;
}

function stopped(check: ICheck, trans: ILearnspace['trans']): string {
  return trans._n(
    '%1 cell did not run, because the kernel stopped.',
    '%1 cells did not run, because the kernel stopped.',
    check.notRun
  );
}

function stateWord(state: CheckState, { trans }: ILearnspace): string {
  switch (state) {
    case 'passing':
      return trans.__('passes');
    case 'failing':
      return trans.__('not yet');
    case 'untouched':
      return trans.__('not begun');
    case 'unknown':
      return trans.__('did not run');
  }
}
