/** The teacher's solution, once it may be read. */
import * as React from 'react';

import { segments } from '../../learnspace_core/lab/api';
import { Frame, Loaded, useChanges } from '../../learnspace_core/lab/components';
import { Loader } from '../../learnspace_core/lab/loader';
import type { ILearnspace } from '../../learnspace_core/lab/tokens';
import type { IHtml } from '../../learnspace_core/lab/types';
import type { IAssignment } from './types';

export function Solution(props: { one: IAssignment; learnspace: ILearnspace }): JSX.Element {
  const { one, learnspace } = props;
  const { trans } = learnspace;
  const [shown, setShown] = React.useState(false);
  const [loader] = React.useState(
    () =>
      new Loader(() =>
        learnspace.request<IHtml>(`assignments/${segments(one.course, one.name)}/solution`)
      )
  );
  useChanges(loader.changed);
  const toggle = (): void => {
    setShown(!shown);
    if (!shown) {
      void loader.load();
    }
  };
  return (
    <section className="ls-Feedback">
      <button className="ls-Button" aria-expanded={shown} onClick={toggle}>
        {trans.__('Solution')}
      </button>
      {shown && (
        <Loaded loader={loader} trans={trans} lines={6}>
          {page => <Frame html={page.html} title={trans.__('Solution')} />}
        </Loaded>
      )}
    </section>
  );
}
