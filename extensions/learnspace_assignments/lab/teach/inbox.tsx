/** Inbox: what waits in all courses one teaches, the oldest first, each leading to its place. */
import * as React from 'react';

import {
  Chip,
  Empty,
  Loaded,
  Time,
  type Tone,
  useChanges
} from '../../../learnspace_core/lab/components';
import type { ILearnspace } from '../../../learnspace_core/lab/tokens';
import type { IWaiting } from '../classtypes';
import { keyOf } from '../learnerwork';
import type { TeachModel } from './model';

const TONES: Record<IWaiting['kind'], Tone> = {
  withheld: 'attention',
  to_grade: 'sent',
  to_mark: 'attention',
  to_answer: 'attention',
  to_return: 'done'
};

export function InboxPart({ model }: { model: TeachModel }): JSX.Element {
  const { classroom, learnspace } = model;
  const { trans } = learnspace;
  useChanges(classroom.inbox.changed);
  React.useEffect(() => void classroom.inbox.load(), [classroom]);
  return (
    <Loaded loader={classroom.inbox} trans={trans} lines={5}>
      {waiting =>
        waiting.length === 0 ? (
          <Empty>{trans.__('Nothing waits. What learners hand in or ask appears here.')}</Empty>
        ) : (
          <ul className="ls-Rows" aria-label={trans.__('Inbox')}>
            {waiting.map(one => (
              <Row key={`${keyOf(one)} ${one.kind} ${one.username}`} one={one} model={model} />
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}

function Row({ one, model }: { one: IWaiting; model: TeachModel }): JSX.Element {
  const { learnspace } = model;
  const { trans, locale } = learnspace;
  return (
    <li>
      <button className="ls-Row" onClick={() => model.follow(one)}>
        <span className="ls-Row-main">
          <span className="ls-Row-title">
            {one.kind === 'to_answer' ? trans.__('%1 asks: %2', one.person, one.title) : one.title}
          </span>
          <span className="ls-Muted">
            {one.course_title} · {trans.__('waits since')}{' '}
            <Time at={one.since} locale={locale} exact />
          </span>
        </span>
        <Chip tone={TONES[one.kind]}>{kindWord(one, learnspace)}</Chip>
      </button>
    </li>
  );
}

function kindWord(one: IWaiting, { trans }: ILearnspace): string {
  switch (one.kind) {
    case 'withheld':
      return trans.__('%1 to look at', one.count);
    case 'to_grade':
      return trans.__('%1 to grade', one.count);
    case 'to_mark':
      return trans.__('%1 to mark by hand', one.count);
    case 'to_answer':
      return trans.__('%1 to answer', one.count);
    case 'to_return':
      return trans.__('%1 to return', one.count);
  }
}
