/** Portfolio as the reader sees it: a timeline by month, newest first. */
import * as React from 'react';

import { Empty, Loaded, Section, useChanges } from '../../learnspace_core/lab/components';
import { exactTime, points } from '../../learnspace_core/lab/dates';
import type { PortfolioModel } from './model';
import type { IEntry } from './types';

export function portfolioView(model: PortfolioModel): () => JSX.Element {
  return function PortfolioView() {
    useChanges(model.entries.changed, model.me.changed, model.changed);
    const { trans } = model.learnspace;
    return (
      <main className="ls-Column" aria-label={trans.__('Portfolio')}>
        <h1>{trans.__('Portfolio')}</h1>
        <Loaded loader={model.entries} trans={trans} lines={8}>
          {entries => <Timeline entries={entries} model={model} />}
        </Loaded>
      </main>
    );
  };
}

function Timeline({ entries, model }: { entries: IEntry[]; model: PortfolioModel }): JSX.Element {
  const { trans } = model.learnspace;
  const months = model.months(entries);
  const page = model.pageUrl('portfolio');
  if (entries.length === 0) {
    return (
      <Empty>
        {trans.__('Nothing here yet. What you open, hand in and get back is kept here for you.')}
      </Empty>
    );
  }
  return (
    <>
      <div className="ls-Tools">
        <label>
          {trans.__('Course')}{' '}
          <select
            className="ls-Select"
            value={model.course}
            onChange={event => model.narrow(event.target.value)}
          >
            <option value="">{trans.__('All courses')}</option>
            {[...model.courses(entries)].map(([id, title]) => (
              <option key={id} value={id}>
                {title}
              </option>
            ))}
          </select>
        </label>
        {page && (
          <a className="ls-Link" href={page} target="_blank" rel="noopener noreferrer">
            {trans.__('Open as a page')}
          </a>
        )}
      </div>
      <div aria-live="polite">
        {months.map(month => (
          <Section key={month.name} title={month.name}>
            <ol className="ls-Timeline">
              {month.entries.map(entry => (
                <li key={entry.id}>
                  <span>{sentence(entry, model)}</span>
                  <span className="ls-Muted">
                    {entry.course_title && `${entry.course_title} · `}
                    <time dateTime={entry.at}>
                      {exactTime(new Date(entry.at), model.learnspace.locale)}
                    </time>
                  </span>
                  <ToFeedback entry={entry} model={model} />
                </li>
              ))}
            </ol>
          </Section>
        ))}
      </div>
    </>
  );
}

/** The way to feedback, which stays the reader's after they left the course. */
function ToFeedback({
  entry,
  model
}: {
  entry: IEntry;
  model: PortfolioModel;
}): JSX.Element | null {
  const { trans } = model.learnspace;
  const url = entry.feedback && model.pageUrl(entry.feedback);
  return url ? (
    <a
      className="ls-Link"
      href={url}
      target="_blank"
      rel="noopener noreferrer"
      aria-label={trans.__('Read feedback: %1', entry.title)}
    >
      {trans.__('Read feedback')}
    </a>
  ) : null;
}

/** Say what happened; a verb without words of ours keeps the service's sentence. */
function sentence(entry: IEntry, model: PortfolioModel): string {
  const { trans, locale } = model.learnspace;
  switch (`${entry.verb} ${entry.object_type}`) {
    case 'opened resource':
      return trans.__('Opened %1', entry.title);
    case 'fetched assignment':
      return trans.__('Began %1', entry.title);
    case 'submitted submission':
      return trans.__('Handed in %1', entry.title);
    case 'scored submission':
      if (entry.result.score === undefined) {
        // Marks may not be seen yet.
        return entry.sentence;
      }
      return trans.__(
        'Got %1 back: %2 of %3 points',
        entry.title,
        points(entry.result.score, locale),
        points(entry.result.max_score ?? 0, locale)
      );
    default:
      return entry.sentence;
  }
}
