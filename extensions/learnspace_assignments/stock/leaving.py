"""Lets a course leave for stock nbgrader: a directory that it works on, with everything that was handed in."""

from __future__ import annotations

import shutil
from datetime import UTC
from pathlib import Path
from typing import NamedTuple

from nbgrader.api import Gradebook
from sqlalchemy.orm import Session

from learnspace_assignments import store
from learnspace_assignments.coursedir import course_directory, refuse_links
from learnspace_assignments.stock.copying import copy_folder
from learnspace_assignments.stock.stockcourse import BOUNDS, CONFIG, GRADEBOOK, TIMESTAMP, copy_gradebook, open_book
from learnspace_assignments.tables import AssignmentRow, SubmissionRow
from learnspace_core.blobs import BlobStore
from learnspace_core.database import Database
from learnspace_core.errors import LearnspaceError, NotFound
from learnspace_core.settings import Settings
from learnspace_people import store as people
from learnspace_people.tables import PersonRow

NOT_TAKEN = frozenset({GRADEBOOK, "submitted", ".lock", ".making", ".nbgrader.log", ".ipynb_checkpoints"})

LEAVING = """

# What follows was added when the course left Learnspace: one teacher's own directory is shared with no group.
c = get_config()
c.CourseDirectory.groupshared = False
"""


class Leaving(NamedTuple):
    """What was written."""

    assignments: int
    students: int
    submissions: int


def leave(settings: Settings, database: Database, blobs: BlobStore, course: str, target: Path) -> Leaving:
    """Write the course's directory for stock nbgrader; the course itself stays as it is. All of it, or nothing.

    The gradebook comes along as it is, with due dates, and with the learners it did not know yet. ``submitted/`` is
    written anew from the newest that each learner handed in.

    Raises:
        NotFound: there is no such course.
        LearnspaceError: ``not_empty``, ``link_in_course``, ``too_large`` and others, naming the file.
    """
    directory = course_directory(settings, course)
    with database.read() as session:
        if people.get_course(session, course) is None:
            raise NotFound("The course")
        if target.is_symlink() or (target.exists() and (not target.is_dir() or any(target.iterdir()))):
            raise LearnspaceError("not_empty", f"{target} is there and not an empty directory. Name another one.")
        target.absolute().parent.mkdir(parents=True, exist_ok=True)
        draft = target.absolute().with_name(f".{target.name}.leaving")
        if draft.exists():
            shutil.rmtree(draft)  # left by one that was killed
        try:
            refuse_links(directory, GRADEBOOK, CONFIG)
            if directory.is_dir():
                copy_folder(directory, draft, BOUNDS, label=course, skip=NOT_TAKEN)
            draft.mkdir(exist_ok=True)
            with (draft / CONFIG).open("a", encoding="utf-8") as config:
                config.write(LEAVING)
            copy_gradebook(directory / GRADEBOOK, draft / GRADEBOOK)
            done = _write(session, blobs, course, draft)
            if target.exists():
                target.rmdir()
            draft.rename(target)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
    return done


def _write(session: Session, blobs: BlobStore, course: str, draft: Path) -> Leaving:
    rows = [row for row, _ in store.list_assignments(session, [course], released=False)]
    newest = [(row, submission, person) for row in rows for submission, person in store.newest_of_each(session, row)]
    students = {person.id: person for _, _, person in newest}
    for member in people.list_members(session, course):
        students[member.id] = session.get_one(PersonRow, member.id)
    with open_book(draft / GRADEBOOK, course) as book:
        known = {str(one.id) for one in book.students}
        for person in students.values():
            if person.student not in known:
                book.add_student(person.student, first_name=person.name, last_name="", email=person.email or None)
        for row in rows:
            _write_due(book, row)
    for row, submission, person in newest:
        _write_submission(blobs, draft / "submitted" / person.student / row.name, submission)
    return Leaving(len(rows), len(students), len(newest))


def _write_due(book: Gradebook, row: AssignmentRow) -> None:
    # nbgrader's own clock: UTC without a zone.
    due = row.due_at.astimezone(UTC).replace(tzinfo=None) if row.due_at else None
    book.update_or_create_assignment(row.name, duedate=due)


def _write_submission(blobs: BlobStore, folder: Path, submission: SubmissionRow) -> None:
    folder.mkdir(parents=True)
    for file in submission.files:
        place = folder / file["path"]
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(blobs.path(file["sha256"]), place)
    moment = submission.received_at.astimezone(UTC)
    (folder / TIMESTAMP).write_text(f"{moment:%Y-%m-%d %H:%M:%S.%f} UTC", encoding="utf-8")
