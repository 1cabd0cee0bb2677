"""The only file that touches the catalogue's tables and blobs."""

from __future__ import annotations

import re

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from learnspace_core import record
from learnspace_core.errors import NotFound
from learnspace_core.models import FileEntry
from learnspace_people.models import Person
from learnspace_people.tables import CourseRow
from learnspace_resources.models import Resource, ResourceDetail
from learnspace_resources.tables import ResourceRow

MOST_RESULTS = 200


def put_resource(session: Session, course_id: str, path: str, values: dict[str, object]) -> tuple[ResourceRow, bool]:
    """Make the resource or bring it up to date; tell whether its bytes are new and its preview must be made."""
    row = session.scalar(select(ResourceRow).filter_by(course_id=course_id, path=path))
    if row is None:
        row = ResourceRow(course_id=course_id, path=path, preview_sha256=None, **values)
        session.add(row)
        session.flush()
        return row, True
    changed = row.files[0]["sha256"] != values["files"][0]["sha256"]  # type: ignore[index]
    for name, value in values.items():
        setattr(row, name, value)
    if changed:
        row.preview_sha256 = None
    session.flush()
    return row, row.preview_sha256 is None


def copy_resources(session: Session, source: str, target: str) -> list[int]:
    """Give a course the resources of another one; return the ids of those that need a preview."""
    unready = []
    for row in list_of_course(session, source):
        values = {c.key: getattr(row, c.key) for c in row.__mapper__.columns if c.key not in ("id", "course_id")}
        copy = ResourceRow(course_id=target, **values)
        session.add(copy)
        session.flush()
        if copy.preview_sha256 is None:
            unready.append(copy.id)
    return unready


def remove_others(session: Session, course_id: str, keep: set[str]) -> None:
    """Take resources that the course no longer names out of the catalogue."""
    for row in session.scalars(select(ResourceRow).filter_by(course_id=course_id)):
        if row.path not in keep:
            session.delete(row)


def search(
    session: Session, courses: list[str], query: str = "", course: str = "", language: str = ""
) -> list[Resource]:
    """Return the resources of these courses that have every word of the query, in the courses' order."""
    statement = (
        select(ResourceRow, CourseRow.title)
        .join(CourseRow)
        .where(ResourceRow.course_id.in_(courses))
        .order_by(CourseRow.title, ResourceRow.position)
        .limit(MOST_RESULTS)
    )
    if course:
        statement = statement.where(ResourceRow.course_id == course)
    if language:
        statement = statement.where(ResourceRow.language == language)
    words = query.split()[:10]
    for word in words:
        within = (ResourceRow.title, ResourceRow.summary, ResourceRow.text, ResourceRow.unit)
        statement = statement.where(or_(*(column.icontains(word, autoescape=True) for column in within)))
    found = [
        Resource(**_fields(row, title), match=_match(row.text, words[0]) if words else None)
        for row, title in session.execute(statement)
    ]
    # What says it in its title comes first; otherwise the order of the course stays.
    return sorted(found, key=lambda one: not all(word.casefold() in one.title.casefold() for word in words))


def get(session: Session, courses: list[str], resource_id: int) -> ResourceDetail:
    """Return one resource of these courses.

    Raises:
        NotFound: if there is none, or it belongs to another course.
    """
    row = get_row(session, courses, resource_id)
    course = session.get_one(CourseRow, row.course_id)
    files = [FileEntry.model_validate(file) for file in row.files]
    return ResourceDetail(**_fields(row, course.title), outline=row.outline, files=files)


def get_row(session: Session, courses: list[str], resource_id: int) -> ResourceRow:
    """Return the row of one resource of these courses, or raise NotFound."""
    row = session.get(ResourceRow, resource_id)
    if row is None or row.course_id not in courses:
        raise NotFound("The resource")
    return row


def list_of_course(session: Session, course_id: str) -> list[ResourceRow]:
    """Return the resources of a course in its order."""
    return list(session.scalars(select(ResourceRow).filter_by(course_id=course_id).order_by(ResourceRow.position)))


def note_opened(session: Session, person: Person, row: ResourceRow) -> None:
    """Record that the person opened the resource in their space."""
    record.append(
        session,
        actor_id=person.id,
        verb="opened",
        object_type="resource",
        object_id=str(row.id),
        object_title=row.title,
        course_id=row.course_id,
    )


def _fields(row: ResourceRow, course_title: str) -> dict[str, object]:
    return {
        "id": row.id,
        "course": row.course_id,
        "course_title": course_title,
        "unit": row.unit,
        "path": row.path,
        "title": row.title,
        "summary": row.summary,
        "language": row.language,
        "licence": row.licence,
        "size": sum(file["size"] for file in row.files),
    }


def _match(text: str, word: str) -> str | None:
    found = re.search(re.escape(word), text, re.IGNORECASE)
    if found is None:
        return None
    start, end = max(0, found.start() - 60), found.end() + 60
    return ("…" if start else "") + " ".join(text[start:end].split()) + ("…" if end < len(text) else "")
