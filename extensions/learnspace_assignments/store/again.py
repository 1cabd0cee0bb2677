"""Handing in once more what was handed in before, after another version: it counts again, with its first receipt."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from learnspace_assignments.store.assignments import note
from learnspace_assignments.store.terms import admit_again
from learnspace_assignments.tables import AssignmentRow, SubmissionMemberRow, SubmissionRow
from learnspace_core import jobs
from learnspace_core.errors import LearnspaceError

GRADED = ("needs_marks", "graded", "returned")


def count_again(
    session: Session,
    assignment: AssignmentRow,
    row: SubmissionRow,
    at: datetime,
    handed_in_at: datetime,
    by: str,
    person_ids: list[str],
) -> None:
    """Let an older version of the learner's, or the team's, count again.

    Args:
        session: the session of the change.
        assignment: its assignment.
        row: the version.
        at: when its bytes came again.
        handed_in_at: its new place in the order of versions.
        by: who hands it in again.
        person_ids: for whom.

    Raises:
        LearnspaceError: if it may not count again now, see ``admit_again``.
    """
    admit_again(session, assignment, at, person_ids)
    row.handed_in_at, row.again_at = handed_in_at, at
    if row.state in GRADED and _gradebook_has_another(session, row):
        # The gradebook keeps one version of a learner: this one's marks are not in it any more.
        row.state = "handed_in"
    note(session, by, "submitted", "submission", row.id, assignment)


def count_for_all(
    session: Session, assignment: AssignmentRow, row: SubmissionRow, at: datetime, by: str, person_ids: list[str]
) -> None:
    """Let what a team hands in once more count for those, too, who were not in it the first time.

    Raises:
        LearnspaceError: if it may not count for who hands it in now, see ``admit_again``.
    """
    members = set(session.scalars(select(SubmissionMemberRow.person_id).filter_by(submission_id=row.id)))
    new = [each for each in person_ids if each not in members]
    if not new:
        return
    try:
        admit_again(session, assignment, at, person_ids)
    except LearnspaceError:
        if by in new:
            raise
        return
    session.add_all(SubmissionMemberRow(submission_id=row.id, person_id=each) for each in new)
    for each in new:
        note(session, each, "team_submitted", "submission", row.id, assignment, context={"by": by})
    if row.marks is not None:
        # Into the gradebook, and with what they were granted: graders look for it within a minute.
        payload = {"course": assignment.course_id, "name": assignment.name, "teacher": by}
        jobs.add(session, "grading", "times", payload, course_id=assignment.course_id)


def grade_again_what_counts(session: Session, row: SubmissionRow) -> None:
    """Let what counts wait to be graded, if that was graded earlier than this version, which the gradebook has now.

    It came again while this one was being graded.
    """
    last = session.scalars(_others(row).order_by(SubmissionRow.handed_in_at.desc()).limit(1)).first()
    if last is not None and last.handed_in_at > row.handed_in_at and last.state in GRADED:
        last.state = "handed_in"


def _gradebook_has_another(session: Session, row: SubmissionRow) -> bool:
    return session.scalars(_others(row).where(SubmissionRow.formgrader_id != "").limit(1)).first() is not None


def _others(row: SubmissionRow) -> Select[SubmissionRow]:
    """Return the other versions of the learner's, or the team's."""
    alone = and_(SubmissionRow.person_id == row.person_id, SubmissionRow.team_id.is_(None))
    whose = SubmissionRow.team_id == row.team_id if row.team_id else alone
    return select(SubmissionRow).where(
        SubmissionRow.assignment_id == row.assignment_id, whose, SubmissionRow.id != row.id
    )
