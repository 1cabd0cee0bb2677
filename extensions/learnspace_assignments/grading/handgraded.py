"""Submissions that a teacher graded with nbgrader's own means: its ``autograde`` command or the formgrader's button."""

from __future__ import annotations

from learnspace_assignments import store
from learnspace_assignments.grading.gradebook import CourseBook
from learnspace_assignments.gradingruns import being_graded
from learnspace_assignments.tables import AssignmentRow, SubmissionRow
from learnspace_core.jobs import Work
from learnspace_people.tables import PersonRow

NO_EVIDENCE = "no_evidence"
"""The reason code of a submission that was graded, and withheld because a test could not have failed."""
NOT_JUDGED = "not_judged"
"""The same where the answer did nothing for it: its test cannot be judged from outside."""
Graded = list[tuple[SubmissionRow, PersonRow]]


def add_graded_by_hand(work: Work, book: CourseBook, assignment: AssignmentRow, graded: Graded) -> Graded:
    """Return the submissions to read marks of: those the grader graded, and those nbgrader graded in a teacher's space.

    The gradebook keeps one version of each learner; its time says which. A version is never given the marks of
    another one.

    Args:
        work: the job, which may name learners.
        book: the course's gradebook.
        assignment: the assignment.
        graded: what the grader graded, or a teacher named.
    """
    usernames = work.payload.get("usernames")
    with work.database.read() as session:
        every = store.every_submission(session, assignment)
        running = being_graded(session, assignment)
    found = {row.id: (row, person) for row, person in graded if row.state not in ("handed_in", "withheld")}
    versions = {}
    for row, person in every:
        if row.state not in ("handed_in", "withheld") or (usernames is not None and person.username not in usernames):
            continue
        if row.id in running or (row.reason_code in (NO_EVIDENCE, NOT_JUDGED) and usernames is None):
            # Our own grader has it, or withheld it: then it is for a person to say that it counts.
            continue
        if person.id not in versions:
            versions[person.id] = book.graded_version(assignment.name, person.student)
        if row.received_at == versions[person.id]:
            found[row.id] = (row, person)
    return list(found.values())
