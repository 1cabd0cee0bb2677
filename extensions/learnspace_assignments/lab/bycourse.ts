/** Assignments in the order of courses and due dates. */

/** Group by course, in each by due date; what has none comes last. */
export function byCourse<T extends { course: string; due_at: string | null }>(
  ones: T[]
): [string, T[]][] {
  const courses = new Map<string, T[]>();
  for (const one of ones) {
    courses.set(one.course, [...(courses.get(one.course) ?? []), one]);
  }
  const time = (one: T): number => (one.due_at ? Date.parse(one.due_at) : Infinity);
  return [...courses].map(([course, group]) => [
    course,
    group.sort((a, b) => (time(a) === time(b) ? 0 : time(a) - time(b)))
  ]);
}
