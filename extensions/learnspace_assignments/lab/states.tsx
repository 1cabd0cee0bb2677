/** The states of work, in words. */
import * as React from 'react';

import { Chip, type Tone } from '../../learnspace_core/lab/components';
import { points } from '../../learnspace_core/lab/dates';
import type { ILearnspace } from '../../learnspace_core/lab/tokens';
import type { LearnerState, SubmissionState } from './types';

const LEARNER_TONES: Record<LearnerState, Tone> = {
  not_started: 'idle',
  working: 'busy',
  handed_in: 'sent',
  returned: 'done'
};

const SUBMISSION_TONES: Record<SubmissionState, Tone> = {
  handed_in: 'sent',
  grading: 'busy',
  needs_marks: 'attention',
  graded: 'done',
  returned: 'done',
  withheld: 'attention'
};

/** Where a learner stands with an assignment: not started / working / handed in / returned 8 of 10. */
export function LearnerChip(props: {
  state: LearnerState;
  score: number | null;
  maxScore: number | null;
  learnspace: ILearnspace;
}): JSX.Element {
  return <Chip tone={LEARNER_TONES[props.state]}>{learnerWord(props)}</Chip>;
}

function learnerWord(props: Parameters<typeof LearnerChip>[0]): string {
  const { trans, locale } = props.learnspace;
  switch (props.state) {
    case 'not_started':
      return trans.__('not started');
    case 'working':
      return trans.__('working');
    case 'handed_in':
      return trans.__('handed in');
    case 'returned':
      return props.score === null
        ? trans.__('returned')
        : trans.__(
            'returned %1 of %2',
            points(props.score, locale),
            points(props.maxScore ?? 0, locale)
          );
  }
}

/** Say that work which is not handed in was due already. */
export function PastDue(props: {
  state: LearnerState;
  dueAt: string | null;
  learnspace: ILearnspace;
}): JSX.Element {
  const { state, dueAt, learnspace } = props;
  const [opened] = React.useState(Date.now);
  const open = state === 'not_started' || state === 'working';
  if (!open || dueAt === null || Date.parse(dueAt) >= opened) {
    return <></>;
  }
  return <span className="ls-Late"> · {learnspace.trans.__('past due')}</span>;
}

/** Where a submission stands, as its learner or its teacher says it. */
export function SubmissionChip(props: {
  state: SubmissionState;
  reader: 'learner' | 'teacher';
  learnspace: ILearnspace;
}): JSX.Element {
  const { state, reader, learnspace } = props;
  const hidden = reader === 'learner' && ['needs_marks', 'graded', 'withheld'].includes(state);
  return (
    <Chip tone={hidden ? 'busy' : SUBMISSION_TONES[state]}>
      {hidden ? learnspace.trans.__('with your teacher') : submissionWord(state, learnspace)}
    </Chip>
  );
}

/** That marks or comments are not those any more that the learner was given. */
export function ChangedChip({ learnspace }: { learnspace: ILearnspace }): JSX.Element {
  return <Chip tone="attention">{learnspace.trans.__('changed since it was returned')}</Chip>;
}

function submissionWord(state: SubmissionState, { trans }: ILearnspace): string {
  switch (state) {
    case 'handed_in':
      return trans.__('handed in');
    case 'grading':
      return trans.__('being graded');
    case 'needs_marks':
      return trans.__('to mark by hand');
    case 'graded':
      return trans.__('graded');
    case 'returned':
      return trans.__('returned');
    case 'withheld':
      return trans.__('withheld');
  }
}
