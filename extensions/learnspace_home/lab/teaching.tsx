/** The second part of Home, for teachers: what waits in their classes. */
import * as React from 'react';

import { Chip, Empty, Section } from '../../learnspace_core/lab/components';
import type { HomeModel } from './model';
import type { IToGrade } from './types';

export function Teaching(props: { teaching: IToGrade[]; model: HomeModel }): JSX.Element {
  const { teaching, model } = props;
  const { trans } = model.learnspace;
  return (
    <Section title={trans.__('To do for my classes')}>
      {teaching.length === 0 && (
        <Empty>{trans.__('Nothing waits. What learners hand in or ask appears here.')}</Empty>
      )}
      <ul className="ls-Rows">
        {teaching.map(one => (
          <li key={`${one.course}/${one.name}`}>
            <button className="ls-Row" onClick={() => model.teach(one)}>
              <span className="ls-Row-main">
                <span className="ls-Row-title">{one.title}</span>
                <span className="ls-Muted">{one.course_title}</span>
              </span>
              <span className="ls-Chips">
                {one.to_grade > 0 && (
                  <Chip tone="sent">{trans.__('%1 to grade', one.to_grade)}</Chip>
                )}
                {one.to_mark > 0 && (
                  <Chip tone="attention">{trans.__('%1 to mark by hand', one.to_mark)}</Chip>
                )}
                {one.to_look_at > 0 && (
                  <Chip tone="attention">{trans.__('%1 to look at', one.to_look_at)}</Chip>
                )}
                {one.to_answer > 0 && (
                  <Chip tone="attention">{trans.__('%1 to answer', one.to_answer)}</Chip>
                )}
                {one.to_return > 0 && (
                  <Chip tone="done">{trans.__('%1 to return', one.to_return)}</Chip>
                )}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Section>
  );
}
