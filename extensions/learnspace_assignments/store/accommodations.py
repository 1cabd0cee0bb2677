"""The table of accommodations: grant, change, take back; each is in the record."""

from __future__ import annotations

import uuid
from datetime import UTC

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from learnspace_assignments.models.accommodations import (
    Accommodation,
    Accommodations,
    CourseLearner,
    NewAccommodation,
)
from learnspace_assignments.store.assignments import get_assignment
from learnspace_assignments.tables import AccommodationRow, AssignmentRow
from learnspace_core import record
from learnspace_core.database import now
from learnspace_core.errors import LearnspaceError, NotFound
from learnspace_people.tables import CourseRow, EnrolmentRow, PersonRow


def accommodations_of(session: Session, course: str) -> Accommodations:
    """Return all that was granted in a course, newest first, and to whom something can be granted."""
    teacher = aliased(PersonRow)
    query = (
        select(AccommodationRow, PersonRow, AssignmentRow.name, teacher.username)
        .outerjoin(PersonRow, AccommodationRow.person_id == PersonRow.id)
        .outerjoin(AssignmentRow, AccommodationRow.assignment_id == AssignmentRow.id)
        .join(teacher, AccommodationRow.granted_by == teacher.id)
        .where(AccommodationRow.course_id == course)
        .order_by(AccommodationRow.granted_at.desc(), AccommodationRow.id)
    )
    learners = _learners(session, course)
    return Accommodations(
        granted=[_model(row, person, name, by) for row, person, name, by in session.execute(query)],
        learners=learners,
        sections=sorted({learner.section for learner in learners if learner.section}),
    )


def grant(session: Session, course: str, wanted: NewAccommodation, teacher_id: str) -> tuple[str, bool]:
    """Grant an accommodation; return its id and whether it is a new one: what stands already is not granted twice.

    Raises:
        NotFound: if the course has no such assignment.
        LearnspaceError: 422 ``bad_request``, naming the field, if nobody of that name or section learns there.
    """
    values = _values(session, course, wanted)
    held = session.scalars(select(AccommodationRow).filter_by(course_id=course))
    for row in held:
        if all(getattr(row, name) == value for name, value in values.items()):
            return row.id, False
    row = AccommodationRow(id=uuid.uuid4().hex, course_id=course, granted_by=teacher_id, granted_at=now(), **values)
    session.add(row)
    session.flush()
    _note(session, row, teacher_id, "granted", wanted)
    return row.id, True


def change_grant(session: Session, row: AccommodationRow, wanted: NewAccommodation, teacher_id: str) -> None:
    """Replace what an accommodation grants, and to whom; errors as for ``grant``."""
    values = _values(session, row.course_id, wanted)
    if all(getattr(row, name) == value for name, value in values.items()):
        return
    for name, value in values.items():
        setattr(row, name, value)
    session.flush()
    _note(session, row, teacher_id, "changed", wanted)


def take_back(session: Session, row: AccommodationRow, teacher_id: str) -> None:
    """Take an accommodation back."""
    context = {"person": row.person_id or "", "section": row.section}
    record.append(
        session,
        actor_id=teacher_id,
        verb="took_back",
        object_type="accommodation",
        object_id=row.id,
        object_title=_title(session, row),
        course_id=row.course_id,
        context=context,
    )
    session.delete(row)


def get_grant(session: Session, course: str, accommodation_id: str) -> AccommodationRow:
    """Return an accommodation of that course, or raise NotFound."""
    row = session.get(AccommodationRow, accommodation_id)
    if row is None or row.course_id != course:
        raise NotFound("The accommodation")
    return row


def _values(session: Session, course: str, wanted: NewAccommodation) -> dict[str, object]:
    person_id = None
    learners = _learners(session, course)
    if wanted.username:
        if wanted.username not in {learner.username for learner in learners}:
            raise _bad(f"username: nobody called {wanted.username} learns in this course.")
        person_id = session.scalar(select(PersonRow.id).filter_by(username=wanted.username))
    elif wanted.section not in {learner.section for learner in learners}:
        raise _bad(f"section: no learner of this course is in {wanted.section}.")
    assignment = get_assignment(session, course, wanted.assignment, released=False) if wanted.assignment else None
    return {
        "assignment_id": assignment.id if assignment else None,
        "person_id": person_id,
        "section": wanted.section,
        "due_at": wanted.due_at.astimezone(UTC) if wanted.due_at else None,
        "extra_minutes": wanted.extra_minutes,
        "extra_attempts": wanted.extra_attempts,
        "note": wanted.note,
    }


def _bad(message: str) -> LearnspaceError:
    return LearnspaceError("bad_request", f"The request is not right: {message}", 422)


def _learners(session: Session, course: str) -> list[CourseLearner]:
    query = (
        select(PersonRow.username, PersonRow.name, EnrolmentRow.section)
        .join(EnrolmentRow)
        .where(EnrolmentRow.course_id == course, EnrolmentRow.role == "learner", PersonRow.removed_at.is_(None))
        .order_by(PersonRow.name, PersonRow.username)
    )
    # Who learns there in two terms is one learner; of two sections the last one is shown.
    found = {
        username: CourseLearner(username=username, name=name, section=section)
        for username, name, section in session.execute(query)
    }
    return list(found.values())


def _model(row: AccommodationRow, person: PersonRow | None, assignment: str | None, by: str) -> Accommodation:
    # Without a second look: an accommodation of somebody who was renamed or has left is shown all the same.
    return Accommodation.model_construct(
        id=row.id,
        username=person.username if person else None,
        name=person.name if person else "",
        section=row.section,
        assignment=assignment,
        due_at=row.due_at,
        extra_minutes=row.extra_minutes,
        extra_attempts=row.extra_attempts,
        note=row.note,
        granted_by=by,
        granted_at=row.granted_at,
    )


def _note(session: Session, row: AccommodationRow, teacher_id: str, verb: str, wanted: NewAccommodation) -> None:
    granted = wanted.model_dump(mode="json", exclude_defaults=True, exclude={"username", "section", "assignment"})
    record.append(
        session,
        actor_id=teacher_id,
        verb=verb,
        object_type="accommodation",
        object_id=row.id,
        object_title=_title(session, row),
        course_id=row.course_id,
        result=granted,
        context={"person": row.person_id or "", "section": row.section},
    )


def _title(session: Session, row: AccommodationRow) -> str:
    if row.assignment_id is not None:
        return session.get_one(AssignmentRow, row.assignment_id).title
    return session.get_one(CourseRow, row.course_id).title
