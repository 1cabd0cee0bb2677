"""The tables of people and their accounts."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from itertools import count
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from learnspace_core import record
from learnspace_core.database import now
from learnspace_core.errors import LearnspaceError
from learnspace_people.models import Enrolment, Person
from learnspace_people.tables import AccountRow, EnrolmentRow, PersonRow

_hasher = PasswordHasher()
_NOBODY = _hasher.hash("nobody has this password")

# Asked with every request: one query, and put together once.
_NAMED = (
    select(
        PersonRow.id,
        PersonRow.username,
        PersonRow.name,
        EnrolmentRow.role,
        EnrolmentRow.institution,
        EnrolmentRow.course_id,
        EnrolmentRow.term,
        EnrolmentRow.section,
    )
    .outerjoin(EnrolmentRow, EnrolmentRow.person_id == PersonRow.id)
    .where(PersonRow.username.in_(bindparam("usernames", expanding=True)), PersonRow.removed_at.is_(None))
)


def find_person(session: Session, username: str) -> Person | None:
    """Return the person of that username with all roles, or None; who was removed is not found."""
    return find_people(session, [username]).get(username)


def find_people(session: Session, usernames: Collection[str]) -> dict[str, Person]:
    """Return the people of these usernames with all roles, by username; who was removed is not in it."""
    found: dict[str, Person] = {}
    for row in session.connection().execute(_NAMED, {"usernames": list(usernames)}):
        person = found.setdefault(row.username, Person(id=row.id, username=row.username, name=row.name, enrolments=[]))
        if row.role is not None:
            person.enrolments.append(_enrolment(row))
    return found


def student_of(session: Session, person_id: str) -> str:
    """Return the person's name in gradebooks and homes, which never changes and is never given to somebody else."""
    return session.get_one(PersonRow, person_id).student


def require_known(session: Session, username: str) -> None:
    """Refuse a username that nobody has, with ``not_found``."""
    _row(session, username)


def require_free(session: Session, old: str, new: str) -> None:
    """Refuse a renaming that cannot be done, with ``not_found`` or ``username_taken``."""
    require_known(session, old)
    if session.scalar(select(PersonRow.id).where(PersonRow.username == new)) is not None:
        raise LearnspaceError("username_taken", f"Somebody is called {new!r} already. Choose another username.", 409)


def rename(session: Session, old: str, new: str) -> Person:
    """Give a person another username; everything else stays theirs.

    Raises:
        LearnspaceError: ``not_found``, ``username_taken``.
    """
    require_free(session, old, new)
    row = _row(session, old)
    row.username = new
    session.flush()
    _note(session, row, "renamed", {"from": old, "to": new})
    return _person(session, row)


def remove(session: Session, username: str) -> Person:
    """End a person's roles and account, and free the username.

    The row stays, with what was handed in, the record and the gradebook: all of it belongs to the id and to the name
    for gradebooks, and neither is ever given to somebody else.

    Returns:
        The person as they were.

    Raises:
        LearnspaceError: ``not_found``.
    """
    row = _row(session, username)
    before = _person(session, row)
    session.execute(delete(EnrolmentRow).where(EnrolmentRow.person_id == row.id))
    session.execute(delete(AccountRow).where(AccountRow.person_id == row.id))
    # No username has a "~": nobody can ask for this one, and the 64 characters of the column hold it.
    row.username, row.removed_at = f"{username[:31]}~{row.id}", now()
    session.flush()
    _note(session, row, "removed", {"from": username})
    return before


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


def _free_student(session: Session, username: str) -> str:
    """Return the name for gradebooks: the username, with a number if somebody has or had it."""
    taken = set(session.scalars(select(PersonRow.student).where(PersonRow.student.startswith(username))))
    names = (username if number == 1 else f"{username}-{number}" for number in count(1))
    return next(name for name in names if name not in taken)


def _row(session: Session, username: str) -> PersonRow:
    query = select(PersonRow).where(PersonRow.username == username, PersonRow.removed_at.is_(None))
    row = session.scalar(query.with_for_update())
    if row is None:
        raise LearnspaceError("not_found", f"Nobody is called {username!r}. Check the spelling.", 404)
    return row


def _note(session: Session, row: PersonRow, verb: str, result: dict[str, str]) -> None:
    # Only an operator does this, who is no person of the platform: it is told of the person it was done to.
    record.append(
        session,
        actor_id=row.id,
        verb=verb,
        object_type="person",
        object_id=row.id,
        object_title=row.name,
        result=dict(result),
        context={"by": "operator"},
    )


def _person(session: Session, row: PersonRow) -> Person:
    enrolments = session.scalars(select(EnrolmentRow).where(EnrolmentRow.person_id == row.id))
    return Person(id=row.id, username=row.username, name=row.name, enrolments=[_enrolment(e) for e in enrolments])


def _enrolment(row: Any) -> Enrolment:
    return Enrolment.model_validate(
        {
            "role": row.role,
            "institution": row.institution,
            "course": row.course_id or None,
            "term": row.term,
            "section": row.section,
        }
    )
