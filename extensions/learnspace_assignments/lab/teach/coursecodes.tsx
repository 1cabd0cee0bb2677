/** The codes with which learners join a course by themselves. */
import * as React from 'react';

import { Section, Time } from '../../../learnspace_core/lab/components';
import { SectionField } from './coursepeople';
import type { ICourseProps } from './props';
import type { IJoinCode, ITaughtCourse } from './coursetypes';

export function CourseCodes(
  props: ICourseProps & { course: ITaughtCourse; codes: IJoinCode[] }
): JSX.Element {
  const { course, codes, work, model } = props;
  const { trans, locale } = model.learnspace;
  const [section, setSection] = React.useState('');
  const [end, setEnd] = React.useState('');
  const names = React.useId();
  const make = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault();
    if (await work.makeCode(section, end ? new Date(`${end}T23:59:59`) : null)) {
      setSection('');
      setEnd('');
    }
  };
  return (
    <Section title={trans.__('Codes to join with')}>
      <p className="ls-Muted">
        {trans.__(
          'Whoever has a code joins on the page Courses. Take it back when everyone is in; who joined stays.'
        )}
      </p>
      <ul className="ls-Rows">
        {codes.map(one => (
          <li key={one.code} className="ls-Member">
            <span>
              <code className="ls-Code">{spaced(one.code)}</code>
              {one.section && <> · {trans.__('Section %1', one.section)}</>}
              {one.ends_at && (
                <>
                  {' · '}
                  {trans.__('until')} <Time at={one.ends_at} locale={locale} />
                </>
              )}
            </span>
            <button
              className="ls-Button"
              aria-label={trans.__('Take back %1', one.code)}
              onClick={() => void work.revoke(one.code)}
            >
              {trans.__('Take back')}
            </button>
          </li>
        ))}
      </ul>
      <form className="ls-Due" onSubmit={event => void make(event)}>
        <label htmlFor={`${names}section`}>{trans.__('Section')}</label>
        <SectionField
          id={`${names}section`}
          value={section}
          sections={course.sections}
          onChange={setSection}
        />
        <label htmlFor={`${names}end`}>{trans.__('Good until the end of')}</label>
        <input
          id={`${names}end`}
          className="ls-Select"
          type="date"
          value={end}
          onChange={event => setEnd(event.target.value)}
        />
        <button className="ls-Button" type="submit" aria-disabled={work.busy}>
          {trans.__('Make a code')}
        </button>
      </form>
    </Section>
  );
}

/** Write a code in two halves, as one reads it out. */
function spaced(code: string): string {
  const half = Math.ceil(code.length / 2);
  return `${code.slice(0, half)}-${code.slice(half)}`;
}
