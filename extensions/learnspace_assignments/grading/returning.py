"""Returns graded work without a teacher, where its assignment says so and no person has to look at it first."""

from __future__ import annotations

from learnspace_assignments import store
from learnspace_assignments.grading.feedback import feedback_pages
from learnspace_assignments.grading.gradebook import CourseBook
from learnspace_assignments.models import Marks
from learnspace_assignments.tables import AssignmentRow, SubmissionRow
from learnspace_core.jobs import Work


def feedback_without_teacher(
    work: Work, book: CourseBook, row: SubmissionRow, student: str, marks: Marks
) -> dict[str, str] | None:
    """Return the pages of feedback of a submission that goes back by itself, or nothing if it waits for a teacher."""
    if any(question.needs_mark for question in marks.questions):
        return None
    with work.database.read() as session:
        if not store.returns_alone(session, row.id):
            return None
        assignment = session.get_one(AssignmentRow, row.assignment_id)
    return feedback_pages(work.blobs, book, assignment, student, marks)
