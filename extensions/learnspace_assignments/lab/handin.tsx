/** Before handing in: what will be sent, and what to know first. */
import * as React from 'react';

import { fileSize, named } from '../../learnspace_core/lab/dates';
import type { ILearnspace } from '../../learnspace_core/lab/tokens';
import type { IStepsProps } from './learnerwork';
import { LateNow } from './terms';
import { whenGradedWords } from './whengraded';
import type { IWarned } from './types';

export function Confirmation(props: IStepsProps & { onCancel: () => void }): JSX.Element {
  const { one, learner, learnspace, onCancel } = props;
  const { trans, locale } = learnspace;
  const id = React.useId();
  return (
    <section className="ls-Card" aria-labelledby={id}>
      <h3 id={id}>{trans.__('What will be sent')}</h3>
      <ul className="ls-Files">
        {learner.handing?.files.map(file => (
          <li key={file.path}>
            <span>{file.path}</span>
            <span className="ls-Muted">{fileSize(file.size, locale)}</span>
          </li>
        ))}
      </ul>
      {learner.handing?.warnings.map(each => (
        <p key={each.path} className="ls-Late">
          <span aria-hidden="true">▲</span> {warningWord(each, learnspace)}
        </p>
      ))}
      {one.team && (
        <p>
          {trans.__(
            'It counts for your whole team: %1.',
            named(
              one.team.members.map(each => each.name || each.username),
              locale
            )
          )}
        </p>
      )}
      {learner.isLate(one) && <LateNow one={one} learnspace={learnspace} />}
      {one.attempts_left !== null && (
        <p>
          {one.attempts_left === 1
            ? trans.__('This uses your last attempt.')
            : trans.__('This uses one of your %1 attempts left.', one.attempts_left)}
        </p>
      )}
      {one.grading.when !== 'on_demand' && <p>{whenGradedWords(one, learnspace)}</p>}
      <div className="ls-Buttons">
        <button
          className="ls-Button ls-mod-filled"
          autoFocus
          aria-disabled={learner.busy !== null}
          onClick={() => void learner.handIn(one)}
        >
          {trans.__('Hand in now')}
        </button>
        <button className="ls-Button" onClick={onCancel}>
          {trans.__('Not yet')}
        </button>
      </div>
    </section>
  );
}

function warningWord({ path, code }: IWarned, { trans }: ILearnspace): string {
  switch (code) {
    case 'old_notebook':
    case 'new_notebook':
      return trans.__(
        '%1 is a notebook of another format, so it may not be graded. Open it in JupyterLab and save it.',
        path
      );
    default:
      return trans.__(
        '%1 is damaged, so it may not be graded. Open it, see whether your work is there, and save it.',
        path
      );
  }
}
