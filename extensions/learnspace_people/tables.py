"""Institutions, people, accounts, courses and enrolments."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from learnspace_core.database import Base


class InstitutionRow(Base):
    """A school or other body that has courses and people."""

    __tablename__ = "institution"

    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))


class PersonRow(Base):
    """A person; the id is random, so that a name given to somebody new brings nothing of the old one.

    ``student`` names the person in nbgrader's gradebooks and course directories: it is their first username, or one
    with a number where somebody before them had it, and stays when the username changes. Who was removed keeps the row.
    """

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    student: Mapped[str] = mapped_column(String(80), unique=True, index=True)
    email: Mapped[str] = mapped_column(String(254), default="")
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class AccountRow(Base):
    """A password for signing in without an outside provider, as an Argon2 hash."""

    __tablename__ = "account"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    password_hash: Mapped[str] = mapped_column(String(200))


class CourseRow(Base):
    """A course; its id is also the name of its directory and of its nbgrader course.

    Anyone who may sign in can join and leave an ``open_to_all`` course by themselves.
    """

    __tablename__ = "course"

    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    institution: Mapped[str] = mapped_column(ForeignKey("institution.code"))
    title: Mapped[str] = mapped_column(String(300))
    summary: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(20), default="en")
    open_to_all: Mapped[bool] = mapped_column(default=False)


class JoinCodeRow(Base):
    """A code that lets whoever has it join a course as a learner, in a section of it if one is named."""

    __tablename__ = "join_code"

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), index=True)
    section: Mapped[str] = mapped_column(String(60), default="")
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]


class EnrolmentRow(Base):
    """One role of one person; ``course_id`` is empty for a manager, ``section`` for who is in none."""

    __tablename__ = "enrolment"
    __table_args__ = (UniqueConstraint("person_id", "institution", "course_id", "term", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    institution: Mapped[str] = mapped_column(ForeignKey("institution.code"))
    course_id: Mapped[str] = mapped_column(String(100), default="", index=True)
    term: Mapped[str] = mapped_column(String(60), default="")
    role: Mapped[str] = mapped_column(String(20))
    section: Mapped[str] = mapped_column(String(60), default="")
