/** Messages: the talks with learners about one assignment; who waits for an answer comes first. */
import * as React from 'react';

import { Chip, Empty, Loaded, useChanges } from '../../../learnspace_core/lab/components';
import type { ITalk } from '../classtypes';
import { Composer, Messages } from '../messages';
import type { ITabProps } from './props';

export function MessagesTab({ one, model }: ITabProps): JSX.Element {
  const { classroom, learnspace } = model;
  const { trans } = learnspace;
  useChanges(classroom.changed, classroom.talks.changed, classroom.view.changed);
  React.useEffect(() => {
    classroom.open(one);
    void classroom.talks.load();
    if (classroom.view.value === null) {
      // The questions to write about, and the names of learners who did not ask.
      void classroom.view.load();
    }
    // Another look at the same assignment is no other assignment.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [one.course, one.name]);
  return (
    <div className="ls-Detail">
      <Loaded loader={classroom.talks} trans={trans} lines={4}>
        {talks => <Talks talks={talks} one={one} model={model} />}
      </Loaded>
    </div>
  );
}

function Talks(props: ITabProps & { talks: ITalk[] }): JSX.Element {
  const { talks, model } = props;
  const { classroom, learnspace } = model;
  const { partner } = classroom;
  const learner = classroom.view.value?.learners.find(each => each.username === partner);
  const known = talks.some(each => each.username === partner);
  const shown =
    learner && !known
      ? [{ username: partner, name: learner.name, waits: false, messages: [] }, ...talks]
      : talks;
  if (shown.length === 0) {
    return (
      <Empty>
        {learnspace.trans.__(
          'Nobody has asked yet. To write to a learner, choose a name in Class.'
        )}
      </Empty>
    );
  }
  return (
    <>
      {shown.map(talk => (
        <One key={talk.username} talk={talk} {...props} />
      ))}
    </>
  );
}

function One({ talk, model }: ITabProps & { talk: ITalk }): JSX.Element {
  const { classroom, learnspace } = model;
  const { trans } = learnspace;
  const who = talk.name || talk.username;
  const chosen = classroom.partner === talk.username;
  return (
    <details className="ls-Talk" open={talk.waits || chosen || undefined}>
      <summary>
        {who} {talk.waits && <Chip tone="attention">{trans.__('waits for an answer')}</Chip>}
      </summary>
      <Messages messages={talk.messages} learnspace={learnspace} />
      <Composer
        label={trans.__('Your message to %1', who)}
        questions={classroom.view.value?.questions ?? []}
        sending={classroom.sending}
        error={chosen ? classroom.error : null}
        learnspace={learnspace}
        onSend={(text, question) => classroom.answer(talk.username, text, question)}
      />
    </details>
  );
}
