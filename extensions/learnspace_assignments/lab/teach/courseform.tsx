/** The forms of a course itself: a new one, and the settings of one that is there. */
import * as React from 'react';

import { Problem, Section } from '../../../learnspace_core/lab/components';
import type { ICourseProps } from './props';
import { proposed } from './shortname';
import type { ICourseSettings, ITaughtCourse, ITeachingCourses } from './coursetypes';

const ID = /^[a-z0-9][a-z0-9-]{0,59}$/;
const LANGUAGES = ['en', 'zh-CN'];

export function NewCourseForm(props: ICourseProps & { desk: ITeachingCourses }): JSX.Element {
  const { desk, work, model } = props;
  const { trans } = model.learnspace;
  const [title, setTitle] = React.useState('');
  const [typedId, setId] = React.useState<string | null>(null);
  const [institution, setInstitution] = React.useState(desk.institutions[0].id);
  const [template, setTemplate] = React.useState('');
  const [language, setLanguage] = React.useState(
    model.learnspace.locale.startsWith('zh') ? 'zh-CN' : 'en'
  );
  const names = React.useId();
  const id = typedId ?? proposed(title);
  const ready = title.trim() !== '' && ID.test(id) && !work.busy;
  const make = (event: React.FormEvent): void => {
    event.preventDefault();
    if (ready) {
      void work.create({
        id,
        title,
        summary: '',
        language,
        institution,
        template,
        open_to_all: false
      });
    }
  };
  return (
    <Section title={trans.__('New course')}>
      <form className="ls-CourseForm" onSubmit={make}>
        <label htmlFor={`${names}title`}>{trans.__('Title')}</label>
        <input
          id={`${names}title`}
          className="ls-Select"
          maxLength={300}
          value={title}
          autoFocus
          onChange={event => setTitle(event.target.value)}
        />
        <label htmlFor={`${names}id`}>{trans.__('Short name')}</label>
        <input
          id={`${names}id`}
          className="ls-Select"
          maxLength={60}
          value={id}
          aria-describedby={`${names}hint`}
          aria-invalid={id !== '' && !ID.test(id)}
          onChange={event => setId(event.target.value)}
        />
        <span id={`${names}hint`} className="ls-Muted">
          {trans.__(
            'Small letters, digits and hyphens. It names the folder of the course and never changes.'
          )}
        </span>
        {desk.institutions.length > 1 && (
          <>
            <label htmlFor={`${names}school`}>{trans.__('School')}</label>
            <select
              id={`${names}school`}
              className="ls-Select"
              value={institution}
              onChange={event => setInstitution(event.target.value)}
            >
              {desk.institutions.map(one => (
                <option key={one.id} value={one.id}>
                  {one.title}
                </option>
              ))}
            </select>
          </>
        )}
        <label htmlFor={`${names}template`}>{trans.__('Begin with')}</label>
        <select
          id={`${names}template`}
          className="ls-Select"
          value={template}
          aria-describedby={`${names}what`}
          onChange={event => setTemplate(event.target.value)}
        >
          <option value="">{trans.__('An empty course')}</option>
          {desk.templates.map(one => (
            <option key={one.id} value={one.id}>
              {one.title}
            </option>
          ))}
        </select>
        <span id={`${names}what`} className="ls-Muted">
          {trans.__(
            'Assignments, their settings and resources are copied. People, work, marks and dates are not.'
          )}
        </span>
        <Language id={`${names}language`} value={language} onChange={setLanguage} {...props} />
        {work.error && <Problem error={work.error} trans={trans} />}
        <div className="ls-Buttons">
          <button className="ls-Button ls-mod-filled" type="submit" aria-disabled={!ready}>
            {trans.__('Make the course')}
          </button>
          <button className="ls-Button" type="button" onClick={() => work.make(false)}>
            {trans.__('Cancel')}
          </button>
        </div>
      </form>
    </Section>
  );
}

export function CourseFields({
  course,
  work,
  model
}: ICourseProps & { course: ITaughtCourse }): JSX.Element {
  const { trans } = model.learnspace;
  const [draft, setDraft] = React.useState<ICourseSettings>(settingsOf(course));
  const names = React.useId();
  const before = settingsOf(course);
  const changed = JSON.stringify(before) !== JSON.stringify(draft) && draft.title.trim() !== '';
  const save = (event: React.FormEvent): void => {
    event.preventDefault();
    if (changed) {
      void work.save(draft);
    }
  };
  return (
    <Section title={trans.__('About the course')}>
      <form className="ls-CourseForm" onSubmit={save}>
        <label htmlFor={`${names}title`}>{trans.__('Title')}</label>
        <input
          id={`${names}title`}
          className="ls-Select"
          maxLength={300}
          value={draft.title}
          onChange={event => setDraft({ ...draft, title: event.target.value })}
        />
        <label htmlFor={`${names}summary`}>{trans.__('What it is about')}</label>
        <textarea
          id={`${names}summary`}
          className="ls-Select"
          rows={3}
          maxLength={2000}
          value={draft.summary}
          onChange={event => setDraft({ ...draft, summary: event.target.value })}
        />
        <Language
          id={`${names}language`}
          value={draft.language}
          onChange={language => setDraft({ ...draft, language })}
          model={model}
        />
        <label className="ls-Check">
          <input
            type="checkbox"
            checked={draft.open_to_all}
            onChange={event => setDraft({ ...draft, open_to_all: event.target.checked })}
          />
          {trans.__('Open: anyone who may sign in can join and leave by themselves')}
        </label>
        <div className="ls-Buttons">
          <button className="ls-Button" type="submit" aria-disabled={!changed || work.busy}>
            {trans.__('Save')}
          </button>
        </div>
      </form>
    </Section>
  );
}

function Language(
  props: Pick<ICourseProps, 'model'> & {
    id: string;
    value: string;
    onChange: (value: string) => void;
  }
): JSX.Element {
  const { trans, locale } = props.model.learnspace;
  const words = new Intl.DisplayNames(locale, { type: 'language' });
  const known = LANGUAGES.includes(props.value) ? LANGUAGES : [...LANGUAGES, props.value];
  return (
    <>
      <label htmlFor={props.id}>{trans.__('Language')}</label>
      <select
        id={props.id}
        className="ls-Select"
        value={props.value}
        onChange={event => props.onChange(event.target.value)}
      >
        {known.map(one => (
          <option key={one} value={one}>
            {words.of(one) ?? one}
          </option>
        ))}
      </select>
    </>
  );
}

function settingsOf(course: ITaughtCourse): ICourseSettings {
  const { title, summary, language, open_to_all } = course;
  return { title, summary, language, open_to_all };
}
