"""Background work: the truth about a job stands in the table ``job``, Huey only wakes the workers.

A woken worker does one job after the other as long as any waits, each under a claim (see ``claims.py``). Jobs that are
asked for together are a run (see ``runs.py``).
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from huey import Huey, PostgresHuey, SqliteHuey, crontab
from huey.consumer import Consumer, Scheduler
from sqlalchemy import select
from sqlalchemy.orm import Session

from learnspace_core import claims
from learnspace_core.blobs import BlobStore
from learnspace_core.claims import Claim, Heartbeat
from learnspace_core.database import Database, now
from learnspace_core.errors import LearnspaceError
from learnspace_core.runs import cancel, clear
from learnspace_core.settings import Settings
from learnspace_core.tables import JobRow

__all__ = ["JobFunction", "Queue", "QueueName", "Work", "add", "at_each_sweep", "at_start", "cancel", "job"]

log = logging.getLogger(__name__)

QueueName = Literal["background", "grading"]
LONGEST_NAP = 0.3
"""Seconds between two looks of an idle worker into a queue that cannot call it (SQLite)."""


@dataclass
class Work:
    """What a job's function is given: the place it works in, and its own row in this attempt."""

    settings: Settings
    database: Database
    blobs: BlobStore
    job_id: str
    payload: dict[str, Any]
    attempt: int = 0
    has_ended: bool = False

    def progress(self, done: int, total: int) -> None:
        """Say how far the job is.

        Raises:
            LearnspaceError: ``cancelled``, if a person cancelled the job or another worker has it.
        """
        with self.write() as session:
            row = session.get_one(JobRow, self.job_id)
            claims.heed_cancel(session, row)
            row.done, row.total = done, total

    def go_on(self) -> None:
        """Find out, between two steps, whether the work is still wanted here.

        Raises:
            LearnspaceError: ``cancelled``, if a person cancelled the job or another worker has it.
        """
        with self.database.read() as session:
            row = session.get_one(JobRow, self.job_id)
            if (row.state, row.attempt) != ("running", self.attempt):
                raise claims.lost()
            claims.heed_cancel(session, row)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a session for what the job changes: all of it is kept, or none if another worker has the job.

        Raises:
            LearnspaceError: ``cancelled``, in that case.
        """
        with self.database.write() as session:
            claims.hold(session, self.job_id, self.attempt)
            yield session

    @contextmanager
    def ending(self, code: str = "") -> Iterator[Session]:
        """Open the last such session: the result and the end of the job are kept together or not at all.

        Args:
            code: of the failure that the job ends with, if it is one.

        Raises:
            LearnspaceError: ``cancelled``, if another worker has the job.
        """
        with self.write() as session:
            yield session
            claims.end(session, self.job_id, self.attempt, "failed" if code else "done", code)
        self.has_ended = True


JobFunction = Callable[[Work], None]


@dataclass(frozen=True)
class _Kind:
    do: JobFunction
    gave_up: claims.GaveUp


_kinds: dict[str, _Kind] = {}
Schedule = Callable[[Database], None]
_schedules: dict[QueueName, list[Schedule]] = {}
Beginning = Callable[[Settings], None]
_beginnings: dict[QueueName, list[Beginning]] = {}


def job(kind: str, gave_up: claims.GaveUp = lambda _session, _row: None) -> Callable[[JobFunction], JobFunction]:
    """Register a function as the one that does jobs of that kind.

    Args:
        kind: the name of the kind.
        gave_up: called in the transaction in which a job is given up, because its worker died each time.
    """

    def register(function: JobFunction) -> JobFunction:
        _kinds[kind] = _Kind(function, gave_up)
        return function

    return register


def at_start(queue: QueueName) -> Callable[[Beginning], Beginning]:
    """Register what each working process of a queue does once, before its first job."""

    def register(function: Beginning) -> Beginning:
        _beginnings.setdefault(queue, []).append(function)
        return function

    return register


def at_each_sweep(queue: QueueName) -> Callable[[Schedule], Schedule]:
    """Register what the workers of a queue do when they start and a few times a minute, perhaps several at once."""

    def register(function: Schedule) -> Schedule:
        _schedules.setdefault(queue, []).append(function)
        return function

    return register


def add(session: Session, queue: QueueName, kind: str, payload: dict[str, Any], course_id: str | None = None) -> JobRow:
    """Add a job in the transaction of the change that asks for it. Wake the workers after the commit."""
    row = JobRow(id=uuid.uuid4().hex, queue=queue, kind=kind, payload=payload, state="waiting", attempt=0)
    row.done, row.total, row.place, row.course_id, row.created_at = 0, 0, 0, course_id, now()
    session.add(row)
    return row


class Queue:
    """The jobs of one kind of worker.

    Args:
        settings: where the queue is kept: beside the database, PostgreSQL or SQLite.
        name: which workers do them.
    """

    def __init__(self, settings: Settings, name: QueueName, database: Database, blobs: BlobStore) -> None:
        self.name = name
        self.settings = settings
        self.database = database
        self.blobs = blobs
        self.huey = _huey(settings, name)
        self._is_stopping: Callable[[], bool] = lambda: False
        self._task = self.huey.task(name="run_job")(self._woken)
        self.huey.periodic_task(crontab(minute="*"), name="sweep")(self.sweep)
        self.huey.periodic_task(crontab(minute="0"), name="clear")(self.clear)
        self.huey.on_startup(name="begin")(self.begin)
        self.huey.on_startup(name="sweep")(self.sweep)

    def wake(self, _job_id: str = "") -> None:
        """Tell the workers that a job waits. A lost call is made good by the next sweep."""
        try:
            self._task()
        except Exception:  # Whatever the queue is made of: the job stands in the database already.
            log.exception("the workers were not woken; the next sweep does it")

    def begin(self) -> None:
        """Do what a working process does once; what fails then is met again by the job that needs it."""
        for beginning in _beginnings.get(self.name, []):
            try:
                beginning(self.settings)
            except Exception:
                log.exception("%s failed", beginning.__name__)

    def sweep(self) -> None:
        """Do what is done again and again, then wake a worker if anything waits; what fails is tried the next time."""
        for schedule in _schedules.get(self.name, []):
            try:
                schedule(self.database)
            except Exception:
                log.exception("%s failed; the next sweep tries it again", schedule.__name__)
        self.wake_waiting()

    def clear(self) -> None:
        """Remove jobs that ended long ago, some at a time, so that nobody waits for the database."""
        before = now() - timedelta(days=self.settings.jobs.keep_days)
        removed = 1
        while removed and not self._is_stopping():
            with self.database.write() as session:
                removed = clear(session, before)

    def wake_waiting(self) -> None:
        """Wake a worker if any job waits or its worker died."""
        with self.database.read() as session:
            waiting = claims.is_work_waiting(session, self.name)
        if waiting:
            self.wake()

    def run(self, job_id: str) -> None:
        """Do one job, or all jobs of a run, here and now; nothing if somebody else holds it or it has ended."""
        with self.database.read() as session:
            parts = session.scalars(select(JobRow.id).where(JobRow.run_id == job_id).order_by(JobRow.place)).all()
        for one in parts or [job_id]:
            with self.database.write() as session:
                claimed = claims.claim(session, one, _gave_up)
            if claimed is not None:
                self._do(claimed)

    def work(self, workers: int) -> None:
        """Work until told to stop, with that many processes; a process that dies is replaced."""
        consumer = _Consumer(self.huey, workers=workers, worker_type="process", max_delay=LONGEST_NAP)
        self._is_stopping = consumer.stop_flag.is_set
        consumer.run()

    def _woken(self, _job_id: str = "") -> None:
        """Do what waits, job by job; as long as there is more than one hand can do, wake another one."""
        called = False
        while not self._is_stopping():
            with self.database.write() as session:
                claimed = claims.claim_next(session, self.name, _gave_up)
                more = not called and claimed is not None and claims.is_work_waiting(session, self.name)
            if claimed is None:
                return
            if more:
                # One call for each that begins: in as many steps as there are workers all of them are awake.
                self.wake()
                called = True
            self._do(claimed)

    def _do(self, claimed: Claim) -> None:
        work = Work(self.settings, self.database, self.blobs, claimed.job_id, claimed.payload, claimed.attempt)
        try:
            with Heartbeat(self.database, claimed):
                _kinds[claimed.kind].do(work)
        except LearnspaceError as error:
            state = "cancelled" if error.code == "cancelled" else "failed"
            self._end(claimed, state, error.code, error.message)
        except Exception:
            log.exception("job %s (%s) failed", claimed.job_id, claimed.kind)
            message = "The work failed. The operator finds the reason in the log."
            self._end(claimed, "failed", "internal_error", message)
        except BaseException:
            # Told to stop in the middle of it.
            with self.database.write() as session:
                claims.give_back(session, claimed.job_id, claimed.attempt)
            raise
        else:
            if not work.has_ended:
                self._end(claimed, "done")

    def _end(self, claimed: Claim, state: str, code: str = "", message: str = "") -> None:
        with self.database.write() as session:
            claims.end(session, claimed.job_id, claimed.attempt, state, code, message)


class _Sweeper(Scheduler):
    """Sweeps four times a minute: once, as Huey does, is long for somebody who waits for a dead worker's job."""

    periodic_task_seconds = 15


class _Consumer(Consumer):
    scheduler_class = _Sweeper


def _gave_up(session: Session, row: JobRow) -> None:
    kind = _kinds.get(row.kind)
    if kind is not None:
        kind.gave_up(session, row)


def _huey(settings: Settings, name: str) -> Huey:
    url = settings.database_url
    if url.startswith("postgresql"):
        return PostgresHuey(name, dsn=url.replace("postgresql+psycopg://", "postgresql://", 1), results=False)
    return SqliteHuey(name, filename=str(settings.state / "queue.db"), fsync=True, results=False)
