/** Home as the reader sees it: one column, in the order of the questions one has. */
import * as React from 'react';

import { Empty, Loaded, Section, Time, useChanges } from '../../learnspace_core/lab/components';
import { LearnerChip, PastDue } from '../../learnspace_assignments/lab/states';
import type { HomeModel } from './model';
import { Teaching } from './teaching';
import type { ICourseProgress, IDue, IHome, INews, INext } from './types';

export function homeView(model: HomeModel): () => JSX.Element {
  return function HomeView() {
    useChanges(model.home.changed, model.me.changed);
    const { trans } = model.learnspace;
    return (
      <main className="ls-Column" aria-label={trans.__('Home')}>
        <Loaded loader={model.home} trans={trans} lines={8}>
          {home => <Parts home={home} model={model} />}
        </Loaded>
        <Doors model={model} />
      </main>
    );
  };
}

function Parts({ home, model }: { home: IHome; model: HomeModel }): JSX.Element {
  const { trans } = model.learnspace;
  const { manages } = model;
  const learns = home.courses.length > 0 || home.due.length > 0 || home.next !== null;
  const teaches = home.teaching.length > 0 || model.teaches;
  return (
    <>
      <h1>{trans.__('Hello, %1', home.name)}</h1>
      {(learns || !(teaches || manages)) && (
        <>
          <Section title={trans.__('What do I do now?')}>
            <Next next={home.next} model={model} />
          </Section>
          <Section title={trans.__('What is due')}>
            <DueList due={home.due} model={model} />
          </Section>
          <Section title={trans.__('New for me')}>
            <NewsList news={home.news} model={model} />
          </Section>
          <Section title={trans.__('My courses')}>
            <Courses courses={home.courses} model={model} />
          </Section>
        </>
      )}
      {teaches && <Teaching teaching={home.teaching} model={model} />}
      {manages && <Managing model={model} />}
    </>
  );
}

/** The part for managers: their rooms are pages outside of JupyterLab. */
function Managing({ model }: { model: HomeModel }): JSX.Element {
  const { trans } = model.learnspace;
  return (
    <Section title={trans.__('My school')}>
      <p>{trans.__('See who learns and teaches at your school, and in which courses.')}</p>
      <a
        className="ls-Link"
        href={model.pageUrl('people')}
        target="_blank"
        rel="noopener noreferrer"
      >
        {trans.__('Open the list of people')}
      </a>
    </Section>
  );
}

function Next({ next, model }: { next: INext | null; model: HomeModel }): JSX.Element {
  const { trans } = model.learnspace;
  if (!next) {
    return (
      <Empty>{trans.__('Nothing waits for you. Browse the resources for something new.')}</Empty>
    );
  }
  const begun = next.reason === 'You have begun this';
  return (
    <div className="ls-Card">
      <p className="ls-Muted">
        {reason(next.reason, model)} · {next.course_title}
      </p>
      <p className="ls-Card-title">{next.title}</p>
      <button
        className="ls-Button ls-mod-filled"
        onClick={() => model.open(next.kind, next.target)}
        aria-label={begun ? trans.__('Go on: %1', next.title) : trans.__('Begin: %1', next.title)}
      >
        {begun ? trans.__('Go on') : trans.__('Begin')}
      </button>
    </div>
  );
}

/** Why the service chose this; its reasons are few and have our words. */
function reason(text: string, model: HomeModel): string {
  const { trans } = model.learnspace;
  switch (text) {
    case 'You have begun this':
      return trans.__('You have begun this');
    case 'The next lesson':
      return trans.__('The next lesson');
    case 'A good place to begin':
      return trans.__('A good place to begin');
    case 'The next thing due':
      return trans.__('The next thing due');
    default:
      return text;
  }
}

function DueList({ due, model }: { due: IDue[]; model: HomeModel }): JSX.Element {
  const { trans, locale } = model.learnspace;
  if (due.length === 0) {
    return (
      <Empty>{trans.__('Nothing is due. Work that your teacher gives out appears here.')}</Empty>
    );
  }
  return (
    <ul className="ls-Rows">
      {due.map(one => (
        <li key={`${one.course}/${one.name}`}>
          <button
            className="ls-Row"
            onClick={() => model.open('assignment', `${one.course}/${one.name}`)}
          >
            <span className="ls-Row-main">
              <span className="ls-Row-title">{one.title}</span>
              <span className="ls-Muted">
                {one.course_title} ·{' '}
                {one.due_at ? <Time at={one.due_at} locale={locale} /> : trans.__('no due date')}
                <PastDue state={one.state} dueAt={one.due_at} learnspace={model.learnspace} />
              </span>
            </span>
            <LearnerChip
              state={one.state}
              score={one.score}
              maxScore={one.max_score}
              learnspace={model.learnspace}
            />
          </button>
        </li>
      ))}
    </ul>
  );
}

function NewsList({ news, model }: { news: INews[]; model: HomeModel }): JSX.Element {
  const { trans, locale } = model.learnspace;
  if (news.length === 0) {
    return (
      <Empty>{trans.__('Nothing new. Feedback and answers from your teacher appear here.')}</Empty>
    );
  }
  return (
    <ul className="ls-Rows">
      {news.map(one => (
        <li key={`${one.kind} ${one.target}`}>
          <button className="ls-Row" onClick={() => model.open(one.kind, one.target)}>
            <span className="ls-Row-main">
              <span className="ls-Row-title">{newsWord(one, model)}</span>
              <span className="ls-Muted">
                <Time at={one.at} locale={locale} />
              </span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function newsWord(one: INews, { learnspace: { trans } }: HomeModel): string {
  switch (one.kind) {
    case 'feedback':
      return trans.__('Feedback: %1', one.title);
    case 'answer':
      return trans.__('Your teacher wrote to you: %1', one.title);
    case 'update':
      return trans.__('Update offered: %1', one.title);
    default:
      return one.title;
  }
}

function Courses({
  courses,
  model
}: {
  courses: ICourseProgress[];
  model: HomeModel;
}): JSX.Element {
  const { trans } = model.learnspace;
  if (courses.length === 0) {
    return (
      <Empty>
        {trans.__('No course yet:')} <Join model={model}>{trans.__('browse open courses')}</Join>
      </Empty>
    );
  }
  return (
    <>
      <CourseRows courses={courses} model={model} />
      <p>
        <Join model={model}>{trans.__('Join another course')}</Join>
      </p>
    </>
  );
}

/** The way to the page with open courses and the field for a code. */
function Join(props: { model: HomeModel; children: React.ReactNode }): JSX.Element {
  const href = props.model.pageUrl('courses');
  return (
    <a className="ls-Link" href={href} target="_blank" rel="noopener noreferrer">
      {props.children}
    </a>
  );
}

function CourseRows({
  courses,
  model
}: {
  courses: ICourseProgress[];
  model: HomeModel;
}): JSX.Element {
  const { trans } = model.learnspace;
  return (
    <ul className="ls-Rows">
      {courses.map(course => (
        <li key={course.id}>
          <button className="ls-Row" onClick={() => model.open('course', course.id)}>
            <span className="ls-Row-main">
              <span className="ls-Row-title">{course.title}</span>
              <span className="ls-Muted">{course.summary}</span>
              <span className="ls-Progress">
                <progress max={Math.max(course.total, 1)} value={course.done} aria-hidden="true" />
                <span>{trans.__('%1 of %2 done', course.done, course.total)}</span>
              </span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function Doors({ model }: { model: HomeModel }): JSX.Element {
  const { trans, execute } = model.learnspace;
  return (
    <nav className="ls-Buttons" aria-label={trans.__('Rooms')}>
      <button className="ls-Button" onClick={() => void execute('learnspace:open-resources')}>
        {trans.__('Resources')}
      </button>
      <button className="ls-Button" onClick={() => void execute('learnspace:open-assignments')}>
        {trans.__('Assignments')}
      </button>
      <button className="ls-Button" onClick={() => void execute('learnspace:open-portfolio')}>
        {trans.__('Portfolio')}
      </button>
      {(model.teaches || model.manages) && (
        <button className="ls-Button" onClick={() => void execute('learnspace:open-teach')}>
          {trans.__('Teach')}
        </button>
      )}
    </nav>
  );
}
