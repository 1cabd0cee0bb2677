"""Assignments, what was released, and what learners handed in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Float, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from learnspace_core.database import Base

WHOLE_NOTEBOOK = ""
"""The key of all cells together in a submission's ``seconds``."""


class AssignmentRow(Base):
    """An assignment of a course; released as soon as ``released_at`` is set.

    ``late`` is the LatePolicy model and ``shows`` the Shows model as JSON, empty for their defaults. ``attempts`` is
    how often a learner may hand in, empty for as often as they like. ``team_size`` is 1 for work that is done alone;
    ``team_signup`` lets learners form teams themselves. ``version`` counts the versions that were released.
    ``grading`` is the GradingPolicy model, empty as long as nobody decided: then the course says it. ``practice`` is
    the PracticePolicy model, empty for its defaults.
    An assignment that a teacher deletes is archived: nobody sees it, what was handed in stays.
    """

    __tablename__ = "assignment"
    __table_args__ = (UniqueConstraint("course_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id"))
    name: Mapped[str] = mapped_column(String(100))
    title: Mapped[str] = mapped_column(String(300))
    position: Mapped[int] = mapped_column(default=0)
    opens_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    late: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    attempts: Mapped[int | None]
    shows: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    team_size: Mapped[int] = mapped_column(default=1)
    team_signup: Mapped[bool] = mapped_column(Boolean, default=False)
    grading: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    practice: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    released_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=0)
    max_score: Mapped[float] = mapped_column(Float, default=0)
    files: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    job_id: Mapped[str | None] = mapped_column(String(32))
    marks_read_at: Mapped[float] = mapped_column(Float, default=0)


class VersionRow(Base):
    """One released version of an assignment, numbered from 1; nothing deletes it or changes its files.

    ``note`` says in the teacher's words what changed; they may reword it.
    """

    __tablename__ = "assignment_version"

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    files: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    max_score: Mapped[float] = mapped_column(Float)
    released_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text, default="")


class FetchRow(Base):
    """That a person fetched an assignment, the first time, and which version of it they have now."""

    __tablename__ = "fetch"

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    fetched_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=0)


class SubmissionRow(Base):
    """One version a learner handed in, perhaps for their team; the same bytes again are the same row.

    Nothing deletes it. ``person_id`` is who handed in; whom a team's work counts for is in ``submission_member``.
    ``marks`` is the Marks model as JSON, once graded; ``feedback`` maps a notebook's name to the SHA-256 of its page.
    ``marks_since`` are those that the gradebook has by now, if they were changed since the work was returned: ``marks``
    stays what was returned until it is returned again.
    ``queued_at`` is when the learner's own space says that it was handed in there, while the service was out of reach.
    Lateness and the receipt go by ``received_at``, when the bytes came first. ``again_at`` is when they came again,
    after another version, if they did. ``handed_in_at`` puts the versions in order, and the last one counts: it is
    later than that of every version that came before, even where the clock was set back.
    ``seconds`` maps notebooks to how long each of their tests ran when it was last graded, by grade id, and all cells
    together; ``failures`` to what those said that did not pass, hidden ones too, for teachers only. ``reason`` says
    why it was withheld, ``reason_code`` the same for programs.
    """

    __tablename__ = "submission"
    # Who is in another team now may hand in the same bytes for that one, too.
    __table_args__ = (
        Index(
            "uq_submission_person_id", "assignment_id", "person_id", "digest", unique=True,
            sqlite_where=text("team_id IS NULL"), postgresql_where=text("team_id IS NULL"),
        ),
        Index(
            "uq_submission_team_id", "assignment_id", "team_id", "digest", unique=True,
            sqlite_where=text("team_id IS NOT NULL"), postgresql_where=text("team_id IS NOT NULL"),
        ),
        Index(
            "ix_submission_newest", "assignment_id", "person_id", "handed_in_at",
            sqlite_where=text("team_id IS NULL"), postgresql_where=text("team_id IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    team_id: Mapped[str | None] = mapped_column(ForeignKey("team.id"), index=True)
    received_at: Mapped[datetime]
    handed_in_at: Mapped[datetime]
    again_at: Mapped[datetime | None]
    queued_at: Mapped[datetime | None]
    digest: Mapped[str] = mapped_column(String(64))
    files: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    receipt: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text, default="")
    reason_code: Mapped[str] = mapped_column(String(60), default="")
    marks: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    marks_since: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    feedback: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    formgrader_id: Mapped[str] = mapped_column(String(64), default="")
    returned_at: Mapped[datetime | None]
    seconds: Mapped[dict[str, dict[str, float]]] = mapped_column(JSON, default=dict)
    failures: Mapped[dict[str, dict[str, str]]] = mapped_column(JSON, default=dict)


class AutomaticGradingRow(Base):
    """That a submission was given to the grader without a teacher: once each time it is handed in, whoever looks."""

    __tablename__ = "automatic_grading"

    submission_id: Mapped[str] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"), primary_key=True)
    handed_in_at: Mapped[datetime]


class SubmissionMemberRow(Base):
    """Whom a team's submission counts for: its members when it was handed in, whoever joins or leaves later."""

    __tablename__ = "submission_member"

    submission_id: Mapped[str] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class PracticeRow(Base):
    """One check of work that was not handed in: ``waiting``, ``done``, or ``failed`` through no fault of the learner's.

    ``policy`` is the PracticePolicy model as it was then, ``result`` the PracticeResult model: what may be told, and
    nothing more. ``files`` names the files until they are removed.
    """

    __tablename__ = "practice_check"
    __table_args__ = (
        Index("ix_practice_check_assignment_id_person_id_asked_at", "assignment_id", "person_id", "asked_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    asked_at: Mapped[datetime]
    job_id: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(20))
    policy: Mapped[dict[str, Any]] = mapped_column(JSON)
    files: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class AccommodationRow(Base):
    """More time or more attempts for one learner or one section, in one assignment or (without it) in a whole course.

    ``due_at`` replaces the due time, ``extra_minutes`` adds to it; of several that apply the most generous counts.
    """

    __tablename__ = "accommodation"
    __table_args__ = (Index("ix_accommodation_course_id_person_id", "course_id", "person_id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id"))
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    section: Mapped[str] = mapped_column(String(60), default="")
    due_at: Mapped[datetime | None]
    extra_minutes: Mapped[int] = mapped_column(default=0)
    extra_attempts: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(Text, default="")
    granted_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    granted_at: Mapped[datetime]


class TeamRow(Base):
    """A team of one assignment; one that a learner made is gone when its last member leaves it."""

    __tablename__ = "team"
    __table_args__ = (UniqueConstraint("assignment_id", "name"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    by_learner: Mapped[bool] = mapped_column(Boolean, default=False)


class TeamMemberRow(Base):
    """Who is in which team: one team for each assignment."""

    __tablename__ = "team_member"

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    team_id: Mapped[str] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"), index=True)


class ProgressRow(Base):
    """How one question stands in a learner's own space, as it says itself: ``passing``, ``failing`` or ``untouched``.

    ``tries`` counts the checks since the question last passed; ``since`` is when it came into this state.
    """

    __tablename__ = "progress"

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    notebook: Mapped[str] = mapped_column(String(200), primary_key=True)
    question: Mapped[str] = mapped_column(String(200), primary_key=True)
    state: Mapped[str] = mapped_column(String(20))
    tries: Mapped[int] = mapped_column(default=0)
    since: Mapped[datetime]
    seen_at: Mapped[datetime]


class MessageRow(Base):
    """One message of a learner's talk with their teachers about an assignment, perhaps about one question of it.

    The talk belongs to ``person_id``; ``author_id`` wrote this message.
    """

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_assignment_id_person_id", "assignment_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    author_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    question: Mapped[str] = mapped_column(String(200), default="")
    text: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[datetime]


class ReportRow(Base):
    """The newest report of a kind on an assignment: ``check`` before release, ``regrade`` before new scores count."""

    __tablename__ = "report"

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    made_at: Mapped[datetime]
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
