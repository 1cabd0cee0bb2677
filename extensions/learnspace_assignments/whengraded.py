"""Gives work to the grader that nobody asks for: as it is handed in, or once it is due."""

from __future__ import annotations

import logging

from sqlalchemy import select
from sqlalchemy.orm import Session

from learnspace_assignments import store
from learnspace_assignments.gradingruns import ONE, ask_one
from learnspace_assignments.store.newest import subject_of
from learnspace_assignments.tables import AssignmentRow, SubmissionRow
from learnspace_core.database import Database
from learnspace_core.jobs import at_each_sweep
from learnspace_core.tables import JobRow

log = logging.getLogger(__name__)


def grade_on_hand_in(session: Session, assignment: AssignmentRow, submission_id: str) -> str | None:
    """Give what was handed in to the grader if the policy says so, in the transaction that keeps it; return the job."""
    if store.grading_policy(session, assignment).when != "on_hand_in":
        return None
    submission = session.get_one(SubmissionRow, submission_id)
    if submission.state != "handed_in" or not store.note_given(session, submission):
        return None
    ask_one(session, assignment, submission)
    # One of an older version that waits grades this one.
    waits = select(JobRow.id).filter_by(subject=subject_of(submission), kind=ONE, state="waiting")
    return session.scalar(waits)


@at_each_sweep("grading")
def grade_what_is_due(database: Database) -> None:
    """Give what is due for grading to the grader; after a standstill, all that became due meanwhile."""
    with database.read() as session:
        if not store.waiting_for_grader(session):
            return
    with database.write() as session:
        for assignment, submission in store.waiting_for_grader(session):
            if store.note_given(session, submission):
                ask_one(session, assignment, submission)
                log.info("submission %s of %s is due for grading", submission.id, assignment.name)
