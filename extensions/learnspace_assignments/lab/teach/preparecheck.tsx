/** What the check before release found: a verdict on each test, and the mistakes that no test noticed. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { Chip, Empty, Time } from '../../../learnspace_core/lab/components';
import { fileSize, points } from '../../../learnspace_core/lab/dates';
import { withoutPoints } from '../names';
import type { ICheckReport, ICheckState, INotebookCheck, ITestCheck } from './preparework';
import type { ITabProps } from './props';
import { seconds } from './runwords';

type Model = ITabProps['model'];

export function CheckFound({ state, model }: { state: ICheckState; model: Model }): JSX.Element {
  const { trans, locale } = model.learnspace;
  const { report } = state;
  if (report === null) {
    return <Empty>{trans.__('Not checked yet.')}</Empty>;
  }
  return (
    <>
      <div className="ls-Run">
        <Chip tone={report.verdict === 'ready' ? 'done' : 'attention'}>
          {reportWord(report.verdict, trans)}
        </Chip>
        <span className="ls-Muted">
          {trans.__('Checked')} <Time at={report.made_at} locale={locale} exact />
        </span>
      </div>
      {!state.current && <p>{trans.__('The source changed since this check.')}</p>}
      {report.tests.length > 0 && <Tests report={report} model={model} />}
      <ByHand report={report} model={model} />
      <NotTried report={report} model={model} />
      <Unnoticed report={report} model={model} />
      {report.by_hand.length > 0 && (
        <>
          <h4>{trans.__('Marked by hand')}</h4>
          <ul>
            {report.by_hand.map(one => (
              <li key={`${one.notebook} ${one.id}`}>{withoutPoints(one.title) || one.id}</li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function Tests({ report, model }: { report: ICheckReport; model: Model }): JSX.Element {
  const { trans } = model.learnspace;
  return (
    <div className="ls-Scroll" tabIndex={0} role="region" aria-label={trans.__('Tests')}>
      <table className="ls-Table">
        <thead>
          <tr>
            <th scope="col">{trans.__('Test')}</th>
            <th scope="col">{trans.__('Verdict')}</th>
            <th scope="col">{trans.__('Points')}</th>
            <th scope="col">{trans.__('Your solution')}</th>
            <th scope="col">{trans.__('Untouched')}</th>
            <th scope="col">{trans.__('Runs passed')}</th>
            <th scope="col">{trans.__('Mistakes noticed')}</th>
            <th scope="col">{trans.__('Time')}</th>
            <th scope="col">{trans.__('Memory')}</th>
          </tr>
        </thead>
        <tbody>
          {report.tests.map(one => (
            <Row key={`${one.notebook} ${one.id}`} one={one} model={model} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ one, model }: { one: ITestCheck; model: Model }): JSX.Element {
  const { trans, locale } = model.learnspace;
  const said = [one.error, one.stderr].filter(Boolean).join('\n');
  return (
    <tr>
      <th scope="row">
        {withoutPoints(one.title)} <span className="ls-Muted">{one.id}</span>
      </th>
      <td>
        {one.verdict === 'good' && one.withheld
          ? trans.__('Points only by hand')
          : testWord(one.verdict, trans)}
        {said && (
          <details>
            <summary>{trans.__('What it said')}</summary>
            <pre className="ls-Said">{said}</pre>
          </details>
        )}
      </td>
      <td>{points(one.points, locale)}</td>
      <td>{points(one.reference, locale)}</td>
      <td>{points(one.untouched, locale)}</td>
      <td>{trans.__('%1 of %2', one.passed, one.runs)}</td>
      <td>{one.mutants > 0 ? trans.__('%1 of %2', one.caught, one.mutants) : '–'}</td>
      <td>{seconds(one.seconds, locale)}</td>
      <td>{one.memory_bytes > 0 ? fileSize(one.memory_bytes, locale) : '–'}</td>
    </tr>
  );
}

/** The tests for which nobody gets points without a person, and why. */
function ByHand({ report, model }: { report: ICheckReport; model: Model }): JSX.Element | null {
  const { trans } = model.learnspace;
  const withheld = report.tests.filter(one => one.withheld !== '');
  if (withheld.length === 0) {
    return null;
  }
  return (
    <>
      <h4>{trans.__('Points only by hand')}</h4>
      <ul>
        {withheld.map(one => (
          <li key={`${one.notebook} ${one.id}`}>
            {withoutPoints(one.title)} <span className="ls-Muted">{one.id}</span>
            <br />
            {withheldWord(one, trans)}
          </li>
        ))}
      </ul>
    </>
  );
}

/** The notebooks in whose solution no mistakes were tried, and why. */
function NotTried({ report, model }: { report: ICheckReport; model: Model }): JSX.Element | null {
  const { trans } = model.learnspace;
  const without = report.notebooks.filter(one => one.left_out !== '' || one.ended === 'no_kernel');
  if (without.length === 0) {
    return null;
  }
  return (
    <ul aria-label={trans.__('Not tried')}>
      {without.map(one => (
        <li key={one.notebook}>
          {one.notebook}: {notTriedWord(one, trans)}
        </li>
      ))}
    </ul>
  );
}

/** The mistakes in the solution that cost no points. */
function Unnoticed({ report, model }: { report: ICheckReport; model: Model }): JSX.Element | null {
  const { trans } = model.learnspace;
  if (report.survivors.length === 0) {
    return null;
  }
  return (
    <>
      <h4>{trans.__('Mistakes that no test noticed')}</h4>
      <ul>
        {report.survivors.map((one, index) => (
          <li key={index}>
            <code>{one.was}</code> → {one.became ? <code>{one.became}</code> : trans.__('left out')}{' '}
            <span className="ls-Muted">{trans.__('%1, line %2', one.cell, one.line)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function reportWord(verdict: ICheckReport['verdict'], trans: TranslationBundle): string {
  switch (verdict) {
    case 'ready':
      return trans.__('Ready to release');
    case 'look':
      return trans.__('Look at what is marked, then release');
    case 'mend':
      return trans.__('Mend it before release');
    case 'unfinished':
      return trans.__('Unfinished: the time was over');
  }
}

function notTriedWord(one: INotebookCheck, trans: TranslationBundle): string {
  if (one.ended === 'no_kernel') {
    return trans.__('There is no kernel for its language here, so its tests were not run.');
  }
  switch (one.left_out) {
    case 'not_python':
      return trans.__('Mistakes were not tried: its language is not Python.');
    case 'no_solution':
      return trans.__('Mistakes were not tried: nothing stands between BEGIN and END SOLUTION.');
    case 'unlike':
      return trans.__(
        'Mistakes were not tried: it behaves differently when its cells are run again.'
      );
    default:
      return trans.__('Mistakes were not tried: the time was over.');
  }
}

/** Why nobody gets points for a test without a person, and what its teacher can do. */
function withheldWord(one: ITestCheck, trans: TranslationBundle): string {
  switch (one.withheld) {
    case 'language':
      return trans.__(
        'Nothing shows that a test in this language can fail. The operator can trust the language.'
      );
    case 'object':
      return trans.__(
        'It lets an object of the solution judge itself. Compare plain values: numbers, texts, lists.'
      );
    case 'passes_wrong':
      return trans.__(
        'It passes with a wrong expected value too. Expect what only a right answer gives.'
      );
    case 'beside':
      return one.word
        ? trans.__(
            'It cannot be judged from outside the notebook, because it uses %1. Call the functions without it, and compare what they give.',
            one.word
          )
        : trans.__(
            'It cannot be judged from outside the notebook. Call the functions, and compare what they give.'
          );
    default:
      return trans.__(
        'Your solution passes in the notebook, but not where the test sees only what it gives. Call the functions, and compare what they give.'
      );
  }
}

function testWord(verdict: ITestCheck['verdict'], trans: TranslationBundle): string {
  switch (verdict) {
    case 'good':
      return trans.__('Good');
    case 'fails':
      return trans.__('Your solution does not earn full marks: mend the solution or the test');
    case 'free':
      return trans.__('An untouched notebook earns full marks: test what learners have to write');
    case 'flaky':
      return trans.__('Now more, now less for the same solution: take chance and time out of it');
    case 'never_fails':
      return trans.__('No mistake made it fail: test more of what the solution does');
    case 'not_run':
      return trans.__('Not run: check again, or allow more time');
  }
}
