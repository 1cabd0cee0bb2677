"""Reads a class list that a teacher pastes, one learner a line: all of it is taken, or nothing with every reason."""

from __future__ import annotations

import csv
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from learnspace_core.errors import LearnspaceError
from learnspace_people import store
from learnspace_people.models import Change, Enrolment, Line, Listed, Person
from learnspace_people.roster import is_username
from learnspace_people.tables import CourseRow, EnrolmentRow, PersonRow

HEADER = ("username", "name", "section")
MOST_LINES = 5000
LONGEST_NAME = 200
LONGEST_SECTION = 60
MOST_REASONS = 20
_line: TypeAdapter[str] = TypeAdapter(Line)


class Entry(NamedTuple):
    """One line of a list; name and section are empty if the line has none."""

    line: int
    username: str
    name: str
    section: str


def read_class_list(text: str) -> list[Entry]:
    """Read ``username,name,section`` from each line; the last two may be missing, and so may a first line of headings.

    The parts may also stand between semicolons or tabs, as spreadsheets copy them.

    Raises:
        LearnspaceError: ``bad_list``, naming each wrong line.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    if len(lines) > MOST_LINES:
        raise _bad([f"there are more than {MOST_LINES} lines"])
    first = next((line for line in lines if line.strip()), "")
    between = next((mark for mark in "\t;" if mark in first), ",")
    entries: list[Entry] = []
    seen: dict[str, int] = {}
    wrong: list[str] = []
    columns: tuple[str, ...] = HEADER
    for number, raw in enumerate(lines, start=1):
        if not raw.strip():
            continue
        parts = [part.strip() for part in next(csv.reader([raw], delimiter=between))]
        if not entries and not wrong and parts[0].lower() == "username":
            columns = tuple(part.lower() for part in parts)
            if unknown := [name for name in columns if name not in HEADER]:
                raise _bad([f"line {number}: unknown column {unknown[0]!r}; there are {', '.join(HEADER)}"])
            continue
        if len(parts) > len(columns):
            wrong.append(f"line {number}: has more than {len(columns)} parts: {', '.join(columns)}")
            continue
        entry, reason = _entry(number, dict(zip(columns, parts, strict=False)))
        if reason is None and entry.username in seen:
            reason = f"{entry.username} stands in line {seen[entry.username]} already"
        if reason is not None:
            wrong.append(f"line {number}: {reason}")
        seen.setdefault(entry.username, number)
        entries.append(entry)
    if wrong:
        raise _bad(wrong)
    if not entries:
        raise _bad(["there is nobody on it; write one username a line"])
    return entries


def plan(session: Session, course_id: str, entries: list[Entry], section: str) -> list[Listed]:
    """Return what taking the list would change; ``section`` is for lines that name none.

    Raises:
        LearnspaceError: ``bad_list``, naming each line with somebody who teaches the course.
    """
    names = [entry.username for entry in entries]
    people = select(PersonRow.username, PersonRow.name).where(PersonRow.username.in_(names))
    known = {row[0]: row[1] for row in session.execute(people)}
    held = (
        select(PersonRow.username, EnrolmentRow.role, EnrolmentRow.section)
        .join(EnrolmentRow)
        .where(EnrolmentRow.course_id == course_id, PersonRow.username.in_(names))
    )
    teaching, learning = set(), {}
    for username, role, where in session.execute(held):
        if role == "teacher":
            teaching.add(username)
        else:
            learning[username] = where
    if wrong := [f"line {e.line}: {e.username} teaches this course" for e in entries if e.username in teaching]:
        raise _bad(wrong)
    return [_listed(entry, known.get(entry.username), learning.get(entry.username), section) for entry in entries]


def enrol(session: Session, teacher: Person, course_id: str, listed: list[Listed]) -> None:
    """Make what was planned so; unknown usernames become people, and known people keep their names."""
    course = session.get_one(CourseRow, course_id)
    changed = []
    for one in listed:
        if one.change == "stays":
            continue
        person = store.find_person(session, one.username) or store.ensure_person(session, one.username, one.name)
        if one.change == "moves":
            store.move(session, teacher, course_id, [one.username], one.section)
            continue
        enrolment = Enrolment(role="learner", institution=course.institution, course=course_id, section=one.section)
        store.ensure_enrolment(session, person.id, enrolment)
        changed.append(person.id)
    if changed:
        store.note(session, teacher.id, "enrolled", course_id, course.title, {"people": changed})


def _entry(number: int, values: dict[str, str]) -> tuple[Entry, str | None]:
    username = values.get("username", "").lower()
    entry = Entry(number, username, values.get("name", ""), values.get("section", ""))
    if not is_username(username):
        return entry, (
            f"{username[:70]!r} is no username: use small letters, digits and . _ @ - only, at most 63, "
            "beginning with a letter or digit"
        )
    if len(entry.name) > LONGEST_NAME:
        return entry, f"the name is longer than {LONGEST_NAME} characters"
    if len(entry.section) > LONGEST_SECTION:
        return entry, f"the section is longer than {LONGEST_SECTION} characters"
    try:
        _line.validate_python(entry.name)
        _line.validate_python(entry.section)
    except ValidationError as error:
        return entry, str(error.errors()[0]["msg"]).removeprefix("Value error, ")
    return entry, None


def _listed(entry: Entry, name: str | None, where: str | None, section: str) -> Listed:
    wanted = entry.section or section
    change: Change = "stays"
    if where is None:
        change = "new_person" if name is None else "joins"
    elif wanted and wanted != where:
        change = "moves"
    return Listed(
        line=entry.line,
        username=entry.username,
        name=name or entry.name or entry.username,
        section=wanted or where or "",
        change=change,
    )


def _bad(reasons: list[str]) -> LearnspaceError:
    more = [f"and {len(reasons) - MOST_REASONS} more"] if len(reasons) > MOST_REASONS else []
    listed = "\n".join([*reasons[:MOST_REASONS], *more])
    return LearnspaceError("bad_list", f"Nobody was added. Correct the list and try again:\n{listed}", 422)
