/** How an assignment went: the report, the question that is open, and the learners behind the number that was chosen. */
import { Signal } from '@lumino/signaling';

import { segments } from '../../../learnspace_core/lab/api';
import { Loader } from '../../../learnspace_core/lab/loader';
import type { ILearnspace } from '../../../learnspace_core/lab/tokens';
import type { SubmissionState } from '../types';

export interface IReportedLearner {
  submission: string;
  username: string;
  name: string;
  state: SubmissionState;
  score: number | null;
  seconds: number | null;
  formgrader_id: string;
  reason: string;
  reason_code: string;
}

/** One question; `scores` and `seconds` have a value for each learner of the report. */
export interface IReportedQuestion {
  notebook: string;
  id: string;
  title: string;
  max_score: number;
  manual: boolean;
  scores: (number | null)[];
  seconds: (number | null)[];
  to_mark: number[];
  failures: { text: string; learners: number[] }[];
}

export interface IGradingReport {
  max_score: number;
  learners: IReportedLearner[];
  questions: IReportedQuestion[];
}

/** The learners behind a number: what the number says, who they are, and what each has. */
export interface IPicked {
  title: string;
  places: number[];
  value?: (place: number) => string;
}

export type QuestionOrder = 'failed' | 'notebook';

export class ReportWork {
  constructor(private readonly learnspace: ILearnspace) {
    this.report = new Loader(() =>
      this.learnspace.request<IGradingReport>(`teach/${segments(...this._place)}/report`)
    );
  }

  readonly report: Loader<IGradingReport>;
  readonly changed = new Signal<this, void>(this);

  order: QuestionOrder = 'failed';
  /** The place of the open question in the report; -1 for none. */
  question = -1;
  picked: IPicked | null = null;

  open(one: { course: string; name: string }): void {
    if (this._place.join('/') !== `${one.course}/${one.name}`) {
      this._place = [one.course, one.name];
      this.report.clear();
      this.question = -1;
      this.picked = null;
    }
    void this.report.load();
  }

  sortBy(order: QuestionOrder): void {
    this.order = order;
    this.changed.emit();
  }

  show(question: number): void {
    this.question = this.question === question ? -1 : question;
    this.picked = null;
    this.changed.emit();
  }

  pick(picked: IPicked | null): void {
    this.picked = picked;
    this.changed.emit();
  }

  /** The places of the questions, in the chosen order. */
  places({ questions }: IGradingReport): number[] {
    const places = questions.map((_, place) => place);
    return this.order === 'notebook'
      ? places
      : places.sort((a, b) => meanShare(questions[a]) - meanShare(questions[b]) || a - b);
  }

  private _place: [string, string] = ['', ''];
}

/** What part of the points of a question the class got, from 0 to 1; questions without marks come last. */
export function meanShare(one: IReportedQuestion): number {
  const scores = one.scores.filter(score => score !== null);
  return scores.length === 0 || one.max_score === 0 ? 2 : mean(scores) / one.max_score;
}

export function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The places of the values for which something is so. */
export function placesOf<T>(values: (T | null)[], isSo: (value: T) => boolean): number[] {
  return values.flatMap((value, place) => (value !== null && isSo(value) ? [place] : []));
}

/** Scores in six groups, from none to all of the points: what the bars show and the table says. */
export function groups(
  scores: (number | null)[],
  most: number
): { from: number; to: number; places: number[] }[] {
  const ends = [0, 0.25, 0.5, 0.75];
  const full = placesOf(scores, score => score >= most);
  const rest = [...ends, 1].map((end, index) => {
    const from = index === 0 ? -Infinity : ends[index - 1] * most;
    return {
      from: index === 0 ? 0 : from,
      to: end * most,
      places: placesOf(scores, score => score < most && score > from && score <= end * most)
    };
  });
  return [...rest, { from: most, to: most, places: full }];
}
