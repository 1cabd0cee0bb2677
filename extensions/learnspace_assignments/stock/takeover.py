"""Takes a course over from stock nbgrader: directory and gradebook, people, what they handed in, and their marks."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from learnspace_assignments import store
from learnspace_assignments.coursedir import new_course_directory
from learnspace_assignments.grading.feedback import feedback_page
from learnspace_assignments.grading.gradebook import CourseBook
from learnspace_assignments.models import Marks, Receipt
from learnspace_assignments.names import check_name, check_names
from learnspace_assignments.receipts import digest_of, sign
from learnspace_assignments.stock.stockcourse import (
    GRADEBOOK,
    BookedAssignment,
    BookedStudent,
    booked_assignments,
    booked_students,
    copy_course,
    files_of,
    folders_below,
    handed_in_at,
    open_book,
)
from learnspace_assignments.tables import AssignmentRow, SubmissionRow
from learnspace_core import homes, record
from learnspace_core.blobs import BlobStore
from learnspace_core.database import Database, now
from learnspace_core.errors import LearnspaceError
from learnspace_core.keys import secret
from learnspace_core.models import FileEntry
from learnspace_core.paths import check_distinct, check_path
from learnspace_core.settings import Settings
from learnspace_core.tables import RecordRow
from learnspace_people import store as people
from learnspace_people.models import Course, Enrolment
from learnspace_people.roster import is_username
from learnspace_people.tables import PersonRow

VERB = "taken_over"


class TakenOver(NamedTuple):
    """What was taken over; all zero if it had been before."""

    assignments: int
    people: int
    submissions: int
    graded: int


class _Handed(NamedTuple):
    """One submission, its bytes stored already."""

    student: str
    assignment: str
    files: list[FileEntry]
    marks: tuple[Marks, str] | None
    feedback: dict[str, str] | None
    folder: Path


def take_over(
    settings: Settings, database: Database, blobs: BlobStore, source: Path, course: Course, teacher: str
) -> TakenOver:
    """Take a course over: all of it, or nothing. A second time changes nothing.

    Args:
        settings: the settings of this installation.
        database: where the rows go.
        blobs: where the files go that were handed in.
        source: the course directory of stock nbgrader; nothing in it is changed.
        course: the course to make.
        teacher: username of its teacher.

    Raises:
        LearnspaceError: naming the file, the student or the assignment that is in the way.
    """
    check_path(course.id)
    with database.read() as session:
        if people.get_course(session, course.id) is not None:
            if _was_taken_over(session, course.id):
                return TakenOver(0, 0, 0, 0)
            raise people.course_exists(course.id)
        leader = people.find_person(session, teacher)
    if leader is None:
        raise LearnspaceError(
            "not_found", f"Nobody is called {teacher!r}. Bring them in: learnspace people import FILE"
        )
    with new_course_directory(settings, course.id) as directory:
        copy_course(source, directory, course.id)
        with open_book(directory / GRADEBOOK, course.id) as book:
            booked, students = booked_assignments(book), booked_students(book)
        names = list(dict.fromkeys([one.name for one in booked] + folders_below(directory / "source")))
        for name in names:
            check_name(name)
        check_names(names)
        students = _with_submitters(students, folders_below(directory / "submitted"))
        handed = list(_handed_in(settings, blobs, directory, course.id, names))
        released = {one.assignment for one in handed}
        given = {name: _keep(settings, blobs, directory / "release" / name, "release") for name in sorted(released)}
        with database.write() as session:
            people.create_course(session, leader.id, course)
            ids = _enrol(session, course, students)
            rows = _assignments(session, course.id, names, booked, given)
            for one in handed:
                _submission(session, settings, rows[one.assignment], ids[one.student], one, leader.id)
            done = TakenOver(len(names), len(students), len(handed), sum(one.marks is not None for one in handed))
            people.note(session, leader.id, VERB, course.id, course.title, {"from": source.name, **done._asdict()})
    with database.read() as session:
        student = people.student_of(session, leader.id)
    homes.relink(settings, student, [*leader.courses("teacher"), course.id])
    return done


def _was_taken_over(session: Session, course: str) -> bool:
    query = select(RecordRow.id).filter_by(verb=VERB, object_type="course", object_id=course)
    return session.scalar(query.limit(1)) is not None


def _with_submitters(students: list[BookedStudent], submitters: Iterable[str]) -> list[BookedStudent]:
    """Return all students, who must be different people under usernames that can be used."""
    known = {one.id for one in students}
    everyone = [*students, *(BookedStudent(name, "", "") for name in submitters if name not in known)]
    seen: dict[str, str] = {}
    for one in everyone:
        username = one.id.lower()
        if not is_username(username):
            raise LearnspaceError(
                "bad_student",
                f"The student {one.id[:70]!r} of gradebook.db or submitted/ cannot be a username: letters, digits and "
                ". _ @ - only, at most 63. Rename the student there.",
            )
        if username in seen:
            raise LearnspaceError(
                "bad_student",
                f"The students {seen[username]!r} and {one.id!r} differ only in case. Rename one of them.",
            )
        seen[username] = one.id
    return everyone


def _enrol(session: Session, course: Course, students: list[BookedStudent]) -> dict[str, PersonRow]:
    """Make the students people and learners of the course; return their rows by student.

    Raises:
        LearnspaceError: ``student_taken``, for one whose name in gradebooks belongs to somebody else here.
    """
    rows = {}
    for one in students:
        username = one.id.lower()
        owner = session.scalar(select(PersonRow).filter_by(student=one.id))
        person = people.find_person(session, username)
        if owner is not None and (person is None or owner.id != person.id):
            raise LearnspaceError(
                "student_taken",
                f"The student {one.id!r} has the name for gradebooks of somebody else here, whose username is now "
                f"{owner.username!r}. Rename the student in gradebook.db and submitted/.",
            )
        if person is None:
            person = people.ensure_person(session, username, one.name, one.email)
            session.get_one(PersonRow, person.id).student = one.id
        row = session.get_one(PersonRow, person.id)
        if row.student != one.id:
            raise LearnspaceError(
                "student_taken",
                f"{username} is called {row.student!r} in gradebooks here, not {one.id!r}. Rename the student in "
                "gradebook.db and submitted/.",
            )
        enrolment = Enrolment(role="learner", institution=course.institution, course=course.id)
        people.ensure_enrolment(session, person.id, enrolment)
        rows[one.id] = row
    return rows


def _assignments(
    session: Session, course: str, names: list[str], booked: list[BookedAssignment], given: dict[str, list[FileEntry]]
) -> dict[str, AssignmentRow]:
    """Make the assignments; those that somebody handed in are released, with what stands in ``release/``."""
    known = {one.name: one for one in booked}
    rows = {}
    for position, name in enumerate(names):
        row = store.ensure_assignment(session, course, name, name, position)
        if name in known:
            row.due_at, row.max_score = known[name].due_at, known[name].max_score
        if name in given:
            store.release(session, row, given[name], row.max_score)
        rows[name] = row
    session.flush()
    return rows


def _handed_in(
    settings: Settings, blobs: BlobStore, directory: Path, course: str, names: list[str]
) -> Iterable[_Handed]:
    book = CourseBook(settings, course)
    for student in folders_below(directory / "submitted"):
        for name in folders_below(directory / "submitted" / student):
            if name not in names:
                raise LearnspaceError(
                    "unknown_assignment",
                    f"submitted/{student}/{name}: there is no such assignment in gradebook.db or source/. Remove it.",
                )
            folder = directory / "submitted" / student / name
            files = _keep(settings, blobs, folder, f"submitted/{student}")
            if not files:
                continue
            try:
                marks = book.marks(name, student)
            except LearnspaceError as error:
                if error.code != "not_graded":
                    raise
                marks = None
            feedback = None
            if marks is not None and any((directory / "feedback" / student / name).glob("*.html")):
                feedback = _feedback(blobs, book, name, student, marks[0])
            yield _Handed(student, name, files, marks, feedback, folder)


def _feedback(blobs: BlobStore, book: CourseBook, name: str, student: str, marks: Marks) -> dict[str, str] | None:
    """Return pages of our own of what was fed back: nbgrader's have a learner's scripts in them, and hidden tests."""
    if any(question.needs_mark for question in marks.questions):
        return None
    return {
        notebook_name: blobs.put(feedback_page(notebook, notebook_name, marks, name).encode()).sha256
        for notebook_name, notebook in book.autograded(name, student)
    }


def _keep(settings: Settings, blobs: BlobStore, folder: Path, label: str) -> list[FileEntry]:
    entries = []
    for path in files_of(folder):
        place = path.relative_to(folder).as_posix()
        called = f"{label}/{folder.name}/{place}"
        _check(place, called)
        with path.open("rb") as file:
            try:
                blob = blobs.put(file, settings.uploads.file_bytes)
            except LearnspaceError as error:
                raise LearnspaceError(error.code, f"{called}: {error.message}", error.status) from error
        entries.append(FileEntry(path=place, sha256=blob.sha256, size=blob.size))
    check_distinct([entry.path for entry in entries])
    return sorted(entries, key=lambda entry: entry.path)


def _submission(
    session: Session, settings: Settings, row: AssignmentRow, person: PersonRow, one: _Handed, teacher_id: str
) -> None:
    received_at, known_from = handed_in_at(one.folder)
    receipt = Receipt(
        submission=uuid.uuid4().hex,
        course=row.course_id,
        assignment=row.name,
        username=person.username,
        received_at=received_at,
        taken_over_at=now(),
        files=one.files,
        digest=digest_of(one.files),
    )
    receipt = sign(receipt, secret(settings.state, "receipt_key"))
    submission = SubmissionRow(
        id=receipt.submission,
        assignment_id=row.id,
        person_id=person.id,
        received_at=received_at,
        handed_in_at=received_at,
        digest=receipt.digest,
        files=[file.model_dump() for file in one.files],
        receipt=receipt.model_dump(mode="json"),
        state="handed_in",
        feedback={},
    )
    session.add(submission)
    session.flush()
    record.append(
        session,
        actor_id=person.id,
        verb=VERB,
        object_type="submission",
        object_id=submission.id,
        object_title=row.title,
        course_id=row.course_id,
        result={"received_at": received_at.isoformat(), "known_from": known_from},
    )
    if one.marks is not None:
        store.note_graded(session, submission, *one.marks)
        if one.feedback is not None:
            store.note_returned(session, submission, row, one.feedback, teacher_id)


def _check(path: str, called: str) -> None:
    try:
        check_path(path)
    except LearnspaceError as error:
        raise LearnspaceError(error.code, f"{called}: {error.message}") from error
