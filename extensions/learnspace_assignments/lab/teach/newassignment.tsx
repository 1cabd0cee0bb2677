/** The form of a new assignment: its course, its title, its short name, and what it begins with. */
import * as React from 'react';

import { Empty, Loaded, Problem, useChanges } from '../../../learnspace_core/lab/components';
import type { ITaughtAssignment } from '../types';
import type { ITeachingCourses } from './coursetypes';
import { Field, Line, TitledForm } from './fields';
import type { TeachModel } from './model';
import { proposed } from './shortname';

/** The button, and the form in its place once it is open. */
export function NewAssignment(props: {
  taught: ITaughtAssignment[];
  model: TeachModel;
}): JSX.Element {
  const { taught, model } = props;
  const { trans } = model.learnspace;
  const [open, setOpen] = React.useState(false);
  useChanges(model.courses.desk.changed);
  if (!open) {
    const begin = (): void => {
      model.work.forget();
      void model.courses.desk.load();
      setOpen(true);
    };
    return (
      <div className="ls-Buttons">
        <button className="ls-Button" onClick={begin}>
          {trans.__('New assignment')}
        </button>
      </div>
    );
  }
  return (
    <Loaded loader={model.courses.desk} trans={trans}>
      {desk =>
        desk.courses.length > 0 ? (
          <Form desk={desk} taught={taught} model={model} onClose={() => setOpen(false)} />
        ) : (
          <Empty>{trans.__('You teach no course yet. Make one under Courses.')}</Empty>
        )
      }
    </Loaded>
  );
}

function Form(props: {
  desk: ITeachingCourses;
  taught: ITaughtAssignment[];
  model: TeachModel;
  onClose: () => void;
}): JSX.Element {
  const { desk, taught, model, onClose } = props;
  const { work, learnspace } = model;
  const { trans } = learnspace;
  const [course, setCourse] = React.useState(desk.courses[0].id);
  const [title, setTitle] = React.useState('');
  const [typed, setName] = React.useState<string | null>(null);
  const [like, setLike] = React.useState('');
  const [busy, setBusy] = React.useState(false);
  const name = typed ?? proposed(title);
  const others = taught.filter(one => one.course === course);
  const make = async (): Promise<void> => {
    setBusy(true);
    if (!(await work.begin(course, { name, title, like }))) {
      setBusy(false);
    } else {
      model.show(`${course}/${name}`, 'prepare');
    }
  };
  return (
    <TitledForm
      title={trans.__('New assignment')}
      action={trans.__('Make it')}
      ready={name !== '' && title.trim() !== '' && !busy}
      filled
      onSubmit={make}
      close={{ label: trans.__('Cancel'), onClick: onClose }}
    >
      {work.error && <Problem error={work.error} trans={trans} />}
      {desk.courses.length > 1 && (
        <Field label={trans.__('Course')}>
          {id => (
            <select
              id={id}
              className="ls-Select"
              value={course}
              onChange={event => {
                setCourse(event.target.value);
                setLike('');
              }}
            >
              {desk.courses.map(one => (
                <option key={one.id} value={one.id}>
                  {one.title}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      <Line label={trans.__('Title')} most={300} value={title} onChange={setTitle} />
      <Line label={trans.__('Short name')} most={100} value={name} onChange={setName} />
      <p className="ls-Muted">
        {trans.__(
          'It names the folder in the course and in the files of learners, and never changes.'
        )}
      </p>
      <Field label={trans.__('Begin with')}>
        {id => (
          <select
            id={id}
            className="ls-Select"
            value={like}
            onChange={event => setLike(event.target.value)}
          >
            <option value="">{trans.__('a small example of each kind of question')}</option>
            {others.map(one => (
              <option key={one.name} value={one.name}>
                {trans.__('a copy of %1', one.title)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {name && (
        <p className="ls-Muted">
          {trans.__(
            'Nothing is released. Write in the notebook in your files, in courses/%1/source/%2.',
            course,
            name
          )}
        </p>
      )}
    </TitledForm>
  );
}
