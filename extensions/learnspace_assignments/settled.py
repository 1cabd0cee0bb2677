"""Marks of graded submissions, with the penalty for lateness that is right at this moment."""

from __future__ import annotations

from learnspace_assignments import store
from learnspace_assignments.gradebook import CourseBook
from learnspace_assignments.models import Marks
from learnspace_assignments.tables import AssignmentRow
from learnspace_assignments.times import Times
from learnspace_core.jobs import Work
from learnspace_people.tables import PersonRow


def settled_marks(work: Work, book: CourseBook, assignment: AssignmentRow, person: PersonRow) -> tuple[Marks, str]:
    """Return the marks of a graded submission as ``CourseBook.marks`` does, with the penalty that is right now."""
    with work.database.read() as session:
        due_at = session.get_one(AssignmentRow, assignment.id).due_at
    book.settle(assignment.name, person.student, due_at, learner_times(work, assignment, person))
    return book.marks(assignment.name, person.student)


def learner_times(work: Work, assignment: AssignmentRow, person: PersonRow) -> Times:
    """Return the times that hold for a learner now."""
    with work.database.read() as session:
        fresh = session.get_one(AssignmentRow, assignment.id)
        return store.learner_times(session, fresh, person.id)
