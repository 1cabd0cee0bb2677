"""The tables of assignments: what there is, what is released, who fetched it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from learnspace_assignments.tables import AssignmentRow, FetchRow, VersionRow
from learnspace_core import record
from learnspace_core.database import now
from learnspace_core.errors import LearnspaceError, NotFound
from learnspace_core.models import FileEntry
from learnspace_core.paths import alike, folded
from learnspace_people.models import Person
from learnspace_people.tables import CourseRow

# Asked for with every hand-in: to put it together each time costs more than to ask it.
_NAMED = select(AssignmentRow).where(
    AssignmentRow.course_id == bindparam("course"),
    AssignmentRow.name == bindparam("name"),
    AssignmentRow.archived_at.is_(None),
)


def ensure_assignment(session: Session, course: str, name: str, title: str, position: int = 0) -> AssignmentRow:
    """Return the assignment, made if missing, with the given title and place in the course."""
    row = session.scalar(select(AssignmentRow).filter_by(course_id=course, name=name))
    if row is None:
        row = AssignmentRow(course_id=course, name=name, title=title, files=[], max_score=0)
        session.add(row)
    row.title, row.position, row.archived_at = title, position, None
    session.flush()
    return row


def assignment_names(session: Session, course: str) -> set[str]:
    """Return the names of all assignments that a course has or had."""
    return set(session.scalars(select(AssignmentRow.name).filter_by(course_id=course)))


def adopt_sources(session: Session, course: str, titles: dict[str, str]) -> None:
    """Take assignments that exist as folders alone into the table, not released; those that are there stay as they are.

    One that a teacher deleted stays deleted, whatever is left of its folder.
    """
    last = session.scalar(select(func.max(AssignmentRow.position)).filter_by(course_id=course))
    unknown = sorted(set(titles) - assignment_names(session, course))
    for place, name in enumerate(unknown, start=0 if last is None else last + 1):
        ensure_assignment(session, course, name, titles[name], place)


def copy_assignments(session: Session, source: str, target: str) -> None:
    """Give a course the assignments of another one with their settings, but without dates, versions and releases."""
    copied = (
        "name",
        "title",
        "position",
        "late",
        "attempts",
        "shows",
        "team_size",
        "team_signup",
        "grading",
        "practice",
    )
    for row in session.scalars(select(AssignmentRow).filter_by(course_id=source, archived_at=None)):
        values = {name: getattr(row, name) for name in copied}
        session.add(AssignmentRow(course_id=target, files=[], max_score=0, **values))
    session.flush()


def get_assignment(session: Session, course: str, name: str, *, released: bool = True) -> AssignmentRow:
    """Return the assignment, whether it has opened or not.

    Raises:
        NotFound: if there is none, or it is not released and only released ones are asked for.
    """
    row = session.scalar(_NAMED, {"course": course, "name": name})
    if row is None or (released and row.released_at is None):
        raise NotFound("The assignment")
    return row


def get_assignment_for(session: Session, person: Person, course: str, name: str) -> AssignmentRow:
    """Return a released assignment; to who only learns in the course it does not exist before it opens.

    Raises:
        NotFound: if there is none.
    """
    row = get_assignment(session, course, name)
    if row.opens_at is not None and row.opens_at > now() and not person.has("teacher", course):
        raise NotFound("The assignment")
    return row


def known_before(session: Session, course: str, name: str) -> AssignmentRow | None:
    """Return the assignment of that name if there ever was one, archived or not."""
    return session.scalar(select(AssignmentRow).filter_by(course_id=course, name=name))


def list_open(session: Session, courses: list[str]) -> list[tuple[AssignmentRow, str]]:
    """Return the released assignments of the courses that have opened, with the courses' titles, in their order."""
    at = now()
    rows = list_assignments(session, courses, released=True)
    return [(row, title) for row, title in rows if row.opens_at is None or row.opens_at <= at]


def list_assignments(session: Session, courses: list[str], *, released: bool) -> list[tuple[AssignmentRow, str]]:
    """Return the assignments of the courses with the courses' titles, in the courses' order."""
    query = (
        select(AssignmentRow, CourseRow.title)
        .join(CourseRow)
        .where(AssignmentRow.course_id.in_(courses), AssignmentRow.archived_at.is_(None))
        .order_by(CourseRow.title, AssignmentRow.position, AssignmentRow.name)
    )
    if released:
        query = query.where(AssignmentRow.released_at.is_not(None))
    return [(row, title) for row, title in session.execute(query)]


def release(session: Session, row: AssignmentRow, files: list[FileEntry], max_score: float, change: str = "") -> bool:
    """Give the assignment out to the learners of its course, or a new version of it.

    Args:
        session: the session of the change.
        row: the assignment.
        files: what learners get.
        max_score: its points.
        change: in the teacher's words, what is new in this version.

    Returns:
        Whether this is a new version; the same files again are not.

    Raises:
        LearnspaceError: as :func:`check_release`.
    """
    check_release(session, row, [file.path for file in files])
    entries = [file.model_dump() for file in files]
    row.released_at = row.released_at or now()
    if row.version and row.files == entries:
        return False
    row.files, row.max_score, row.version = entries, max_score, row.version + 1
    session.add(
        VersionRow(
            assignment_id=row.id,
            number=row.version,
            files=entries,
            max_score=max_score,
            released_at=now(),
            note=change,
        )
    )
    return True


def check_release(session: Session, row: AssignmentRow, paths: Iterable[str]) -> None:
    """Refuse names that differ only in case or form from what learners have: on many a disk they are one.

    Raises:
        LearnspaceError: 409 ``assignment_exists`` or ``file_exists``, naming what is there.
    """
    if row.version:
        _refuse_renamed(session, row, paths)
    else:
        _refuse_taken(session, row)


def refuse_known(session: Session, course: str, name: str) -> None:
    """Refuse a name for a new assignment that one of the course has or had, also in another case or form.

    Raises:
        LearnspaceError: 409 ``assignment_known``, naming that one.
    """
    for known in sorted(assignment_names(session, course)):
        if alike(known) == alike(name):
            raise LearnspaceError(
                "assignment_known",
                f"The course has, or had, the assignment {known!r}. Give the new one another name.",
                409,
            )


def _refuse_taken(session: Session, row: AssignmentRow) -> None:
    """Where several of such names were only written, the first that is released has it."""
    # Of two that are released at the same moment, one comes second.
    session.execute(select(CourseRow.id).filter_by(id=row.course_id).with_for_update(key_share=True))
    query = select(AssignmentRow.name, AssignmentRow.archived_at).filter_by(course_id=row.course_id)
    for name, archived_at in session.execute(query.where(AssignmentRow.version > 0)):
        if alike(name) == alike(row.name):
            there = "has" if archived_at is None else "had, before it was deleted,"
            raise LearnspaceError(
                "assignment_exists",
                f"The course {there} the assignment {name!r}, and {row.name!r} differs only in case or in form: "
                "on many disks they are one folder. Give the new one another name.",
                409,
            )


def _refuse_renamed(session: Session, row: AssignmentRow, paths: Iterable[str]) -> None:
    """Who has an earlier version would get the new file beside the old one, and could hand in neither."""
    versions = session.scalars(select(VersionRow.files).filter_by(assignment_id=row.id))
    given = {file["path"] for version in versions for file in version}
    before = {folded(path): path for path in given}
    for path in paths:
        old = before.get(folded(path), path)
        if path not in given and old != path:
            raise LearnspaceError(
                "file_exists",
                f"Learners have {old!r} from an earlier version, and {path!r} differs from it only in case or in "
                "form. Give the file its old name, or quite another.",
                409,
            )


def note_released(session: Session, row: AssignmentRow, teacher_id: str) -> None:
    """Record that a teacher released the assignment, or a new version of it."""
    note(session, teacher_id, "released", "assignment", str(row.id), row, {"version": float(row.version)})


def note_fetched(session: Session, person: Person, row: AssignmentRow) -> None:
    """Record that the person fetched the assignment, the first time."""
    if session.get(FetchRow, (row.id, person.id)) is not None:
        return
    session.add(FetchRow(assignment_id=row.id, person_id=person.id, fetched_at=now(), version=row.version))
    note(session, person.id, "fetched", "assignment", str(row.id), row)


def note(
    session: Session,
    actor_id: str,
    verb: str,
    object_type: str,
    object_id: str,
    assignment: AssignmentRow,
    result: dict[str, float] | None = None,
    context: dict[str, str] | None = None,
) -> None:
    """Append to the record what happened to an assignment or a submission of it."""
    record.append(
        session,
        actor_id=actor_id,
        verb=verb,
        object_type=object_type,
        object_id=object_id,
        object_title=assignment.title,
        course_id=assignment.course_id,
        result=dict(result or {}),
        context=context,
    )
