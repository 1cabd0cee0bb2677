"""Roles that come from a sign-in provider's groups: given at sign-in, and taken back when the group is gone."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from learnspace_people import store
from learnspace_people.models import Course, Enrolment, Person
from learnspace_people.tables import EnrolmentRow

TERM = "sign-in"
"""The term of roles that came from a provider, so that those of a roster are never taken back with them."""


def apply(session: Session, username: str, name: str, email: str, roles: Iterable[str], institution: str) -> Person:
    """Make or update the person and give them these roles instead of those of the last sign-in.

    Args:
        session: the session of the change.
        username: the person's username.
        name: their name as the provider has it.
        email: their address as the provider has it.
        roles: ``manager``, ``learner:course`` or ``teacher:course``; a course that does not exist yet is made, empty.
        institution: the code of the institution that the roles are held in.
    """
    person = store.ensure_person(session, username, name, email)
    wanted = [_enrolment(role, institution) for role in dict.fromkeys(roles)]
    kept = {(e.institution, e.course or "", e.role) for e in wanted}
    query = select(EnrolmentRow).where(EnrolmentRow.person_id == person.id, EnrolmentRow.term == TERM)
    for row in session.scalars(query).all():
        if (row.institution, row.course_id, row.role) not in kept:
            session.delete(row)
    session.flush()
    for enrolment in wanted:
        if enrolment.course and store.get_course(session, enrolment.course) is None:
            course = Course(id=enrolment.course, title=enrolment.course, institution=institution)
            store.ensure_course(session, course)
        store.ensure_enrolment(session, person.id, enrolment)
    return store.ensure_person(session, username, name, email)


def _enrolment(held: str, institution: str) -> Enrolment:
    role, _, course = held.partition(":")
    return Enrolment.model_validate({"role": role, "institution": institution, "course": course or None, "term": TERM})
