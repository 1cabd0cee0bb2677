/** What was mended in a notebook before it was graded, for its learner and its teacher. */
import * as React from 'react';

import type { ILearnspace } from '../../learnspace_core/lab/tokens';
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
  const name = one.title ? `${one.title} (${one.id})` : one.id || trans.__('A cell');
  switch (one.kind) {
    case 'signs':
      return trans.__('%1: signs that no file can hold were replaced.', name);
    case 'marks_found':
      return trans.__('%1: what marks it as a part of the assignment was lost, and is back.', name);
    case 'foreign':
      return trans.__(
        '%1: it is marked as a part of another assignment, and does not count.',
        name
      );
    case 'twins':
      return trans.__('%1: it was there more than once. Only one of them counts.', name);
    case 'marks_changed':
      return trans.__('%1: its points or its kind of task were changed, and are as before.', name);
    case 'retyped':
      return trans.__('%1: code had become text, or text code. It is as before.', name);
    case 'text_restored':
      return trans.__(
        '%1: the text is not the teacher’s present one. The teacher’s was used.',
        name
      );
    case 'answer_missing':
      return trans.__('%1: the cell for the answer is not there.', name);
    case 'brought_back':
      return trans.__('%1: the cell was missing, and is back.', name);
    case 'moved':
      return trans.__('%1: the test stood above the answer, and was run after it.', name);
  }
}
