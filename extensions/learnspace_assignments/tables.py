"""Assignments, what was released, and what learners handed in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Float, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from learnspace_core.database import Base


class AssignmentRow(Base):
    """An assignment of a course; released as soon as ``released_at`` is set."""

    __tablename__ = "assignment"
    __table_args__ = (UniqueConstraint("course_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id"))
    name: Mapped[str] = mapped_column(String(100))
    title: Mapped[str] = mapped_column(String(300))
    position: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    max_score: Mapped[float] = mapped_column(Float, default=0)
    files: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    job_id: Mapped[str | None] = mapped_column(String(32))
    marks_read_at: Mapped[float] = mapped_column(Float, default=0)


class FetchRow(Base):
    """That a person fetched an assignment, the first time."""

    __tablename__ = "fetch"

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    fetched_at: Mapped[datetime]


class SubmissionRow(Base):
    """One version a learner handed in; the same bytes again are the same row. Nothing deletes it.

    ``marks`` is the Marks model as JSON, once graded; ``feedback`` maps a notebook's name to the SHA-256 of its page.
    """

    __tablename__ = "submission"
    __table_args__ = (UniqueConstraint("assignment_id", "person_id", "digest"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    received_at: Mapped[datetime]
    digest: Mapped[str] = mapped_column(String(64))
    files: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    receipt: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text, default="")
    marks: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    feedback: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    formgrader_id: Mapped[str] = mapped_column(String(64), default="")
    returned_at: Mapped[datetime | None]
