"""Which returned work has other marks or comments in nbgrader's gradebook than its learner was given.

Whatever writes the gradebook, as the grader does all day, makes it be read: returned work of whole terms is compared at
once, and only what differs is read with all that belongs to marks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from learnspace_assignments.grading.gradebook import CourseBook
from learnspace_assignments.models import Marks
from learnspace_assignments.tables import SubmissionRow
from learnspace_people.tables import PersonRow

Graded = list[tuple[SubmissionRow, PersonRow]]


def changed_since(book: CourseBook, name: str, graded: Graded, counts_for: Mapping[str, Sequence[PersonRow]]) -> Graded:
    """Return graded work without what was returned and says in the gradebook what the platform read there last.

    Args:
        book: the course's gradebook.
        name: the assignment.
        graded: submissions, each with whose entry of the gradebook is graded.
        counts_for: the members of its team, by submission: a teacher may mark in the entry of any of them.
    """
    if not any(row.state == "returned" for row, _ in graded):
        return graded
    with book.gradebook() as opened:
        stands = opened.said_of_each(name)

    def is_changed(row: SubmissionRow, person: PersonRow) -> bool:
        marks = row.marks_since or row.marks
        if marks is None:
            return False
        known = _said(Marks.model_validate(marks))
        students = {person.student, *(each.student for each in counts_for.get(row.id, ()))}
        if all(stands.get(student) in (None, known) for student in students):
            return False
        # A version is never given the marks of another one.
        return book.graded_version(name, person.student) in (None, row.received_at)

    return [(row, person) for row, person in graded if row.state != "returned" or is_changed(row, person)]


def _said(marks: Marks) -> dict[tuple[str, str], tuple[float, bool, str]]:
    """Return points, whether a mark is missing, and the comment, by notebook and grade id, as ``said_of_each`` does."""
    said = {(one.notebook, one.id): (one.score, one.needs_mark, one.comment) for one in marks.questions}
    return said | {(one.notebook, one.id): (0.0, False, one.comment) for one in marks.remarks}
