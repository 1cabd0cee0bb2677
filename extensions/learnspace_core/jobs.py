"""Background work: the truth about a job stands in the table ``job``, Huey only wakes the workers.

A job is claimed with a lease. A worker that dies leaves the lease to run out; the next sweep wakes another worker,
and the attempt is counted. A job that was claimed :data:`MOST_ATTEMPTS` times without an end has failed.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from huey import Huey, PostgresHuey, SqliteHuey, crontab
from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from learnspace_core.blobs import BlobStore
from learnspace_core.database import Database, now
from learnspace_core.errors import LearnspaceError
from learnspace_core.settings import Settings
from learnspace_core.tables import JobRow

log = logging.getLogger(__name__)

QueueName = Literal["background", "grading"]
LEASE = timedelta(minutes=15)
MOST_ATTEMPTS = 3


@dataclass(frozen=True)
class Work:
    """What a job's function is given: the place it works in, and its own row."""

    settings: Settings
    database: Database
    blobs: BlobStore
    job_id: str
    payload: dict[str, Any]

    def progress(self, done: int, total: int) -> None:
        """Say how far the job is, and renew its lease.

        Raises:
            LearnspaceError: ``cancelled``, if a person cancelled the job meanwhile.
        """
        with self.database.write() as session:
            row = session.get_one(JobRow, self.job_id)
            if row.state != "running":
                raise LearnspaceError("cancelled", "The work was cancelled.")
            row.done, row.total, row.lease_until = done, total, now() + LEASE


JobFunction = Callable[[Work], None]
_kinds: dict[str, JobFunction] = {}


def job(kind: str) -> Callable[[JobFunction], JobFunction]:
    """Register a function as the one that does jobs of that kind."""

    def register(function: JobFunction) -> JobFunction:
        _kinds[kind] = function
        return function

    return register


def add(session: Session, queue: QueueName, kind: str, payload: dict[str, Any], course_id: str | None = None) -> JobRow:
    """Add a job in the transaction of the change that asks for it. Wake the workers after the commit."""
    row = JobRow(
        id=uuid.uuid4().hex,
        queue=queue,
        kind=kind,
        payload=payload,
        state="waiting",
        attempt=0,
        done=0,
        total=0,
        course_id=course_id,
        created_at=now(),
    )
    session.add(row)
    return row


def cancel(session: Session, row: JobRow) -> None:
    """Stop a job that waits or runs; its worker finds out when it next says how far it is."""
    ended = update(JobRow).where(JobRow.id == row.id, JobRow.state.in_(("waiting", "running")))
    session.execute(ended.values(state="cancelled", finished_at=now(), lease_until=None))
    session.refresh(row)


class Queue:
    """The waker of one kind of worker.

    Args:
        settings: where the queue is kept: beside the database, PostgreSQL or SQLite.
        name: which workers it wakes.
    """

    def __init__(self, settings: Settings, name: QueueName, database: Database, blobs: BlobStore) -> None:
        self.name = name
        self.settings = settings
        self.database = database
        self.blobs = blobs
        self.huey = _huey(settings, name)
        self._task = self.huey.task(name="run_job")(self.run)
        self.huey.periodic_task(crontab(minute="*"), name="sweep")(self.wake_waiting)
        self.huey.on_startup(name="sweep")(self.wake_waiting)

    def wake(self, job_id: str) -> None:
        """Tell the workers that this job waits. A lost call is made good by the sweep each minute."""
        self._task(job_id)

    def wake_waiting(self) -> None:
        """Wake the workers for every job that waits or whose worker died."""
        with self.database.read() as session:
            query = select(JobRow.id).where(JobRow.queue == self.name, _claimable()).order_by(JobRow.created_at)
            for job_id in session.scalars(query):
                self.wake(job_id)

    def run(self, job_id: str) -> None:
        """Claim one job and do it; does nothing if somebody else holds it or it has ended."""
        claimed = self._claim(job_id)
        if claimed is None:
            return
        kind, payload = claimed
        try:
            _kinds[kind](Work(self.settings, self.database, self.blobs, job_id, payload))
        except LearnspaceError as error:
            self._end(job_id, "failed", error.code, error.message)
        except Exception:
            log.exception("job %s (%s) failed", job_id, kind)
            self._end(job_id, "failed", "internal_error", "The work failed. The operator finds the reason in the log.")
        else:
            self._end(job_id, "done", None, None)

    def work(self, workers: int) -> None:
        """Work until told to stop, with that many processes; a process that dies is replaced."""
        self.huey.create_consumer(workers=workers, worker_type="process", check_worker_health=True).run()

    def _claim(self, job_id: str) -> tuple[str, dict[str, Any]] | None:
        with self.database.write() as session:
            claim = (
                update(JobRow)
                .where(JobRow.id == job_id, _claimable(), JobRow.attempt < MOST_ATTEMPTS)
                .values(state="running", attempt=JobRow.attempt + 1, lease_until=now() + LEASE)
                .returning(JobRow.kind, JobRow.payload)
            )
            row = session.execute(claim).one_or_none()
            if row is not None:
                return row.kind, row.payload
            given_up = JobRow.id == job_id, _claimable(), JobRow.attempt >= MOST_ATTEMPTS
            session.execute(
                update(JobRow)
                .where(*given_up)
                .values(
                    state="failed",
                    finished_at=now(),
                    code="worker_died",
                    message=f"The work was begun {MOST_ATTEMPTS} times and its worker died each time.",
                )
            )
            return None

    def _end(self, job_id: str, state: str, code: str | None, message: str | None) -> None:
        with self.database.write() as session:
            ended = update(JobRow).where(JobRow.id == job_id, JobRow.state == "running")
            session.execute(ended.values(state=state, code=code, message=message, finished_at=now(), lease_until=None))


def _claimable() -> ColumnElement[bool]:
    return or_(JobRow.state == "waiting", and_(JobRow.state == "running", JobRow.lease_until < now()))


def _huey(settings: Settings, name: str) -> Huey:
    url = settings.database_url
    if url.startswith("postgresql"):
        return PostgresHuey(name, dsn=url.replace("postgresql+psycopg://", "postgresql://", 1), results=False)
    return SqliteHuey(name, filename=str(settings.state / "queue.db"), fsync=True, results=False)
