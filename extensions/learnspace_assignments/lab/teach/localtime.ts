/** Moments as a field for date and time has them: in the zone of this machine, to the minute. */

/** Write a moment as the field has it; empty without one. */
export function localTime(at: string | null): string {
  if (!at) {
    return '';
  }
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}

/** Read what stands in the field. What was not touched stays the very moment it was, with its seconds. */
export function momentOf(text: string, before: string | null): string | null {
  if (text === localTime(before)) {
    return before;
  }
  return text ? new Date(text).toISOString() : null;
}

/** Name the zone in which the fields are read. */
export function zoneName(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
