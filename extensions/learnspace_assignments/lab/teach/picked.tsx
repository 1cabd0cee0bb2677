/** The learners behind a number of the report: each leads to the graded notebook, or to where it waits. */
import * as React from 'react';

import { SubmissionChip } from '../states';
import type { ITabProps } from './props';
import type { IGradingReport } from './reportwork';
import { Withheld } from './withheld';

export function PickedLearners(props: ITabProps & { report: IGradingReport }): JSX.Element | null {
  const { one, model, report } = props;
  const { reports, work, learnspace } = model;
  const { trans } = learnspace;
  const { picked } = reports;
  const place = React.useRef<HTMLElement>(null);
  const id = React.useId();
  React.useEffect(() => {
    if (picked) {
      place.current?.focus();
      place.current?.scrollIntoView({ block: 'nearest' });
    }
  }, [picked]);
  if (!picked) {
    return null;
  }
  return (
    <section className="ls-Section ls-Picked" aria-labelledby={id} tabIndex={-1} ref={place}>
      <div className="ls-Tools">
        <h3 id={id}>{trans.__('%1 (%2)', picked.title, picked.places.length)}</h3>
        <button className="ls-Button" onClick={() => reports.pick(null)}>
          {trans.__('Close')}
        </button>
      </div>
      <ul className="ls-Checked">
        {picked.places.map(index => {
          const learner = report.learners[index];
          const who = learner.name || learner.username;
          const url = work.markingUrl(one, learner);
          return (
            <li key={learner.submission}>
              <span className="ls-Row-main">
                {url ? (
                  <a
                    className="ls-Link"
                    href={url}
                    target="_blank"
                    rel="noopener noreferrer"
                    aria-label={trans.__('Open the graded notebook of %1', who)}
                  >
                    {who}
                  </a>
                ) : (
                  <button
                    className="ls-Link"
                    aria-label={trans.__('Go to the submission of %1', who)}
                    onClick={() => model.showTab('submissions')}
                  >
                    {who}
                  </button>
                )}
                {learner.state === 'withheld' && <Withheld one={learner} model={model} />}
              </span>
              {picked.value && <span>{picked.value(index)}</span>}
              <SubmissionChip state={learner.state} reader="teacher" learnspace={learnspace} />
            </li>
          );
        })}
      </ul>
    </section>
  );
}
