/** The courses one teaches, a new one, and one of them open. */
import * as React from 'react';

import { Chip, Empty, Loaded, Problem, useChanges } from '../../../learnspace_core/lab/components';
import { CourseCodes } from './coursecodes';
import { CourseFields, NewCourseForm } from './courseform';
import { EnrolForm, Learners, Teachers } from './coursepeople';
import type { ITaughtCourse, ITeachingCourses } from './coursetypes';
import type { TeachModel } from './model';
import type { ICourseProps } from './props';

export function CoursesPart({ model }: { model: TeachModel }): JSX.Element {
  const { courses: work } = model;
  useChanges(work.changed, work.desk.changed, work.members.changed);
  const { trans } = model.learnspace;
  return (
    <Loaded loader={work.desk} trans={trans} lines={5}>
      {desk =>
        work.open ? (
          <OneCourse course={work.open} work={work} model={model} />
        ) : (
          <List desk={desk} work={work} model={model} />
        )
      }
    </Loaded>
  );
}

function List({ desk, work, model }: ICourseProps & { desk: ITeachingCourses }): JSX.Element {
  const { trans } = model.learnspace;
  const mayMake = desk.institutions.length > 0;
  return (
    <>
      {desk.courses.length === 0 && (
        <Empty>
          {mayMake
            ? trans.__('You teach no course yet. Make one to begin.')
            : trans.__('You teach no course yet. Another teacher can add you to theirs.')}
        </Empty>
      )}
      <ul className="ls-Rows">
        {desk.courses.map(course => (
          <li key={course.id}>
            <button className="ls-Row" onClick={() => work.show(course.id)}>
              <span className="ls-Row-main">
                <span className="ls-Row-title">{course.title}</span>
                <span className="ls-Muted">
                  {trans._n('%1 learner', '%1 learners', course.learners)} · {course.id}
                </span>
              </span>
              <span className="ls-Chips">
                {course.open_to_all && <Chip tone="done">{trans.__('open to all')}</Chip>}
                {!course.here && (
                  <Chip tone="attention">{trans.__('folder not in this space yet')}</Chip>
                )}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {mayMake && !work.making && (
        <div className="ls-Buttons">
          <button className="ls-Button ls-mod-filled" onClick={() => work.make(true)}>
            {trans.__('New course')}
          </button>
        </div>
      )}
      {mayMake && work.making && <NewCourseForm desk={desk} work={work} model={model} />}
    </>
  );
}

function OneCourse({ course, work, model }: ICourseProps & { course: ITaughtCourse }): JSX.Element {
  const { trans } = model.learnspace;
  return (
    <section aria-labelledby="ls-course-title">
      <div className="ls-Opened">
        <button className="ls-Button" onClick={() => work.show('')}>
          {trans.__('Back to all courses')}
        </button>
        <h2 id="ls-course-title">{course.title}</h2>
      </div>
      {course.here ? (
        <p className="ls-Muted">
          {trans.__('Its folder in your space: %1', `courses/${course.id}`)}
        </p>
      ) : (
        <div className="ls-Card ls-mod-amber" role="note">
          <p>
            {trans.__(
              'The folder of this course is not in your space yet. To see it and to mark by hand, put your space to sleep and start it again: File, Hub Control Panel, Put my space to sleep.'
            )}
          </p>
        </div>
      )}
      <Told work={work} model={model} />
      <Loaded loader={work.members} trans={trans} lines={6}>
        {members => (
          <>
            <EnrolForm course={course} work={work} model={model} />
            <Learners course={course} members={members} work={work} model={model} />
            <CourseCodes course={course} codes={members.codes} work={work} model={model} />
            <Teachers members={members} work={work} model={model} />
          </>
        )}
      </Loaded>
      <CourseFields key={course.id} course={course} work={work} model={model} />
    </section>
  );
}

/** What the last thing that was done came to; in sight, wherever on this long page it was done. */
function Told({ work, model }: ICourseProps): JSX.Element {
  const { trans } = model.learnspace;
  const { done, error } = work;
  const words = {
    made: () => trans.__('The course is made, and you teach it.'),
    saved: () => trans.__('Saved'),
    teachers: () => trans.__('The teachers of the course are changed.'),
    enrolled: () => trans._n('%1 learner changed', '%1 learners changed', done?.count ?? 0),
    moved: () => trans._n('%1 learner moved', '%1 learners moved', done?.count ?? 0),
    removed: () => trans.__('The learner is out of the course. What they handed in is kept.'),
    codes: () => trans.__('The codes of the course are changed.')
  };
  return (
    <div className="ls-Sticky">
      <p role="status">{done && `✓ ${words[done.what]()}`}</p>
      {error && <Problem error={error} trans={trans} />}
    </div>
  );
}
