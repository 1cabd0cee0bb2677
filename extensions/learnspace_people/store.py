"""The only file that touches the tables of people, courses and enrolments."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from itertools import count

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from learnspace_core.database import now
from learnspace_people.models import Course, Enrolment, Person, RoleName
from learnspace_people.tables import AccountRow, CourseRow, EnrolmentRow, InstitutionRow, PersonRow

_hasher = PasswordHasher()
_NOBODY = _hasher.hash("nobody has this password")


def find_person(session: Session, username: str) -> Person | None:
    """Return the person of that username with all roles, or None."""
    row = session.scalar(select(PersonRow).where(PersonRow.username == username))
    return None if row is None else _person(session, row)


def ensure_person(session: Session, username: str, name: str, email: str = "") -> Person:
    """Return the person of that username, made if missing; name and email become the given ones if not empty."""
    row = session.scalar(select(PersonRow).where(PersonRow.username == username))
    if row is None:
        row = PersonRow(
            id=uuid.uuid4().hex,
            username=username,
            name=name or username,
            student=_free_student(session, username),
            email=email,
            created_at=now(),
        )
        session.add(row)
    row.name = name or row.name
    row.email = email or row.email
    session.flush()
    return _person(session, row)


def ensure_institution(session: Session, code: str, title: str = "") -> None:
    """Make the institution if it is missing."""
    row = session.get(InstitutionRow, code)
    if row is None:
        session.add(InstitutionRow(code=code, title=title or code))
        session.flush()
    elif title:
        row.title = title


def ensure_course(session: Session, course: Course) -> None:
    """Make the course if it is missing; its title, summary and language become the given ones."""
    ensure_institution(session, course.institution)
    row = session.get(CourseRow, course.id)
    if row is None:
        session.add(CourseRow(**course.model_dump()))
    else:
        row.title, row.summary, row.language = course.title, course.summary, course.language
    session.flush()


def ensure_enrolment(session: Session, person_id: str, enrolment: Enrolment) -> bool:
    """Give the person the role; return False if they held it already."""
    ensure_institution(session, enrolment.institution)
    held = select(EnrolmentRow).filter_by(
        person_id=person_id,
        institution=enrolment.institution,
        course_id=enrolment.course or "",
        term=enrolment.term,
        role=enrolment.role,
    )
    if session.scalar(held) is not None:
        return False
    session.add(
        EnrolmentRow(
            person_id=person_id,
            institution=enrolment.institution,
            course_id=enrolment.course or "",
            term=enrolment.term,
            role=enrolment.role,
        )
    )
    session.flush()
    return True


def set_password(session: Session, person_id: str, password: str) -> None:
    """Give the person a password for the built-in sign-in."""
    session.merge(AccountRow(person_id=person_id, password_hash=_hasher.hash(password)))
    session.flush()


def check_password(session: Session, username: str, password: str) -> Person | None:
    """Return the person if the password is theirs. Takes as long for a name that does not exist."""
    query = select(PersonRow, AccountRow).join(AccountRow).where(PersonRow.username == username)
    found = session.execute(query).one_or_none()
    try:
        _hasher.verify(found.AccountRow.password_hash if found else _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return None
    return _person(session, found.PersonRow) if found else None


def get_course(session: Session, course_id: str) -> Course | None:
    """Return the course, or None."""
    row = session.get(CourseRow, course_id)
    return None if row is None else _course(row)


def list_courses(session: Session, ids: Iterable[str] | None = None) -> list[Course]:
    """Return the courses with these ids, or all, by title."""
    query = select(CourseRow).order_by(CourseRow.title)
    if ids is not None:
        query = query.where(CourseRow.id.in_(list(ids)))
    return [_course(row) for row in session.scalars(query)]


def list_institutions(session: Session, codes: Iterable[str]) -> list[str]:
    """Return the titles of the institutions with these codes, sorted."""
    query = select(InstitutionRow.title).where(InstitutionRow.code.in_(list(codes))).order_by(InstitutionRow.title)
    return list(session.scalars(query))


def list_people(session: Session, institutions: Iterable[str]) -> list[Person]:
    """Return the people with a role in one of these institutions, by username, with their roles in those only."""
    wanted = list(institutions)
    by_person: dict[str, list[Enrolment]] = defaultdict(list)
    for row in session.scalars(select(EnrolmentRow).where(EnrolmentRow.institution.in_(wanted))):
        by_person[row.person_id].append(_enrolment(row))
    query = select(PersonRow).where(PersonRow.id.in_(by_person)).order_by(PersonRow.username)
    return [
        Person(id=row.id, username=row.username, name=row.name, enrolments=by_person[row.id])
        for row in session.scalars(query)
    ]


def list_members(session: Session, course_id: str, role: RoleName = "learner") -> list[Person]:
    """Return the people who hold the role in the course, by username."""
    query = (
        select(PersonRow)
        .join(EnrolmentRow)
        .where(EnrolmentRow.course_id == course_id, EnrolmentRow.role == role)
        .order_by(PersonRow.username)
        .distinct()
    )
    return [Person(id=row.id, username=row.username, name=row.name) for row in session.scalars(query)]


def sections(session: Session, course_id: str) -> dict[str, str]:
    """Return the section of each learner of the course who is in one, by the person's id."""
    query = select(EnrolmentRow.person_id, EnrolmentRow.section).where(
        EnrolmentRow.course_id == course_id, EnrolmentRow.role == "learner", EnrolmentRow.section != ""
    )
    return dict(session.execute(query).all())


def _free_student(session: Session, username: str) -> str:
    """Return the name for gradebooks: the username, with a number if somebody has or had it."""
    taken = set(session.scalars(select(PersonRow.student).where(PersonRow.student.startswith(username))))
    names = (username if number == 1 else f"{username}-{number}" for number in count(1))
    return next(name for name in names if name not in taken)


def _person(session: Session, row: PersonRow) -> Person:
    enrolments = session.scalars(select(EnrolmentRow).where(EnrolmentRow.person_id == row.id))
    return Person(id=row.id, username=row.username, name=row.name, enrolments=[_enrolment(e) for e in enrolments])


def _enrolment(row: EnrolmentRow) -> Enrolment:
    return Enrolment.model_validate(
        {"role": row.role, "institution": row.institution, "course": row.course_id or None, "term": row.term}
    )


def _course(row: CourseRow) -> Course:
    return Course(id=row.id, title=row.title, summary=row.summary, language=row.language, institution=row.institution)
