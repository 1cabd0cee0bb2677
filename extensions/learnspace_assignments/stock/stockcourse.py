"""A course directory as stock nbgrader has it: copied with care, and read; nothing in it is believed to be well."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from nbgrader.api import Gradebook
from nbgrader.utils import parse_utc
from sqlalchemy.exc import SQLAlchemyError

from learnspace_assignments.grading.newbook import ensure_gradebook, newest_schema
from learnspace_assignments.stock.copying import Bounds, copy_folder
from learnspace_core.errors import LearnspaceError

PARTS = ("source", "release", "submitted", "autograded", "feedback")
BOUNDS = Bounds(files=500_000, bytes=100_000_000_000)
GRADEBOOK = "gradebook.db"
CONFIG = "nbgrader_config.py"
TIMESTAMP = "timestamp.txt"
_NUMERIC_ZONE = re.compile(r"(\S+ \S+) ([+-]\d{4})")
LONGEST_CONFIG = 1_000_000

TAKEN_OVER = """

# What follows was added when Learnspace took this course over; above it stands the file as it came.
from pathlib import Path

c = get_config()
c.CourseDirectory.root = str(Path(__file__).parent)
c.CourseDirectory.course_id = {course!r}
c.CourseDirectory.groupshared = True
"""


class BookedAssignment(NamedTuple):
    """An assignment as a gradebook has it; ``due_at`` is in UTC."""

    name: str
    due_at: datetime | None
    max_score: float


class BookedStudent(NamedTuple):
    """A student as a gradebook has them."""

    id: str
    name: str
    email: str


def copy_course(source: Path, directory: Path, course: str) -> None:
    """Copy what nbgrader keeps of a course into the new directory of the course, which has only our own files.

    Raises:
        LearnspaceError: ``not_a_course``, ``bad_gradebook``, ``bad_config``, ``link_in_course``, ``too_large`` and
            others, naming the file.
    """
    if not source.is_dir() or not ((source / "source").is_dir() or (source / GRADEBOOK).exists()):
        raise LearnspaceError(
            "not_a_course", f"{source} has neither source/ nor gradebook.db. Name a course directory of nbgrader."
        )
    left = BOUNDS
    for part in PARTS:
        if (source / part).is_symlink():
            raise LearnspaceError("link_in_course", f"{part} is a link. Put a copy in its place and try again.")
        if (source / part).is_dir():
            files = copy_folder(source / part, directory / part, left, label=part)
            left = left._replace(files=left.files - files)
    copy_gradebook(source / GRADEBOOK, directory / GRADEBOOK)
    _copy_config(source / CONFIG, directory / CONFIG, course)


def copy_gradebook(source: Path, target: Path) -> None:
    """Copy a gradebook as it is at one moment, even while somebody writes it; without one, make an empty one.

    Raises:
        LearnspaceError: ``bad_gradebook``, ``link_in_course``.
    """
    if source.is_symlink():
        raise LearnspaceError("link_in_course", f"{source.name} is a link. Put a copy in its place and try again.")
    if not source.exists():
        ensure_gradebook(target)
        return
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)
            whole = new.execute("PRAGMA quick_check").fetchone()[0] == "ok"
            schema = new.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise LearnspaceError(
            "bad_gradebook", f"{source.name} cannot be read as nbgrader's gradebook: {error}. Take it from a backup."
        ) from error
    if not whole:
        raise LearnspaceError("bad_gradebook", f"{source.name} is damaged. Take it from a backup.")
    if schema is None or schema[0] != newest_schema():
        raise LearnspaceError(
            "bad_gradebook",
            f"{source.name} is of another version of nbgrader. Run there, with nbgrader 0.9: nbgrader db upgrade",
        )


@contextmanager
def open_book(path: Path, course: str) -> Iterator[Gradebook]:
    """Open a gradebook.

    Raises:
        LearnspaceError: ``bad_gradebook``, if it has not what a gradebook has.
    """
    try:
        with Gradebook(f"sqlite:///{path}", course) as book:
            yield book
    except SQLAlchemyError as error:
        raise LearnspaceError("bad_gradebook", f"{path.name} cannot be read as nbgrader's gradebook.") from error


def booked_assignments(book: Gradebook) -> list[BookedAssignment]:
    """Return the assignments of a gradebook, in the order of their due dates."""
    found = [
        BookedAssignment(
            str(one.name), one.duedate.replace(tzinfo=UTC) if one.duedate else None, float(one.max_score or 0)
        )
        for one in book.assignments
    ]
    return sorted(found, key=lambda one: (one.due_at or datetime.max.replace(tzinfo=UTC), one.name))


def booked_students(book: Gradebook) -> list[BookedStudent]:
    """Return the students of a gradebook."""
    return [
        BookedStudent(
            str(one.id), " ".join(part for part in (one.first_name, one.last_name) if part).strip(), one.email or ""
        )
        for one in book.students
    ]


def folders_below(directory: Path) -> list[str]:
    """Return the names of the folders in a directory, sorted; hidden ones and files are left out."""
    if not directory.is_dir():
        return []
    return sorted(path.name for path in directory.iterdir() if path.is_dir() and not path.name.startswith("."))


def handed_in_at(folder: Path) -> tuple[datetime, str]:
    """Return when a submission came in, and where that is known from: its timestamp, else its newest file."""
    try:
        text = (folder / TIMESTAMP).read_text(encoding="utf-8").strip()
        # nbgrader's own reader takes +0800 for 800 seconds.
        numeric = _NUMERIC_ZONE.fullmatch(text)
        moment = (
            datetime.fromisoformat("".join(numeric.groups())).astimezone(UTC)
            if numeric
            else parse_utc(text).replace(tzinfo=UTC)
        )
        if 2000 <= moment.year < 2200:
            return moment, TIMESTAMP
    except (OSError, ValueError, OverflowError, AttributeError):
        pass
    newest = max((path.stat().st_mtime for path in folder.rglob("*") if path.is_file()), default=0.0)
    return datetime.fromtimestamp(newest, UTC), "the newest file"


def files_of(folder: Path) -> list[Path]:
    """Return the files of a submission or a release; nbgrader's own timestamp and what hides itself are left out."""
    found = []
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "__pycache__")
        found += [Path(root) / name for name in sorted(names) if not name.startswith(".") and not name.endswith(".pyc")]
    return [path for path in found if path != folder / TIMESTAMP]


def _copy_config(source: Path, target: Path, course: str) -> None:
    if not source.exists() and not source.is_symlink():
        return
    if source.is_symlink() or not source.is_file() or source.stat().st_size > LONGEST_CONFIG:
        raise LearnspaceError("bad_config", f"{CONFIG} is a link, no ordinary file, or too large. Mend it.")
    try:
        text = source.read_text(encoding="utf-8")
        compile(text, CONFIG, "exec")
    except (UnicodeDecodeError, SyntaxError, ValueError) as error:
        raise LearnspaceError("bad_config", f"{CONFIG} is not valid Python: {error}. Mend it and try again.") from error
    target.write_text(text + TAKEN_OVER.format(course=course), encoding="utf-8")
