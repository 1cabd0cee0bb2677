/** Words for how far a run is, and for times. */
import type { IJob } from '../../../learnspace_core/lab/types';
import type { ILearnspace } from '../../../learnspace_core/lab/tokens';

/** Say how far a run is: "12 of 38 graded · 2 being graded · 1 withheld · about 2 minutes left". */
export function runWords(job: IJob, learnspace: ILearnspace): string {
  const { trans } = learnspace;
  if (job.total === 0) {
    return '';
  }
  if (job.kind !== 'grade') {
    return trans.__('%1 of %2 done', job.done, job.total);
  }
  return [
    trans.__('%1 of %2 graded', job.done - job.failed, job.total),
    job.running > 0 && trans.__('%1 being graded', job.running),
    job.failed > 0 && trans.__('%1 withheld', job.failed),
    job.seconds_left !== null && timeLeft(job.seconds_left, learnspace)
  ]
    .filter(Boolean)
    .join(' · ');
}

/** Say how a run of grading ended. */
export function endWords(job: IJob, { trans }: ILearnspace): string {
  const graded = job.done - job.failed;
  if (job.state === 'cancelled') {
    return [
      trans.__('Stopped. %1 of %2 are graded, the others wait.', graded, job.total),
      job.running > 0 &&
        trans._n(
          '%1 had begun and is finished first.',
          '%1 had begun and are finished first.',
          job.running
        )
    ]
      .filter(Boolean)
      .join(' ');
  }
  return job.failed > 0
    ? trans._n(
        '%2 graded. %1 needs you: it stands first below.',
        '%2 graded. %1 need you: they stand first below.',
        job.failed,
        graded
      )
    : trans._n('%1 graded.', '%1 graded.', graded);
}

/** Say how long something may still take, no more exactly than anybody can know. */
function timeLeft(left: number, { trans }: ILearnspace): string {
  if (left < 10) {
    return trans.__('a few seconds left');
  }
  if (left < 60) {
    return trans.__('less than a minute left');
  }
  const minutes = Math.round(left / 60);
  return minutes < 60
    ? trans._n('about %1 minute left', 'about %1 minutes left', minutes)
    : trans._n('about %1 hour left', 'about %1 hours left', Math.round(minutes / 60));
}

/** Seconds below which nobody waits. */
const SHORT = 0.1;

/** Say a short time: "2.5s", and no more exactly than matters: "< 0.1s". */
export function seconds(value: number, locale: string): string {
  const words = new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: 'second',
    unitDisplay: 'narrow',
    maximumSignificantDigits: 2
  }).format(Math.max(value, SHORT));
  return value < SHORT ? `< ${words}` : words;
}
