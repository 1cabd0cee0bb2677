/** What feedback says beside each cell of one notebook. */
import type { TranslationBundle } from '@jupyterlab/translation';

import { namesOf, withoutPoints } from '../names';
import { commentWords, isAutomatic, messageWords } from '../testwords';
import type { IMarks } from '../types';

export interface INote {
  /** nbgrader's grade id of the cell that it belongs to. */
  id: string;
  /** What the question is called. */
  name: string;
  /** The points; none for an answer that gets its points by the tests below it. */
  points: { score: number; max: number } | null;
  comment: string;
  /** Whether a person wrote the comment. */
  byTeacher: boolean;
  /** What the tests said that did not pass. */
  messages: string[];
}

/** Return the notes of one notebook, by nbgrader's name for it: the questions first, then what is said of answers. */
export function notesOf(marks: IMarks, notebook: string, trans: TranslationBundle): INote[] {
  const questions = marks.questions.filter(one => one.notebook === notebook);
  const titled = questions.map(one => ({ ...one, title: withoutPoints(one.title) }));
  const names = namesOf(titled, trans);
  const remarks = marks.remarks.filter(one => one.notebook === notebook);
  return [
    ...questions.map((one, index) => ({
      id: one.id,
      name: names[index],
      points: { score: one.score, max: one.max_score },
      comment: commentWords(one.comment, trans),
      byTeacher: !isAutomatic(one.comment),
      messages: one.messages.map(message => messageWords(message, trans))
    })),
    ...remarks.map(one => ({
      id: one.id,
      name: withoutPoints(one.title) || one.id,
      points: null,
      comment: commentWords(one.comment, trans),
      byTeacher: !isAutomatic(one.comment),
      messages: []
    }))
  ];
}
