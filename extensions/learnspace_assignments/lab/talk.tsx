/** The talk of a learner with their teachers, below the steps of an assignment. */
import * as React from 'react';

import { Loaded, useChanges } from '../../learnspace_core/lab/components';
import { keyOf, type IStepsProps } from './learnerwork';
import { Composer, Messages } from './messages';

export function Talk({ one, learner, learnspace }: IStepsProps): JSX.Element {
  const { talk } = learner;
  const { trans } = learnspace;
  const key = keyOf(one);
  const id = React.useId();
  useChanges(talk.changed, talk.messages.changed, talk.asked.changed);
  React.useEffect(() => {
    talk.open(one);
    return () => talk.close();
    // Another look at the same assignment is no other assignment.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);
  const count = talk.messages.value?.length ?? 0;
  const answered = talk.messages.value?.at(-1)?.from_teacher ?? false;
  return (
    <details className="ls-Talk" open={answered || undefined}>
      <summary id={id}>
        {count > 0
          ? trans._n('Ask your teacher (%1 message)', 'Ask your teacher (%1 messages)', count)
          : trans.__('Ask your teacher')}
      </summary>
      <p className="ls-Muted">
        {trans.__('All teachers of this course read it and can answer. Other learners do not.')}
      </p>
      <Loaded loader={talk.messages} trans={trans} lines={2}>
        {messages => <Messages messages={messages} learnspace={learnspace} />}
      </Loaded>
      <Composer
        label={trans.__('Your message')}
        questions={talk.asked.value ?? []}
        sending={talk.sending}
        error={talk.error}
        learnspace={learnspace}
        onSend={(text, question) => talk.send(text, question)}
      />
    </details>
  );
}
