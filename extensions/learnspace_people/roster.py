"""Reads a roster: a CSV file of people, courses and roles. All of it is taken, or nothing with every reason named."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ValidationError, field_validator, model_validator
from sqlalchemy.orm import Session

from learnspace_core.errors import LearnspaceError
from learnspace_people import store
from learnspace_people.models import Course, Enrolment, RoleName

COLUMNS = ("username", "name", "institution", "course", "role")
OPTIONAL = ("term", "email")
USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,62}")
COURSE = re.compile(r"[a-z0-9][a-z0-9-]{0,98}")


def is_username(value: str) -> bool:
    """Tell whether the name may be used: it becomes part of addresses and of directory names."""
    return USERNAME.fullmatch(value) is not None and ".." not in value


class Row(BaseModel):
    """One line of a roster."""

    username: str
    name: str
    institution: str
    course: str = ""
    role: RoleName
    term: str = ""
    email: str = ""

    @field_validator("username")
    @classmethod
    def _username(cls, value: str) -> str:
        if not is_username(value):
            raise ValueError("use small letters, digits and . _ @ - only, at most 63, beginning with a letter or digit")
        return value

    @field_validator("institution", "course")
    @classmethod
    def _code(cls, value: str) -> str:
        if value and not COURSE.fullmatch(value):
            raise ValueError("use small letters, digits and - only")
        return value

    @model_validator(mode="after")
    def _place(self) -> Row:
        if not self.institution:
            raise ValueError("institution is empty")
        if self.role == "manager" and self.course:
            raise ValueError("a manager belongs to an institution: leave course empty")
        if self.role != "manager" and not self.course:
            raise ValueError(f"a {self.role} needs a course")
        return self


class Imported(NamedTuple):
    """What an import did: people seen, and roles that were new."""

    people: int
    new_roles: int


def read_roster(path: Path) -> list[Row]:
    """Read a roster in UTF-8 (with or without a byte order mark) and check every line.

    Raises:
        LearnspaceError: ``bad_roster``, naming each wrong line and column.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise _bad(path, [f"byte {error.start} is not UTF-8; save the file as 'CSV UTF-8'"]) from error
    except OSError as error:
        raise _bad(path, [f"cannot be read: {error.strerror}"]) from error
    reader = csv.DictReader(text.splitlines())
    header = [name.strip().lower() for name in reader.fieldnames or []]
    missing = [name for name in COLUMNS if name not in header]
    unknown = [name for name in header if name not in COLUMNS + OPTIONAL]
    if missing or unknown:
        wrong = [f"column {name!r} is missing" for name in missing] + [f"unknown column {name!r}" for name in unknown]
        raise _bad(path, [*wrong, f"the first line names the columns {','.join(COLUMNS + OPTIONAL)}"])
    reader.fieldnames = header
    rows: list[Row] = []
    wrong = []
    for values in reader:
        if None in values or None in values.values():
            wrong.append(f"line {reader.line_num}: has not as many fields as the first line")
            continue
        try:
            rows.append(Row.model_validate({key: value.strip() for key, value in values.items()}))
        except ValidationError as error:
            for e in error.errors():
                column = ".".join(str(part) for part in e["loc"])
                message = e["msg"].removeprefix("Value error, ")
                wrong.append(f"line {reader.line_num}{', ' + column if column else ''}: {message}")
    if wrong:
        raise _bad(path, wrong)
    return rows


def import_roster(session: Session, rows: list[Row]) -> Imported:
    """Bring in the people and their roles; courses that do not exist yet are made, empty. Safe to repeat."""
    new_roles = 0
    for row in rows:
        person = store.ensure_person(session, row.username, row.name, row.email)
        store.ensure_institution(session, row.institution)
        if row.course and store.get_course(session, row.course) is None:
            store.ensure_course(session, Course(id=row.course, title=row.course, institution=row.institution))
        enrolment = Enrolment(role=row.role, institution=row.institution, course=row.course or None, term=row.term)
        new_roles += store.ensure_enrolment(session, person.id, enrolment)
    return Imported(len({row.username for row in rows}), new_roles)


def _bad(path: Path, reasons: list[str]) -> LearnspaceError:
    listed = "\n  ".join(reasons)
    return LearnspaceError("bad_roster", f"{path} was not imported, nothing was changed:\n  {listed}")
