/** What was mended in a notebook before it was graded, for its learner and its teacher. */
import * as React from 'react';

import type { ILearnspace } from '../../learnspace_core/lab/tokens';
import { withoutPoints } from './names';
import type { IRepair } from './types';

export function Repairs(props: {
  repairs: IRepair[];
  learnspace: ILearnspace;
}): JSX.Element | null {
  const { repairs, learnspace } = props;
  const { trans } = learnspace;
  if (repairs.length === 0) {
    return null;
  }
  return (
    <details className="ls-Reason">
      <summary>
        {trans._n(
          'Mended before grading: %1 cell',
          'Mended before grading: %1 cells',
          repairs.length
        )}
      </summary>
      <ul>
        {repairs.map((one, place) => (
          <li key={place}>{sentence(one, trans)}</li>
        ))}
      </ul>
    </details>
  );
}

function sentence(one: IRepair, trans: ILearnspace['trans']): string {
  const name = withoutPoints(one.title) || one.id || trans.__('A cell');
  const words: Record<IRepair['kind'], string> = {
    signs: trans.__('%1: signs that no file can hold were replaced.', name),
    marks_found: trans.__(
      '%1: what marks it as a part of the assignment was lost, and is back.',
      name
    ),
    foreign: trans.__(
      '%1: it is marked as a part of another assignment, and does not count.',
      name
    ),
    twins: trans.__('%1: it was there more than once. Only one of them counts.', name),
    marks_changed: trans.__(
      '%1: its points or its kind of task were changed, and are as before.',
      name
    ),
    retyped: trans.__('%1: code had become text, or text code. It is as before.', name),
    text_restored: trans.__(
      '%1: the text is not the teacher’s present one. The teacher’s was used.',
      name
    ),
    answer_missing: trans.__('%1: the cell for the answer is not there.', name),
    brought_back: trans.__('%1: the cell was missing, and is back.', name),
    moved: trans.__('%1: the test stood above the answer, and was run after it.', name)
  };
  return words[one.kind];
}
