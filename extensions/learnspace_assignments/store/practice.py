"""The table of checks with the grader: the quota, and what each found. Nothing of it is a submission or a mark."""

from __future__ import annotations

import uuid
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from learnspace_assignments.models.practice import Practice, PracticeCheck, PracticePolicy, PracticeResult
from learnspace_assignments.tables import AssignmentRow, PracticeRow
from learnspace_core import jobs
from learnspace_core.database import now
from learnspace_core.errors import LearnspaceError
from learnspace_core.models import FileEntry
from learnspace_core.runs import OPEN
from learnspace_core.tables import JobRow
from learnspace_people.tables import PersonRow

KIND = "practice"
A_DAY = timedelta(hours=24)


def practice_policy(row: AssignmentRow) -> PracticePolicy:
    """Return whether and how learners may check their work in the grader."""
    return PracticePolicy.model_validate(row.practice or {})


def practice_of(session: Session, row: AssignmentRow, person_id: str) -> Practice:
    """Return how often a learner may still check, and their newest check."""
    policy = practice_policy(row)
    checks = _checks(session, row, person_id)
    counted = [one for one in checks if one.state != "failed" and one.asked_at > now() - A_DAY]
    left = max(0, policy.per_day - len(counted)) if policy.tests != "off" else 0
    # The oldest of those that have to become old before there is room.
    blocking = counted[policy.per_day - 1].asked_at if len(counted) >= policy.per_day else None
    return Practice(
        policy=policy,
        left=left,
        next_at=blocking + A_DAY if blocking else None,
        newest=_shown(checks[0]) if checks else None,
    )


def admit_practice(session: Session, row: AssignmentRow, person_id: str) -> None:
    """Let a check through, or refuse it.

    Raises:
        LearnspaceError: 409 ``no_practice``, ``practice_runs`` or ``practice_used_up``.
    """
    if practice_policy(row).tests == "off":
        raise LearnspaceError(
            "no_practice", "Your teacher does not offer this check. Check your work in your space.", 409
        )
    # One check of a learner at a time, so that two at once cannot both be the last one.
    session.execute(select(PersonRow.id).where(PersonRow.id == person_id).with_for_update(key_share=True))
    held = practice_of(session, row, person_id)
    if held.newest is not None and held.newest.state == "waiting":
        raise LearnspaceError("practice_runs", "Your work is being checked already. Wait for its result.", 409)
    if held.left == 0:
        until = f" The next one is free at {held.next_at:%Y-%m-%d %H:%M} UTC." if held.next_at else ""
        raise LearnspaceError("practice_used_up", f"All {held.policy.per_day} checks of a day are used.{until}", 409)


def add_practice(
    session: Session, row: AssignmentRow, person_id: str, practice_id: str, files: list[FileEntry]
) -> tuple[Practice, str]:
    """Take a check whose files are on disk already, and its job; return how things stand, and the job.

    Raises:
        LearnspaceError: see :func:`admit_practice`.
    """
    admit_practice(session, row, person_id)
    payload = {"practice": practice_id}
    # Without a course: it is no teacher's to see or to cancel.
    job = jobs.add(session, "grading", KIND, payload)
    session.add(
        PracticeRow(
            id=practice_id,
            assignment_id=row.id,
            person_id=person_id,
            asked_at=now(),
            job_id=job.id,
            state="waiting",
            policy=practice_policy(row).model_dump(),
            files=[file.model_dump() for file in files],
        )
    )
    session.flush()
    return practice_of(session, row, person_id), job.id


def new_practice_id() -> str:
    """Return an id that nobody guesses."""
    return uuid.uuid4().hex


def get_practice(session: Session, practice_id: str) -> tuple[PracticeRow, AssignmentRow]:
    """Return a check and its assignment."""
    row = session.get_one(PracticeRow, practice_id)
    return row, session.get_one(AssignmentRow, row.assignment_id)


def end_practice(session: Session, practice_id: str, result: PracticeResult | None) -> None:
    """Keep what a check found; without a result it failed, and does not count."""
    row = session.get(PracticeRow, practice_id)
    if row is not None:
        row.state, row.result, row.files = (
            ("done" if result else "failed"),
            (result.model_dump() if result else None),
            [],
        )


def _checks(session: Session, row: AssignmentRow, person_id: str) -> list[PracticeRow]:
    """Return a learner's checks of a day, or else their last one, newest first; one whose job is gone has failed."""
    mine = (
        select(PracticeRow, JobRow.state)
        .outerjoin(JobRow, JobRow.id == PracticeRow.job_id)
        .where(PracticeRow.assignment_id == row.id, PracticeRow.person_id == person_id)
        .order_by(PracticeRow.asked_at.desc(), PracticeRow.id)
    )
    found = session.execute(mine.where(PracticeRow.asked_at > now() - A_DAY)).all()
    checks = []
    for check, job_state in found or session.execute(mine.limit(1)).all():
        if check.state == "waiting" and job_state not in OPEN:
            check.state = "failed"
        checks.append(check)
    return checks


def _shown(row: PracticeRow) -> PracticeCheck:
    return PracticeCheck(
        id=row.id,
        asked_at=row.asked_at,
        state=row.state,
        result=PracticeResult.model_validate(row.result) if row.result else None,
    )
