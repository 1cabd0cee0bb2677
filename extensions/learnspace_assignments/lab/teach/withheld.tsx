/** Why a submission was withheld, and what a teacher does about it; the program's own words come last. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { TeachModel } from './model';

export function Withheld(props: {
  one: { reason: string; reason_code: string };
  model: TeachModel;
}): JSX.Element {
  const { trans } = props.model.learnspace;
  const { reason, reason_code } = props.one;
  return (
    <div className="ls-Reason">
      {why(reason_code, trans)}
      {reason && (
        <details>
          <summary>{trans.__('Details')}</summary>
          {reason}
        </details>
      )}
    </div>
  );
}

function why(code: string, trans: TranslationBundle): string {
  switch (code) {
    case 'no_evidence':
      return trans.__(
        'A check passes without showing that the answer is right, so it gave no points. Look at the answer and mark it by hand.'
      );
    case 'not_judged':
      return trans.__(
        'A check passes that cannot be judged from outside the notebook, so it gave no points. The learner did nothing wrong: look at the answer and mark it by hand.'
      );
    case 'worker_died':
      return trans.__(
        'The grader stopped three times while it graded this. Mark it by hand, or tell the operator.'
      );
    case 'bad_notebook':
      return trans.__(
        'A notebook cannot be read. Ask the learner to open it, mend it and hand in again.'
      );
    case 'unreadable':
    case 'not_gradable':
      return trans.__('It cannot be graded by itself. Look at it and mark it by hand.');
    default:
      return trans.__(
        'It could not be graded. Ask the learner to open it, mend it and hand in again.'
      );
  }
}
