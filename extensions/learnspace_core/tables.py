"""Tables that every feature writes: the record of what happened, and the jobs to do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from learnspace_core.database import Base


class RecordRow(Base):
    """One thing that happened, in xAPI's words. Rows are appended, never changed."""

    __tablename__ = "record"
    __table_args__ = (Index("ix_record_actor_id_id", "actor_id", "id"), Index("ix_record_course_id", "course_id"))

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[str] = mapped_column(String(32))
    verb: Mapped[str] = mapped_column(String(40))
    object_type: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[str] = mapped_column(String(300))
    object_title: Mapped[str] = mapped_column(String(300))
    course_id: Mapped[str | None] = mapped_column(String(100))
    result: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    context: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


OPEN_STATES = "state IN ('waiting', 'running')"


class JobRow(Base):
    """One piece of background work, or a run of many; this row, not the queue, is the truth about it.

    ``run_id`` is the run that a job belongs to. ``subject`` is what it works on: of the jobs on one subject, one at a
    time runs and one at most waits. ``place`` says how many jobs of the same asker go before it: the lowest is done
    first, so that a single piece of work does not wait behind a whole class. ``worker`` is the machine and the process
    that claimed it last.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_queue_state_place", "queue", "state", "place", "created_at"),
        Index("ix_job_run_id_state", "run_id", "state"),
        Index(
            "uq_job_subject_state",
            "subject",
            "state",
            unique=True,
            sqlite_where=text(OPEN_STATES),
            postgresql_where=text(OPEN_STATES),
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    queue: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(20))
    attempt: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    code: Mapped[str | None] = mapped_column(String(60))
    message: Mapped[str | None] = mapped_column(Text)
    course_id: Mapped[str | None] = mapped_column(String(100))
    run_id: Mapped[str | None] = mapped_column(String(32))
    subject: Mapped[str | None] = mapped_column(String(100))
    place: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
