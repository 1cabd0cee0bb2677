"""The tables of joining by oneself: open courses and codes."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from learnspace_core.database import now
from learnspace_core.errors import LearnspaceError, NotFound
from learnspace_people.models import Enrolment, JoinCode, NewCode, OpenCourse, Person
from learnspace_people.store.courses import ensure_enrolment, note
from learnspace_people.tables import CourseRow, EnrolmentRow, InstitutionRow, JoinCodeRow

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Small letters and digits that cannot be mistaken for one another: no 0, 1, i, l, o."""
CODE_LENGTH = 10
"""31 ** 10 is about 8 * 10 ** 14: with the throttle, guessing one of a million codes takes ages."""
MOST_CODES = 50


def open_courses(session: Session, person: Person) -> list[OpenCourse]:
    """Return the courses that anyone may join, by title, and how the person stands in them."""
    query = (
        select(CourseRow, InstitutionRow.title)
        .join(InstitutionRow)
        .where(CourseRow.open_to_all)
        .order_by(CourseRow.title, CourseRow.id)
    )
    return [
        OpenCourse(
            id=row.id,
            title=row.title,
            summary=row.summary,
            language=row.language,
            institution=row.institution,
            open_to_all=True,
            institution_title=institution,
            learns=person.has("learner", row.id),
            teaches=person.has("teacher", row.id),
        )
        for row, institution in session.execute(query)
    ]


def join_open(session: Session, person: Person, course_id: str) -> CourseRow:
    """Make the person a learner of an open course; safe to repeat.

    Raises:
        NotFound: there is no such course, or it is not open.
        LearnspaceError: ``teaches_it``.
    """
    row = _open_course(session, course_id)
    _enrol(session, person, row, "")
    return row


def leave_open(session: Session, person: Person, course_id: str) -> CourseRow:
    """Let the person leave an open course; what they handed in and the record stay. Safe to repeat.

    Raises:
        NotFound: there is no such course, or it is not open.
    """
    row = _open_course(session, course_id)
    if person.has("learner", course_id):
        session.execute(delete(EnrolmentRow).filter_by(person_id=person.id, course_id=course_id, role="learner"))
        note(session, person.id, "left", row.id, row.title)
    return row


def codes(session: Session, course_id: str) -> list[JoinCode]:
    """Return the codes of a course that are good now, the newest first."""
    good = or_(JoinCodeRow.ends_at.is_(None), JoinCodeRow.ends_at > now())
    query = select(JoinCodeRow).where(JoinCodeRow.course_id == course_id, good).order_by(JoinCodeRow.made_at.desc())
    return [_code(row) for row in session.scalars(query)]


def make_code(session: Session, teacher: Person, course_id: str, new: NewCode) -> JoinCode:
    """Make a code for a course.

    Raises:
        LearnspaceError: ``bad_request`` for an end that is past; ``too_many_codes``.
    """
    at = now()
    if new.ends_at is not None and (
        new.ends_at.tzinfo is None or not at < new.ends_at < datetime.max.replace(year=2200, tzinfo=at.tzinfo)
    ):
        raise LearnspaceError("bad_request", "ends_at: choose a time to come, with its zone.", 422)
    if len(codes(session, course_id)) >= MOST_CODES:
        raise LearnspaceError(
            "too_many_codes", f"A course may have {MOST_CODES} codes. Take back those that nobody needs.", 409
        )
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    row = JoinCodeRow(code=code, course_id=course_id, section=new.section, made_at=at, ends_at=new.ends_at)
    session.add(row)
    session.flush()
    title = session.get_one(CourseRow, course_id).title
    note(session, teacher.id, "invited", course_id, title, {"section": new.section})
    return _code(row)


def revoke_code(session: Session, teacher: Person, course_id: str, code: str) -> None:
    """Take a code back; safe to repeat."""
    row = session.get(JoinCodeRow, code)
    if row is not None and row.course_id == course_id:
        session.delete(row)
        title = session.get_one(CourseRow, course_id).title
        note(session, teacher.id, "uninvited", course_id, title, {"section": row.section})


def join_by_code(session: Session, person: Person, typed: str) -> CourseRow:
    """Make the person a learner of the course that a code belongs to; safe to repeat.

    Raises:
        LearnspaceError: ``bad_code``, the same for a code that never was and for one that ended; ``teaches_it``.
    """
    code = "".join(c for c in typed.lower() if c in ALPHABET)
    row = session.get(JoinCodeRow, code)
    if row is None or (row.ends_at is not None and row.ends_at <= now()):
        raise LearnspaceError("bad_code", "This code is not good, or no longer. Check it, or ask your teacher.", 404)
    course = session.get_one(CourseRow, row.course_id)
    _enrol(session, person, course, row.section)
    return course


def _enrol(session: Session, person: Person, row: CourseRow, section: str) -> None:
    if person.has("teacher", row.id):
        raise LearnspaceError("teaches_it", "You teach this course, so you cannot join it as a learner.", 403)
    if person.has("learner", row.id):
        return
    enrolment = Enrolment(role="learner", institution=row.institution, course=row.id, section=section)
    if ensure_enrolment(session, person.id, enrolment):
        note(session, person.id, "joined", row.id, row.title)


def _open_course(session: Session, course_id: str) -> CourseRow:
    row = session.get(CourseRow, course_id)
    if row is None or not row.open_to_all:
        raise NotFound("The course")
    return row


def _code(row: JoinCodeRow) -> JoinCode:
    return JoinCode(code=row.code, section=row.section, made_at=row.made_at, ends_at=row.ends_at)
