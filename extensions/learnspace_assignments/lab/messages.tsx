/** Messages as text, and where one writes the next; a learner's and a teacher's panel share them. */
import * as React from 'react';

import { Problem, Time } from '../../learnspace_core/lab/components';
import type { RequestError } from '../../learnspace_core/lab/errors';
import type { ILearnspace } from '../../learnspace_core/lab/tokens';
import type { IAskedQuestion, IMessage } from './classtypes';
import { namesOf, withoutPoints } from './names';

/** How long a message may be. */
const LONGEST = 4000;

export function Messages(props: { messages: IMessage[]; learnspace: ILearnspace }): JSX.Element {
  const { messages, learnspace } = props;
  const { trans, locale } = learnspace;
  return (
    <ol className="ls-Messages" aria-label={trans.__('Messages')} aria-live="polite">
      {messages.map(one => (
        <li key={one.id} className={one.from_teacher ? 'ls-mod-teacher' : undefined}>
          <p className="ls-Muted">
            {one.from_teacher ? trans.__('%1, teacher', one.author) : one.author}
            {' · '}
            <Time at={one.sent_at} locale={locale} exact />
            {one.question_title && ` · ${withoutPoints(one.question_title)}`}
          </p>
          <p className="ls-Said" dir="auto">
            {one.text}
          </p>
        </li>
      ))}
    </ol>
  );
}

export function Composer(props: {
  label: string;
  /** What one can ask about. */
  questions: Pick<IAskedQuestion, 'notebook' | 'id' | 'title'>[];
  sending: boolean;
  error: RequestError | null;
  learnspace: ILearnspace;
  /** Send it; returns whether it arrived. What did not arrive stays in the field. */
  onSend: (text: string, question: string) => Promise<boolean>;
}): JSX.Element {
  const { label, questions, sending, error, learnspace, onSend } = props;
  const { trans } = learnspace;
  const [text, setText] = React.useState('');
  const [question, setQuestion] = React.useState('');
  const field = React.useId();
  const choice = React.useId();
  const send = async (): Promise<void> => {
    if (text.trim() && !sending && (await onSend(text, question))) {
      setText('');
      setQuestion('');
    }
  };
  return (
    <form
      className="ls-Composer"
      onSubmit={event => {
        event.preventDefault();
        void send();
      }}
    >
      <label htmlFor={field}>{label}</label>
      <textarea
        id={field}
        value={text}
        rows={3}
        maxLength={LONGEST}
        dir="auto"
        onChange={event => setText(event.target.value)}
      />
      <div className="ls-Buttons">
        {questions.length > 0 && (
          <>
            <label htmlFor={choice}>{trans.__('About')}</label>
            <select
              id={choice}
              className="ls-Select"
              value={question}
              onChange={event => setQuestion(event.target.value)}
            >
              <option value="">{trans.__('the whole assignment')}</option>
              {namesOf(questions, trans).map((name, index) => (
                <option key={`${questions[index].notebook} ${name}`} value={questions[index].id}>
                  {name}
                </option>
              ))}
            </select>
          </>
        )}
        <button className="ls-Button" type="submit" aria-disabled={sending || !text.trim()}>
          {trans.__('Send')}
        </button>
      </div>
      {error && <Problem error={error} trans={trans} />}
    </form>
  );
}
