"""Claims on jobs: who does which job now, and for how long nobody else may.

A claim is a lease that a heartbeat renews as long as its worker lives. A worker that dies leaves the lease to run out,
then another claims the job and the attempt is counted. The attempt's number fences: a worker that lost its claim
cannot write what it found over the newer one's.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, aliased

from learnspace_core.database import Database, now
from learnspace_core.errors import LearnspaceError
from learnspace_core.runs import CANCELLING, count_ended
from learnspace_core.tables import JobRow

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
"""How long a dead worker's job waits before another takes it."""
BEATS = 4
"""How often within a lease a worker that lives renews it."""
MOST_ATTEMPTS = 3

GaveUp = Callable[[Session, JobRow], None]
"""Told, in the transaction that gives a job up, which one it is."""


@dataclass(frozen=True)
class Claim:
    """The right to do one job: it holds while the job is running in this attempt."""

    job_id: str
    attempt: int
    kind: str
    payload: dict[str, Any]


def claim(session: Session, job_id: str, gave_up: GaveUp) -> Claim | None:
    """Claim this job, if it waits or its worker died."""
    is_this = JobRow.id == job_id
    row = session.scalar(_locked(select(JobRow).where(is_this, or_(_abandoned(), _free()))))
    return _take(session, row, gave_up) if row is not None else None


def claim_next(session: Session, queue: str, gave_up: GaveUp) -> Claim | None:
    """Claim the next job of a queue: one whose worker died, or else the waiting one with the lowest place.

    A job is left waiting while another one on the same subject runs.
    """
    died = select(JobRow).where(JobRow.queue == queue, _abandoned()).order_by(JobRow.created_at)
    waits = select(JobRow).where(JobRow.queue == queue, _free()).order_by(JobRow.place, JobRow.created_at, JobRow.id)
    while (row := session.scalar(_locked(died)) or session.scalar(_locked(waits))) is not None:
        taken = _take(session, row, gave_up)
        if taken is not None:
            return taken
    return None


def is_work_waiting(session: Session, queue: str) -> bool:
    """Tell whether the queue has a job that a worker could claim."""
    found = select(JobRow.id).where(JobRow.queue == queue, or_(_abandoned(), _free())).limit(1)
    return session.scalar(found) is not None


def hold(session: Session, job_id: str, attempt: int) -> None:
    """Make sure that a claim still holds, keep it until the transaction ends, and renew its lease.

    Raises:
        LearnspaceError: ``cancelled``, if another worker has the job.
    """
    if not _renew(session, job_id, attempt):
        raise lost()


def heed_cancel(session: Session, row: JobRow) -> None:
    """Find out whether a person wants this job, or the run that it belongs to, to stop.

    Raises:
        LearnspaceError: ``cancelled``, if so.
    """
    run = session.get(JobRow, row.run_id) if row.run_id else None
    if row.code == CANCELLING or (run is not None and run.state == "cancelled"):
        raise LearnspaceError("cancelled", "The work was cancelled.")


def lost() -> LearnspaceError:
    """Return what a worker is told whose claim does not hold any more."""
    return LearnspaceError("cancelled", "Another worker has taken the work over.")


def end(session: Session, job_id: str, attempt: int, state: str, code: str = "", message: str = "") -> None:
    """End a claimed job; nothing changes if the claim does not hold any more."""
    ended = (
        update(JobRow)
        .where(*_held(job_id, attempt))
        .values(state=state, code=code or None, message=message or None, finished_at=now(), lease_until=None)
        .returning(JobRow.run_id)
    )
    for run_id in session.scalars(ended).all():
        count_ended(session, run_id)


def give_back(session: Session, job_id: str, attempt: int) -> None:
    """Leave a job that was interrupted for no fault of its own to the next worker; this attempt does not count."""
    values = {"attempt": attempt - 1, "lease_until": now() - timedelta(seconds=1)}
    session.execute(update(JobRow).where(*_held(job_id, attempt)).values(**values))


class Heartbeat:
    """Renews a claim from a thread of its own while the work goes on in the main one."""

    def __init__(self, database: Database, claimed: Claim) -> None:
        self._database = database
        self._claim = claimed
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(self, *_why: object) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._over.wait(LEASE.total_seconds() / BEATS):
            try:
                with self._database.write() as session:
                    if not _renew(session, self._claim.job_id, self._claim.attempt):
                        return
            except OperationalError:
                log.warning("the claim on job %s could not be renewed; trying again", self._claim.job_id)


def _take(session: Session, row: JobRow, gave_up: GaveUp) -> Claim | None:
    """Claim a locked row; one that was begun too often is given up instead, one that was to stop has stopped."""
    if row.code == CANCELLING or row.attempt >= MOST_ATTEMPTS:
        row.finished_at, row.lease_until = now(), None
        if row.code == CANCELLING:
            row.state, row.code = "cancelled", "cancelled"
        else:
            row.state, row.code = "failed", "worker_died"
            row.message = f"The work was begun {MOST_ATTEMPTS} times and its worker died each time."
            gave_up(session, row)
        session.flush()
        count_ended(session, row.run_id)
        return None
    row.state, row.attempt, row.lease_until = "running", row.attempt + 1, now() + LEASE
    row.started_at, row.worker = now(), f"{socket.gethostname()}:{os.getpid()}"
    session.flush()
    return Claim(row.id, row.attempt, row.kind, row.payload)


def _locked(query: Select[JobRow]) -> Select[JobRow]:
    # What another worker is just claiming is passed over. SQLite has one writer at a time anyway.
    return query.limit(1).with_for_update(skip_locked=True, of=JobRow)


def _abandoned() -> ColumnElement[bool]:
    # A run is never claimed itself: it has no lease.
    return (JobRow.state == "running") & (JobRow.lease_until < now())


def _free() -> ColumnElement[bool]:
    other = aliased(JobRow)
    busy = exists().where(other.subject == JobRow.subject, other.state == "running")
    return (JobRow.state == "waiting") & ~busy


def _held(job_id: str, attempt: int) -> tuple[ColumnElement[bool], ...]:
    return JobRow.id == job_id, JobRow.state == "running", JobRow.attempt == attempt


def _renew(session: Session, job_id: str, attempt: int) -> bool:
    renewed = update(JobRow).where(*_held(job_id, attempt)).values(lease_until=now() + LEASE)
    return session.execute(renewed.returning(JobRow.id)).one_or_none() is not None
