"""Runs: many jobs that were asked for together, with one row that says how far all of them are.

The jobs of a run are taken one by one, by any worker on any machine. The run's own row is never claimed: the end of
each of its jobs counts in it, in the same transaction.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import case, delete, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from learnspace_core.database import now
from learnspace_core.models import Job
from learnspace_core.tables import JobRow

OPEN = ("waiting", "running")
CANCELLING = "cancelling"
"""The code of a job that runs and is to stop at its next step."""
PACE_OF = 40
"""The time left is reckoned from so many jobs that ended last, so that a break or another machine soon shows in it."""


class Part(NamedTuple):
    """One job of a run: what it is about, of which only one job at a time waits and one runs, and its payload."""

    subject: str
    payload: dict[str, Any]


def begin_run(
    session: Session,
    queue: str,
    kinds: tuple[str, str],
    payload: dict[str, Any],
    parts: list[Part],
    course_id: str | None = None,
) -> JobRow:
    """Add a run in the transaction of the change that asks for it, in one statement however many jobs it has.

    A part whose subject has a job that waits already is left to that one.

    Args:
        session: of the change.
        queue: which workers do the jobs.
        kinds: of the run's own row, and of its jobs.
        payload: of the run's own row.
        parts: its jobs, in the order in which they are to be done.
        course_id: whose teachers may see and cancel it.
    """
    at = now()
    row = JobRow(id=uuid.uuid4().hex, queue=queue, kind=kinds[0], payload=payload, state="running", attempt=1)
    row.course_id, row.created_at, row.started_at, row.done, row.total = course_id, at, at, 0, 0
    session.add(row)
    session.flush()
    # A small run beside a big one takes turns with its first jobs: the place says how many of its own go before.
    shared = {"queue": queue, "kind": kinds[1], "state": "waiting", "course_id": course_id, "run_id": row.id}
    jobs = [
        {**shared, "id": uuid.uuid4().hex, "place": place, "created_at": at, **part._asdict()}
        for place, part in enumerate(parts)
    ]
    row.total = add_where_none_waits(session, jobs)
    if not row.total:
        row.state, row.finished_at = "done", at
    session.flush()
    return row


def add_where_none_waits(session: Session, jobs: list[dict[str, Any]]) -> int:
    """Add jobs, but none on a subject that has a waiting one; return how many were added."""
    if not jobs:
        return 0
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    defaults = {"attempt": 0, "done": 0, "total": 0, "worker": ""}
    added = make(JobRow).on_conflict_do_nothing().returning(JobRow.id)
    return len(session.scalars(added, [defaults | job for job in jobs]).all())


def count_ended(session: Session, run_id: str | None) -> None:
    """Count the end of one job in its run, if it has one; the last one ends the run."""
    if run_id is None:
        return
    done = JobRow.done + 1
    is_last = (done >= JobRow.total) & (JobRow.state == "running")
    values = {
        "done": done,
        "state": case((is_last, "done"), else_=JobRow.state),
        "finished_at": case((is_last, now()), else_=JobRow.finished_at),
    }
    session.execute(update(JobRow).where(JobRow.id == run_id).values(**values))


def clear(session: Session, before: datetime, most: int = 1000) -> int:
    """Remove jobs that ended before a moment, so many at most, and return how many; a run goes after all its jobs."""
    run, part = aliased(JobRow), aliased(JobRow)
    ended = JobRow.finished_at < before, JobRow.state.not_in(OPEN)
    run_goes_on = exists().where(run.id == JobRow.run_id, or_(run.finished_at.is_(None), run.finished_at >= before))
    has_jobs = exists().where(part.run_id == JobRow.id)
    chosen = select(JobRow.id).where(*ended, ~run_goes_on, ~has_jobs).limit(most)
    return len(session.scalars(delete(JobRow).where(JobRow.id.in_(chosen)).returning(JobRow.id)).all())


def cancel(session: Session, row: JobRow) -> None:
    """Stop a job or a run: what waits is not begun; what runs stops at its next step, and has ended only then."""
    at = now()
    is_in = or_(JobRow.id == row.id, JobRow.run_id == row.id)
    waits = update(JobRow).where(is_in, JobRow.state == "waiting").values(state="cancelled", finished_at=at)
    stopped = session.scalars(waits.returning(JobRow.id)).all()
    if row.id in stopped:
        count_ended(session, row.run_id)
    session.execute(update(JobRow).where(is_in, JobRow.state == "running").values(code=CANCELLING))
    # A run has no worker of its own that could end it.
    run = update(JobRow).where(JobRow.id == row.id, JobRow.state == "running", JobRow.lease_until.is_(None))
    session.execute(run.values(state="cancelled", code="cancelled", finished_at=at))
    session.refresh(row)


def told(session: Session, row: JobRow) -> Job:
    """Return a job or a run as people see it: how many are done, run and failed, and how long it may still take."""
    job = Job.model_validate(row, from_attributes=True)
    query = select(JobRow.state, func.count()).where(JobRow.run_id == row.id).group_by(JobRow.state)
    counts = dict(session.execute(query).all())
    if not counts:
        return job
    left = sum(counts.get(state, 0) for state in OPEN)
    return job.model_copy(
        update={
            "running": counts.get("running", 0),
            "failed": counts.get("failed", 0),
            "seconds_left": _seconds_left(session, row, left) if row.state == "running" else None,
        }
    )


def _seconds_left(session: Session, row: JobRow, left: int) -> float | None:
    """Return how long the rest takes at the pace of the jobs that ended last; nothing before two have ended."""
    ended = (
        select(JobRow.finished_at)
        .where(JobRow.run_id == row.id, JobRow.finished_at.is_not(None))
        .order_by(JobRow.finished_at.desc())
        .limit(PACE_OF)
    )
    times = list(session.scalars(ended))
    if len(times) < 2 or times[-1] is None:
        return None
    # Up to now, not up to the last end: when nothing ends any more, the time left grows.
    return round((now() - times[-1]).total_seconds() / (len(times) - 1) * left, 1)
