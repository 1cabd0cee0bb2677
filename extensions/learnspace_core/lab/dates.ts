/** Dates, sizes and numbers in the reader's language and time zone. */

const DAY = 24 * 60 * 60 * 1000;

/** Say how far a day is: "tomorrow", "in 3 days", "2 months ago". */
export function relativeDay(date: Date, locale: string, now = new Date()): string {
  const days = Math.round((startOfDay(date) - startOfDay(now)) / DAY);
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  if (Math.abs(days) < 45) {
    return format.format(days, 'day');
  }
  return Math.abs(days) < 540
    ? format.format(Math.round(days / 30.4), 'month')
    : format.format(Math.round(days / 365), 'year');
}

/** Say exactly when: "Tue 24 Nov, 18:00", with the year when it is another. */
export function exactTime(date: Date, locale: string, now = new Date()): string {
  return new Intl.DateTimeFormat(locale, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: date.getFullYear() === now.getFullYear() ? undefined : 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23'
  }).format(date);
}

/** Say it both ways: "tomorrow, Tue 24 Nov, 18:00". */
export function when(date: Date, locale: string, now = new Date()): string {
  const comma = locale.startsWith('zh') ? '，' : ', ';
  return `${relativeDay(date, locale, now)}${comma}${exactTime(date, locale, now)}`;
}

/** Name several people or things after one another: "Ada, Lena", "小明、小红". */
export function named(ones: readonly string[], locale: string): string {
  return ones.join(locale.startsWith('zh') ? '、' : ', ');
}

/** Name a month: "November 2026". */
export function monthOf(date: Date, locale: string): string {
  return new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric' }).format(date);
}

/** Say a size: "12 kB". */
export function fileSize(bytes: number, locale: string): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
  const step = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: units[step],
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits: bytes / 1000 ** step < 10 && step > 0 ? 1 : 0
  }).format(bytes / 1000 ** step);
}

/** Say a number of points. */
export function points(value: number, locale: string): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }).format(value);
}

function startOfDay(date: Date): number {
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
}
