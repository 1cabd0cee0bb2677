"""The tables of institutions, courses and enrolments."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from learnspace_core import record
from learnspace_core.errors import LearnspaceError, NotFound
from learnspace_core.paths import alike
from learnspace_people.models import (
    Choice,
    Course,
    CourseSettings,
    Enrolment,
    Member,
    Person,
    RoleName,
    TaughtCourse,
)
from learnspace_people.tables import CourseRow, EnrolmentRow, InstitutionRow, PersonRow


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
            section=enrolment.section,
        )
    )
    session.flush()
    return True


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


def _course(row: CourseRow) -> Course:
    return Course.model_validate(row, from_attributes=True)


def sections(session: Session, course_id: str) -> dict[str, str]:
    """Return the section of each learner of the course who is in one, by the person's id."""
    query = select(EnrolmentRow.person_id, EnrolmentRow.section).where(
        EnrolmentRow.course_id == course_id, EnrolmentRow.role == "learner", EnrolmentRow.section != ""
    )
    return {row[0]: row[1] for row in session.execute(query)}


def create_course(session: Session, creator_id: str, course: Course) -> None:
    """Make a course and its first teacher.

    Raises:
        LearnspaceError: ``course_exists``, also if the id differs from that of another course only in case or form.
    """
    for other in session.scalars(select(CourseRow.id)):
        if alike(other) == alike(course.id):
            raise course_exists(other)
    try:
        with session.begin_nested():
            session.add(CourseRow(**course.model_dump()))
    except IntegrityError as error:
        raise course_exists(course.id) from error
    enrolment = Enrolment(role="teacher", institution=course.institution, course=course.id)
    ensure_enrolment(session, creator_id, enrolment)
    note(session, creator_id, "created", course.id, course.title)


def course_exists(course_id: str) -> LearnspaceError:
    """Return the error of an id that is taken."""
    return LearnspaceError(
        "course_exists", f"There is a course with the id {course_id!r} already. Choose another id.", 409
    )


def change_course(session: Session, teacher_id: str, course_id: str, settings: CourseSettings) -> None:
    """Give a course the settings its teacher chose."""
    row = session.get_one(CourseRow, course_id)
    before = (row.title, row.summary, row.language, row.open_to_all)
    row.title, row.summary = settings.title, settings.summary
    row.language, row.open_to_all = settings.language, settings.open_to_all
    if before != (row.title, row.summary, row.language, row.open_to_all):
        note(session, teacher_id, "changed", course_id, row.title, {"open_to_all": row.open_to_all})


def choices_of_institutions(session: Session, codes: Iterable[str]) -> list[Choice]:
    """Return the institutions with these codes, by title."""
    query = select(InstitutionRow).where(InstitutionRow.code.in_(list(codes))).order_by(InstitutionRow.title)
    return [Choice(id=row.code, title=row.title) for row in session.scalars(query)]


def taught_courses(session: Session, ids: Iterable[str]) -> list[TaughtCourse]:
    """Return the courses with these ids, by title, with the number of their learners and their sections."""
    wanted = list(ids)
    learning = (EnrolmentRow.course_id.in_(wanted), EnrolmentRow.role == "learner")
    counted = select(EnrolmentRow.course_id, func.count(EnrolmentRow.person_id.distinct())).where(*learning)
    learners = {row[0]: row[1] for row in session.execute(counted.group_by(EnrolmentRow.course_id))}
    named = select(EnrolmentRow.course_id, EnrolmentRow.section).where(*learning, EnrolmentRow.section != "").distinct()
    sections: dict[str, list[str]] = {}
    for course_id, section in session.execute(named):
        sections.setdefault(course_id, []).append(section)
    return [
        TaughtCourse(
            **course.model_dump(), learners=learners.get(course.id, 0), sections=sorted(sections.get(course.id, []))
        )
        for course in list_courses(session, wanted)
    ]


def members(session: Session, course_id: str, role: RoleName) -> list[Member]:
    """Return who holds the role in the course, by name; who holds it in several terms is named once."""
    query = (
        select(PersonRow.username, PersonRow.name, func.max(EnrolmentRow.section))
        .join(EnrolmentRow)
        .where(EnrolmentRow.course_id == course_id, EnrolmentRow.role == role)
        .group_by(PersonRow.id, PersonRow.username, PersonRow.name)
        .order_by(PersonRow.name, PersonRow.username)
    )
    return [Member(username=username, name=name, section=section) for username, name, section in session.execute(query)]


def add_teacher(session: Session, teacher: Person, course_id: str, new: Person) -> bool:
    """Make a person a teacher of the course; return False if they are one already."""
    row = session.get_one(CourseRow, course_id)
    added = ensure_enrolment(session, new.id, Enrolment(role="teacher", institution=row.institution, course=course_id))
    if added:
        note(session, teacher.id, "added", course_id, row.title, {"person": new.id, "role": "teacher"})
    return added


def remove_member(session: Session, teacher: Person, course_id: str, gone: Person, role: RoleName) -> None:
    """Take a role in the course from a person.

    Raises:
        LearnspaceError: ``last_teacher``, if nobody else teaches the course.
        NotFound: if they do not hold the role.
    """
    # Two teachers who remove each other at once must wait for each other.
    row = session.scalars(select(CourseRow).where(CourseRow.id == course_id).with_for_update()).one()
    held = (EnrolmentRow.course_id == course_id, EnrolmentRow.role == role)
    holders = set(session.scalars(select(EnrolmentRow.person_id).where(*held)))
    if gone.id not in holders:
        raise NotFound("The person")
    if role == "teacher" and len(holders) == 1:
        raise LearnspaceError(
            "last_teacher", "A course needs a teacher. Add another teacher first, then remove this one.", 409
        )
    session.execute(delete(EnrolmentRow).where(*held, EnrolmentRow.person_id == gone.id))
    note(session, teacher.id, "removed", course_id, row.title, {"person": gone.id, "role": role})


def move(session: Session, teacher: Person, course_id: str, usernames: Iterable[str], section: str) -> None:
    """Move learners into a section.

    Raises:
        LearnspaceError: ``not_found``, naming who does not learn in the course; then nobody is moved.
    """
    wanted = set(usernames)
    query = (
        select(PersonRow.username, PersonRow.id)
        .join(EnrolmentRow)
        .where(PersonRow.username.in_(wanted), EnrolmentRow.course_id == course_id, EnrolmentRow.role == "learner")
    )
    ids = {row[0]: row[1] for row in session.execute(query)}
    if unknown := sorted(wanted - set(ids)):
        raise LearnspaceError("not_found", f"Not in this course: {', '.join(unknown)}. Reload the page.", 404)
    learning = (EnrolmentRow.course_id == course_id, EnrolmentRow.role == "learner")
    session.execute(
        update(EnrolmentRow).where(*learning, EnrolmentRow.person_id.in_(ids.values())).values(section=section)
    )
    title = session.get_one(CourseRow, course_id).title
    note(session, teacher.id, "moved", course_id, title, {"people": sorted(ids.values()), "section": section})


def note(
    session: Session, actor_id: str, verb: str, course_id: str, title: str, result: dict[str, object] | None = None
) -> None:
    """Append to the record what somebody did with a course."""
    record.append(
        session,
        actor_id=actor_id,
        verb=verb,
        object_type="course",
        object_id=course_id,
        object_title=title,
        course_id=course_id,
        result=result,
    )
