"""Marks of graded submissions, with the penalty for lateness that is right at this moment, for each it counts for."""

from __future__ import annotations

from learnspace_assignments import store
from learnspace_assignments.grading.gradebook import CourseBook
from learnspace_assignments.grading.teamgrading import gather, share
from learnspace_assignments.models import Marks
from learnspace_assignments.tables import AssignmentRow, SubmissionRow
from learnspace_assignments.times import Times
from learnspace_core.jobs import Work
from learnspace_people.tables import PersonRow


def settled_marks(work: Work, book: CourseBook, assignment: AssignmentRow, person: PersonRow) -> tuple[Marks, str]:
    """Return the marks of a graded submission as ``CourseBook.marks`` does, with the penalty that is right now.

    Who was in the person's team when it was handed in gets the same entry in the gradebook.
    """
    name, student = assignment.name, person.student
    with work.database.read() as session:
        due_at = session.get_one(AssignmentRow, assignment.id).due_at
        others = store.share_work(session, assignment, person.id)
        kept = {}
        if others:
            versions = store.submissions_of(session, assignment, person.id)
            kept = {row.received_at: row.marks_since or row.marks for row in versions}
    if others:
        gather(book, name, student, [each.student for each in others], kept)
    book.settle(name, student, due_at, learner_times(work, assignment, person))
    if others:
        share(book, name, student, others)
    return book.marks(name, student)


def learner_times(work: Work, assignment: AssignmentRow, person: PersonRow) -> Times:
    """Return the times that hold for a learner's newest submission now."""
    with work.database.read() as session:
        fresh = session.get_one(AssignmentRow, assignment.id)
        return store.newest_times(session, fresh, person.id)


def settle_each(
    work: Work, book: CourseBook, assignment: AssignmentRow, row: SubmissionRow, person: PersonRow
) -> Times:
    """Write times through for each it counts for of whom the gradebook has this version; return the times."""
    with work.database.read() as session:
        fresh = session.get_one(AssignmentRow, assignment.id)
        times = store.submission_times(session, fresh, row)
        members = store.counts_for(session, [row])[row.id]
    if not members:
        book.settle(assignment.name, person.student, assignment.due_at, times)
    having = [each for each in members if book.graded_version(assignment.name, each.student) == row.received_at]
    for each in having:
        book.settle(assignment.name, each.student, assignment.due_at, times)
    if having:
        with work.database.read() as session:
            others = store.share_work(session, fresh, having[0].id)
        # Who came into the team since it was graded has no entry yet.
        share(
            book,
            assignment.name,
            having[0].student,
            [each for each in others if each.id in {member.id for member in members}],
        )
    return times
