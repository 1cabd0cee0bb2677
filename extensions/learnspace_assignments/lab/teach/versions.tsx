/** Versions: which are out, what changed, how many learners have which; and the table of old and new scores. */
import * as React from 'react';

import { Empty, Loaded, Problem, Time, useChanges } from '../../../learnspace_core/lab/components';
import { points } from '../../../learnspace_core/lab/dates';
import { keyOf } from '../learnerwork';
import { Progress } from './running';
import { withoutPoints } from '../names';
import type { ITabProps } from './props';
import type { IRegrade, IRegradedLearner, ITaughtVersion } from './versionswork';

export function VersionsTab(props: ITabProps): JSX.Element {
  const { one, model } = props;
  const { versions, work, learnspace } = model;
  const { trans } = learnspace;
  const key = keyOf(one);
  useChanges(versions.changed, versions.versions.changed, versions.regrade.changed);
  React.useEffect(() => versions.open(one), [versions, key]); // eslint-disable-line react-hooks/exhaustive-deps
  return (
    <div className="ls-Detail">
      <Loaded loader={versions.versions} trans={trans} lines={3}>
        {found => <Versions {...props} found={found} />}
      </Loaded>
      <h3>{trans.__('Grade again')}</h3>
      <p>
        {trans.__(
          'After you mended a test and released it: every graded submission is graded again in a copy. You see what would change before it counts. Marks that you gave by hand stay.'
        )}
      </p>
      <Regrade {...props} />
      <Progress one={one} model={model} />
      {work.error && <Problem error={work.error} trans={trans} onRetry={() => work.retry()} />}
      {versions.error && (
        <Problem error={versions.error} trans={trans} onRetry={() => versions.reload()} />
      )}
      <Loaded loader={versions.regrade} trans={trans} lines={3}>
        {({ report }) => report && <Report {...props} report={report} />}
      </Loaded>
    </div>
  );
}

function Versions({ found, model }: ITabProps & { found: ITaughtVersion[] }): JSX.Element {
  const { trans, locale } = model.learnspace;
  if (found.length === 0) {
    return <Empty>{trans.__('Nothing is released yet.')}</Empty>;
  }
  return (
    <div className="ls-Scroll" tabIndex={0} role="region" aria-label={trans.__('Versions')}>
      <table className="ls-Table">
        <thead>
          <tr>
            <th scope="col">{trans.__('Version')}</th>
            <th scope="col">{trans.__('Released')}</th>
            <th scope="col">{trans.__('Learners who have it')}</th>
            <th scope="col">{trans.__('What changed, in your words')}</th>
          </tr>
        </thead>
        <tbody>
          {found.map(version => (
            <tr key={version.number}>
              <th scope="row">{version.number}</th>
              <td>
                <Time at={version.released_at} locale={locale} exact />
              </td>
              <td>{version.learners}</td>
              <td>
                <Note version={version} model={model} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The note that learners read with the update. */
function Note(props: { version: ITaughtVersion; model: ITabProps['model'] }): JSX.Element {
  const { version, model } = props;
  const { versions, learnspace } = model;
  const { trans } = learnspace;
  const [draft, setDraft] = React.useState<string | null>(null);
  const changed = draft !== null && draft !== version.note;
  const save = (event: React.FormEvent): void => {
    event.preventDefault();
    if (changed) {
      void versions.reword(version.number, draft);
    }
  };
  return (
    <form className="ls-Buttons" onSubmit={save}>
      <input
        className="ls-Select"
        maxLength={2000}
        aria-label={trans.__('What changed in version %1', version.number)}
        value={draft ?? version.note}
        onChange={event => setDraft(event.target.value)}
      />
      <button className="ls-Button" type="submit" aria-disabled={!changed}>
        {trans.__('Save')}
      </button>
      <span role="status">{versions.saved === version.number && `✓ ${trans.__('Saved')}`}</span>
    </form>
  );
}

/** The button that makes the table; the one filled button is *Apply* once there is something to apply. */
function Regrade({ one, model }: ITabProps): JSX.Element {
  const { versions, work, learnspace } = model;
  const { trans } = learnspace;
  const graded = work.count(one, 'graded', 'needs_marks', 'returned');
  const busy = work.jobs.has(keyOf(one));
  const report = versions.regrade.value?.report;
  const waits = report !== null && report !== undefined && !report.applied_at;
  return (
    <div className="ls-Buttons">
      <button
        className={`ls-Button${graded > 0 && !waits ? ' ls-mod-filled' : ''}`}
        aria-disabled={busy || graded === 0}
        onClick={() => graded > 0 && void versions.gradeAgain(one)}
      >
        {trans.__('Regrade (%1)', graded)}
      </button>
    </div>
  );
}

function Report({ one, model, report }: ITabProps & { report: IRegrade }): JSX.Element {
  const { versions, work, learnspace } = model;
  const { trans, locale } = learnspace;
  const busy = work.jobs.has(keyOf(one));
  const rows = [...report.learners].sort(
    (a, b) =>
      Math.abs(b.new - b.old) - Math.abs(a.new - a.old) ||
      (a.name || a.username).localeCompare(b.name || b.username, locale)
  );
  return (
    <>
      <p>
        {trans.__(
          '%1 of %2 get more, %3 get less.',
          report.raised,
          report.learners.length,
          report.lowered
        )}
      </p>
      <div className="ls-Scroll" tabIndex={0} role="region" aria-label={trans.__('New scores')}>
        <table className="ls-Table">
          <caption>
            {trans.__('Made')} <Time at={report.made_at} locale={locale} exact />
          </caption>
          <thead>
            <tr>
              <th scope="col">{trans.__('Learner')}</th>
              <th scope="col">{trans.__('Before')}</th>
              <th scope="col">{trans.__('After')}</th>
              <th scope="col">{trans.__('Questions')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(each => (
              <Line key={each.submission} each={each} model={model} />
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{trans.__('Sum')}</th>
              <td>{points(report.old_sum, locale)}</td>
              <td>{points(report.new_sum, locale)}</td>
              <td />
            </tr>
          </tfoot>
        </table>
      </div>
      {report.applied_at ? (
        <p role="status">
          ✓ {trans.__('Applied')} <Time at={report.applied_at} locale={locale} exact />
        </p>
      ) : (
        <div className="ls-Buttons">
          <button
            className="ls-Button ls-mod-filled"
            aria-disabled={busy}
            onClick={() => !busy && void versions.apply(one, report)}
          >
            {trans.__('Apply')}
          </button>
          {report.lowered > 0 && (
            <label className="ls-Choice">
              <input
                type="checkbox"
                checked={versions.lower}
                onChange={event => versions.allowLower(event.target.checked)}
              />{' '}
              {trans._n(
                'Lower the score of %1 learner too',
                'Lower the scores of %1 learners too',
                report.lowered
              )}
            </label>
          )}
        </div>
      )}
    </>
  );
}

function Line(props: { each: IRegradedLearner; model: ITabProps['model'] }): JSX.Element {
  const { each, model } = props;
  const { trans, locale } = model.learnspace;
  const [sign, word] =
    each.new > each.old
      ? ['▲', trans.__('more')]
      : each.new < each.old
        ? ['▼', trans.__('less')]
        : ['=', trans.__('the same')];
  const differing = each.questions.filter(one => one.old !== one.new || one.by_hand);
  return (
    <tr>
      <th scope="row">
        {each.name || each.username}
        {each.returned && <span className="ls-Muted"> {trans.__('returned')}</span>}
      </th>
      <td>{points(each.old, locale)}</td>
      <td className={each.new < each.old ? 'ls-Late' : undefined}>
        <span aria-hidden="true">{sign}</span> {points(each.new, locale)}{' '}
        <span className="ls-Muted">{word}</span>
      </td>
      <td>
        {each.reason}
        <ul className="ls-Plain">
          {differing.map(one => (
            <li key={`${one.notebook} ${one.id}`}>
              {withoutPoints(one.title) || one.id}:{' '}
              {one.by_hand
                ? trans.__('%1, given by hand, stays', score(one.new ?? one.old, locale))
                : trans.__('%1 → %2', score(one.old, locale), score(one.new, locale))}
            </li>
          ))}
        </ul>
      </td>
    </tr>
  );
}

function score(value: number | null, locale: string): string {
  return value === null ? '–' : points(value, locale);
}
