/** Check with the grader: before handing in, as often as the teacher allows, and what it may tell. */
import * as React from 'react';

import { Chip, Problem, Time, useChanges } from '../../learnspace_core/lab/components';
import { exactTime } from '../../learnspace_core/lab/dates';
import type { ILearnspace } from '../../learnspace_core/lab/tokens';
import type { IStepsProps } from './learnerwork';
import { namesOf } from './names';
import { keyOf } from './types';
import type { IPractice, IPracticeQuestion, IPracticeResult } from './types';

export function Practice({ one, learner, learnspace }: IStepsProps): JSX.Element {
  const { practice } = learner;
  const { trans } = learnspace;
  const id = React.useId();
  const offered = one.practice.tests !== 'off' && one.local_path !== '';
  useChanges(practice.changed);
  const key = keyOf(one);
  React.useEffect(() => {
    if (offered) {
      void practice.open(one);
    }
    // The assignment is read anew again and again; what counts is which one it is.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [practice, key, offered]);
  if (!offered) {
    return <></>;
  }
  const { held } = practice;
  const waits = practice.busy || practice.isWaiting;
  return (
    <section className="ls-Card" aria-labelledby={id}>
      <h3 id={id}>{trans.__('Check with the grader')}</h3>
      <p>
        {one.practice.tests === 'visible'
          ? trans.__(
              'Your work is tried where it will be graded, with the tests that you see. It is not handed in, and gives no marks.'
            )
          : trans.__(
              'Your work is tried where it will be graded, also with tests that you do not see. It is not handed in, and gives no marks.'
            )}
      </p>
      <div className="ls-Buttons">
        <button
          className="ls-Button"
          aria-disabled={waits || held?.left === 0}
          onClick={() => !waits && held?.left !== 0 && void practice.check(one)}
        >
          {trans.__('Check with the grader')}
        </button>
        {held && <span className="ls-Muted">{leftWords(held, learnspace)}</span>}
      </div>
      <div role="status" className="ls-Told">
        {waits && (
          <p>
            <span aria-hidden="true">◐</span> {trans.__('The grader is checking your work.')}
          </p>
        )}
        {!waits && held?.newest?.state === 'failed' && (
          <p className="ls-Late">
            <span aria-hidden="true">▲</span>{' '}
            {trans.__('This check could not be made. It does not count; try again.')}
          </p>
        )}
        {!waits && held?.newest?.result && (
          <p>
            {countWords(held.newest.result, learnspace)}{' '}
            <span className="ls-Muted">
              <Time at={held.newest.asked_at} locale={learnspace.locale} exact />
            </span>
          </p>
        )}
      </div>
      {practice.error && <Problem error={practice.error} trans={trans} />}
      {!waits && held?.newest?.result && (
        <Result result={held.newest.result} learnspace={learnspace} />
      )}
    </section>
  );
}

function Result(props: { result: IPracticeResult; learnspace: ILearnspace }): JSX.Element {
  const { result, learnspace } = props;
  const { trans } = learnspace;
  const notebooks = new Set(result.questions.map(one => one.notebook));
  const names = namesOf(result.questions, trans);
  return (
    <>
      {result.ended && (
        <p className="ls-Late">
          <span aria-hidden="true">▲</span> {endedWords(result.ended, learnspace)}
        </p>
      )}
      {result.questions.length > 0 && (
        <ul className="ls-Checked" aria-label={trans.__('What the grader found')}>
          {result.questions.map((one, index) => (
            <li key={`${one.notebook} ${one.id}`}>
              <Found one={one} learnspace={learnspace} />
              <span className="ls-Row-main">
                <span>
                  {notebooks.size > 1 && <span className="ls-Muted">{one.notebook} · </span>}
                  {names[index]}
                </span>
                {(one.message || one.hidden) && !isUntouched(one) && (
                  <span className="ls-Muted" dir="auto">
                    {one.hidden
                      ? trans.__('The tests that you see pass; one that you do not see does not.')
                      : one.message}
                  </span>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Found(props: { one: IPracticeQuestion; learnspace: ILearnspace }): JSX.Element {
  const { trans } = props.learnspace;
  if (isUntouched(props.one)) {
    return <Chip tone="idle">{trans.__('not begun')}</Chip>;
  }
  return props.one.passes ? (
    <Chip tone="done">{trans.__('passes')}</Chip>
  ) : (
    <Chip tone="attention">{trans.__('not yet')}</Chip>
  );
}

/** Whether the answer is still the line that stands in for one. */
function isUntouched(one: IPracticeQuestion): boolean {
  return one.message.startsWith('NotImplementedError');
}

function leftWords({ policy, left, next_at }: IPractice, { trans, locale }: ILearnspace): string {
  if (left > 0) {
    return trans._n(
      '%1 check left of %2 in 24 hours',
      '%1 checks left of %2 in 24 hours',
      left,
      policy.per_day
    );
  }
  return next_at
    ? trans.__(
        'All checks are used. The next one is free %1.',
        exactTime(new Date(next_at), locale)
      )
    : '';
}

function countWords({ passing, total }: IPracticeResult, { trans }: ILearnspace): string {
  if (total === 0) {
    return trans.__('The grader found nothing that it could check.');
  }
  return passing === total
    ? `✓ ${trans.__('All questions pass.')}`
    : trans._n('%2 of %1 question passes.', '%2 of %1 questions pass.', total, passing);
}

function endedWords(code: string, { trans }: ILearnspace): string {
  switch (code) {
    case 'timeout':
      return trans.__('The time was over before all cells had run. Look for a loop without end.');
    case 'too_much_output':
      return trans.__('The notebook wrote more than is allowed. Print less.');
    case 'bad_notebook':
      return trans.__(
        'A notebook is damaged. Open it, see whether your work is there, and save it.'
      );
    case 'missing_notebook':
      return trans.__('A notebook of the assignment is not in its folder. Get it again.');
    case 'no_kernel':
      return trans.__('The grader has no kernel for the language of a notebook.');
    case 'not_gradable':
      return trans.__(
        'The grader cannot tell which cell is an answer. Get the assignment anew and copy your answers into it.'
      );
    default:
      return trans.__(
        'A notebook stopped before all its cells had run. Look for what uses much memory or ends Python.'
      );
  }
}
