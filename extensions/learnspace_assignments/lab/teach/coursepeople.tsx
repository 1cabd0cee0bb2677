/** Who is in a course: its teachers, its learners with their sections, and a list that brings in more. */
import * as React from 'react';

import { Empty, Section } from '../../../learnspace_core/lab/components';
import type { ICourseProps } from './props';
import type { ICourseMembers, IListed, IMember, ITaughtCourse } from './coursetypes';

export function Teachers({
  members,
  work,
  model
}: ICourseProps & { members: ICourseMembers }): JSX.Element {
  const { trans } = model.learnspace;
  const [username, setUsername] = React.useState('');
  const field = React.useId();
  const add = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault();
    if (username.trim() && (await work.addTeacher(username.trim()))) {
      setUsername('');
    }
  };
  return (
    <Section title={trans.__('Teachers')}>
      <ul className="ls-Rows">
        {members.teachers.map(one => (
          <li key={one.username} className="ls-Member">
            <span>
              {one.name} <span className="ls-Muted">{one.username}</span>
            </span>
            {members.teachers.length > 1 && (
              <Remove
                one={one}
                onRemove={() => work.remove('teachers', one.username)}
                model={model}
              />
            )}
          </li>
        ))}
      </ul>
      <form className="ls-Due" onSubmit={event => void add(event)}>
        <label htmlFor={field}>{trans.__('Username of another teacher')}</label>
        <input
          id={field}
          className="ls-Select"
          maxLength={64}
          autoCapitalize="none"
          value={username}
          onChange={event => setUsername(event.target.value)}
        />
        <button className="ls-Button" type="submit" aria-disabled={!username.trim() || work.busy}>
          {trans.__('Add')}
        </button>
      </form>
    </Section>
  );
}

export function Learners(
  props: ICourseProps & { course: ITaughtCourse; members: ICourseMembers }
): JSX.Element {
  const { course, members, work, model } = props;
  const { trans } = model.learnspace;
  const [chosen, setChosen] = React.useState<string[]>([]);
  const [section, setSection] = React.useState('');
  const names = React.useId();
  const here = chosen.filter(name => members.learners.some(one => one.username === name));
  const choose = (username: string, on: boolean): void =>
    setChosen(on ? [...here, username] : here.filter(name => name !== username));
  const move = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault();
    if (here.length > 0 && (await work.move(here, section))) {
      setChosen([]);
    }
  };
  if (members.learners.length === 0) {
    return (
      <Section title={trans.__('Learners')}>
        <Empty>{trans.__('Nobody learns here yet. Paste a list above, or give out a code.')}</Empty>
      </Section>
    );
  }
  return (
    <Section title={trans.__('Learners')}>
      <ul className="ls-Rows" aria-label={trans.__('Learners')}>
        {members.learners.map(one => (
          <li key={one.username} className="ls-Member">
            <label className="ls-Check">
              <input
                type="checkbox"
                checked={here.includes(one.username)}
                onChange={event => choose(one.username, event.target.checked)}
              />
              <span>
                {one.name} <span className="ls-Muted">{one.username}</span>
                {one.section && <> · {trans.__('Section %1', one.section)}</>}
              </span>
            </label>
            <Remove
              one={one}
              onRemove={() => work.remove('learners', one.username)}
              model={model}
            />
          </li>
        ))}
      </ul>
      {here.length > 0 && (
        <form className="ls-Due" onSubmit={event => void move(event)}>
          <label htmlFor={`${names}to`}>
            {trans._n('Section of %1 learner', 'Section of %1 learners', here.length)}
          </label>
          <SectionField
            id={`${names}to`}
            value={section}
            sections={course.sections}
            onChange={setSection}
          />
          <button className="ls-Button" type="submit" aria-disabled={work.busy}>
            {section.trim() ? trans.__('Move') : trans.__('Take out of their sections')}
          </button>
        </form>
      )}
    </Section>
  );
}

export function EnrolForm({
  course,
  work,
  model
}: ICourseProps & { course: ITaughtCourse }): JSX.Element {
  const { trans } = model.learnspace;
  const [text, setText] = React.useState('');
  const [section, setSection] = React.useState('');
  const names = React.useId();
  const { listed } = work;
  const changes = listed?.filter(one => one.change !== 'stays').length ?? 0;
  const edit = (change: () => void): void => {
    change();
    work.unlook();
  };
  const go = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault();
    if (!text.trim()) {
      return;
    }
    if (!listed) {
      await work.look(text, section);
    } else if (changes > 0 && (await work.enrol(text, section))) {
      setText('');
    }
  };
  const read = async (files: FileList | null): Promise<void> => {
    if (files?.length) {
      const content = await files[0].text();
      edit(() => setText(content));
    }
  };
  return (
    <Section title={trans.__('Add learners')}>
      <form className="ls-CourseForm" onSubmit={event => void go(event)}>
        <label htmlFor={`${names}list`}>{trans.__('Class list')}</label>
        <textarea
          id={`${names}list`}
          className="ls-Select"
          rows={4}
          maxLength={200000}
          placeholder={'ada, Ada Lovelace\nming, 小明, B'}
          value={text}
          aria-describedby={`${names}hint`}
          onChange={event => edit(() => setText(event.target.value))}
        />
        <span id={`${names}hint`} className="ls-Muted">
          {trans.__(
            'One learner a line: username, name, section. Name and section may be missing.'
          )}
        </span>
        <label htmlFor={`${names}file`}>{trans.__('Or a CSV file')}</label>
        <input
          id={`${names}file`}
          type="file"
          accept=".csv,.txt,text/csv,text/plain"
          onChange={event => void read(event.target.files)}
        />
        <label htmlFor={`${names}section`}>{trans.__('Section of those without one')}</label>
        <SectionField
          id={`${names}section`}
          value={section}
          sections={course.sections}
          onChange={value => edit(() => setSection(value))}
        />
        {listed && <Preview listed={listed} model={model} work={work} />}
        <div className="ls-Buttons">
          <button
            className={listed ? 'ls-Button ls-mod-filled' : 'ls-Button'}
            type="submit"
            aria-disabled={!text.trim() || work.busy || (listed !== null && changes === 0)}
          >
            {listed
              ? trans._n('Change %1 learner', 'Change %1 learners', changes)
              : trans.__('See what will change')}
          </button>
        </div>
      </form>
    </Section>
  );
}

function Preview({ listed, model }: ICourseProps & { listed: IListed[] }): JSX.Element {
  const { trans } = model.learnspace;
  const words: Record<IListed['change'], string> = {
    new_person: trans.__('new here, joins the course'),
    joins: trans.__('joins the course'),
    moves: trans.__('changes the section'),
    stays: trans.__('is in the course already')
  };
  return (
    <div className="ls-Scroll" role="region" tabIndex={0} aria-label={trans.__('What will change')}>
      <table className="ls-Table">
        <caption>{trans.__('What will change')}</caption>
        <thead>
          <tr>
            <th scope="col">{trans.__('Learner')}</th>
            <th scope="col">{trans.__('Section')}</th>
            <th scope="col">{trans.__('What happens')}</th>
          </tr>
        </thead>
        <tbody>
          {listed.map(one => (
            <tr key={one.line}>
              <th scope="row">
                {one.name} <span className="ls-Muted">{one.username}</span>
              </th>
              <td>{one.section || '–'}</td>
              <td>{words[one.change]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A section to type, or one of those that there are. */
export function SectionField(props: {
  id: string;
  value: string;
  sections: string[];
  onChange: (value: string) => void;
}): JSX.Element {
  return (
    <>
      <input
        id={props.id}
        className="ls-Select"
        maxLength={60}
        list={`${props.id}known`}
        value={props.value}
        onChange={event => props.onChange(event.target.value)}
      />
      <datalist id={`${props.id}known`}>
        {props.sections.map(one => (
          <option key={one} value={one} />
        ))}
      </datalist>
    </>
  );
}

/** A button that asks once more before somebody is removed. */
function Remove(props: {
  one: IMember;
  onRemove: () => void;
  model: ICourseProps['model'];
}): JSX.Element {
  const { trans } = props.model.learnspace;
  const [asked, setAsked] = React.useState(false);
  const { name } = props.one;
  return (
    <button
      className="ls-Button"
      aria-label={asked ? trans.__('Really remove %1', name) : trans.__('Remove %1', name)}
      onBlur={() => setAsked(false)}
      onClick={() => (asked ? props.onRemove() : setAsked(true))}
    >
      {asked ? trans.__('Really remove') : trans.__('Remove')}
    </button>
  );
}
