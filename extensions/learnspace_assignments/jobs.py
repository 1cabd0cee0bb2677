"""Background work of the grader: release, grade, return, read marks that a teacher gave by hand."""

from __future__ import annotations

import logging

from learnspace_assignments import store
from learnspace_assignments.coursedir import course_directory, gradebook_time
from learnspace_assignments.grading import practicejobs, regradejobs
from learnspace_assignments.grading.changed import changed_since
from learnspace_assignments.grading.doubts import by_their_tests, why_doubted
from learnspace_assignments.grading.feedback import feedback_pages
from learnspace_assignments.grading.gradebook import CourseBook
from learnspace_assignments.grading.handgraded import NO_EVIDENCE, NOT_JUDGED, add_graded_by_hand
from learnspace_assignments.grading.penalties import penalised
from learnspace_assignments.grading.returning import feedback_without_teacher
from learnspace_assignments.grading.settled import settle_each, settled_marks
from learnspace_assignments.gradingruns import ONE, RUN, ask_all, give_up, unless_graded_meanwhile
from learnspace_assignments.models import Marks
from learnspace_assignments.points import max_points
from learnspace_assignments.preparing import checking
from learnspace_assignments.preparing.sources import read_source, refuse_faults, source_folder
from learnspace_assignments.tables import AssignmentRow, SubmissionRow
from learnspace_core.errors import LearnspaceError
from learnspace_core.jobs import Work, at_start, job
from learnspace_core.models import FileEntry
from learnspace_core.settings import Settings
from learnspace_people.tables import PersonRow
from learnspace_sandbox import engine
from learnspace_sandbox.engine import make_run

__all__ = [
    "checking",
    "give_back",
    "grade",
    "grade_one",
    "practicejobs",
    "read_marks",
    "regradejobs",
    "release",
    "warm_up",
]

log = logging.getLogger(__name__)
UNREADABLE = "It cannot be graded by itself. Look at it by hand, or ask the learner to hand in again."


def _book(work: Work) -> CourseBook:
    settings = work.settings
    return CourseBook(settings, work.payload["course"], make_run(settings.sandbox_kind, settings.sandbox))


@at_start("grading")
def warm_up(settings: Settings) -> None:
    """Start the sandbox with the grading process: who hands in first does not wait for it."""
    engine.warm_up(settings.sandbox_kind, settings.sandbox)


@job("release")
def release(work: Work) -> None:
    """Make the learners' version of an assignment from its source and release it.

    Raises:
        LearnspaceError: ``bad_assignment``, naming what is wrong with which cell of which notebook;
            ``assignment_exists``, ``file_exists``.
    """
    name = work.payload["name"]
    source = read_source(source_folder(work.settings, work.payload["course"], name))
    refuse_faults(source)
    with work.database.write() as session:
        # Before nbgrader writes its own book: what is refused leaves nothing there.
        row = store.get_assignment(session, work.payload["course"], name, released=False)
        store.check_release(session, row, [file.path for file in source.files])
    folder = _book(work).generate(name)
    files = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            blob = work.blobs.put(file)
        files.append(FileEntry(path=path.relative_to(folder).as_posix(), sha256=blob.sha256, size=blob.size))
    points = max_points(files, work.blobs)
    with work.database.write() as session:
        row = store.get_assignment(session, work.payload["course"], name, released=False)
        new = store.release(session, row, files, points, work.payload.get("note", ""))
        if new and "teacher" in work.payload:
            store.note_released(session, row, work.payload["teacher"])


@job(ONE, gave_up=give_up)
def grade_one(work: Work) -> None:
    """Grade the newest submission of a learner; one that cannot be graded is withheld with its reason.

    Nothing here reads more than this learner's own work: the cost is the same in a class of 20 and of 2,000.
    """
    with work.database.read() as session:
        row, person, assignment = store.newest_like(session, work.payload["submission"])
    work.go_on()
    book = _book(work)
    files = {file["path"]: work.blobs.path(file["sha256"]) for file in row.files}
    marks, formgrader_id, reason, code, pages = None, "", "", "", None
    try:
        book.place_submission(assignment.name, person.student, files, row.received_at)
        work.go_on()
        book.autograde(assignment.name, person.student, person.name, store.times_of(assignment))
        marks, formgrader_id = settled_marks(work, book, assignment, person)
    except Exception as error:
        # Whatever a learner's files make of us: it is theirs alone.
        if isinstance(error, LearnspaceError) and error.code == "cancelled":
            raise
        if not isinstance(error, LearnspaceError):
            log.exception("grading %s of %s failed", assignment.name, person.username)
        reason, code = UNREADABLE, "unreadable"
        if isinstance(error, LearnspaceError):
            reason, code = error.message, error.code
    else:
        if book.doubts:
            reason = why_doubted(book.doubts, marks)
            code = NOT_JUDGED if by_their_tests(book.doubts) else NO_EVIDENCE
    if marks is not None and not reason:
        pages = feedback_without_teacher(work, book, row, person.student, marks)
    with work.ending("withheld" if reason else "") as session:
        graded = session.get_one(SubmissionRow, row.id)
        graded.seconds, graded.failures = book.seconds, book.failures
        if marks is not None:
            store.note_graded(session, graded, marks, formgrader_id)
        if reason:
            store.note_withheld(session, graded, reason, code)
        # What was handed in meanwhile is graded next, and counts.
        if pages is not None and store.is_newest(session, row.id):
            store.note_returned(session, graded, assignment, pages, None)


@job(RUN)
def grade(work: Work) -> None:
    """Do what was asked for before jobs had runs: ask again, as a run. The next sweep wakes the graders."""
    with work.write() as session:
        row = store.get_assignment(session, work.payload["course"], work.payload["name"], released=False)
        ask_all(session, row, work.payload.get("teacher", ""), work.payload.get("usernames"))


@job("return")
def give_back(work: Work) -> None:
    """Return marks and feedback of the graded submissions.

    Raises:
        LearnspaceError: ``needs_marks`` or ``graded_meanwhile``, naming who was left out; the others got theirs.
    """
    book = _book(work)
    assignment, graded = _chosen(work, ("graded", "needs_marks", "returned"))
    graded = add_graded_by_hand(work, book, assignment, graded)
    left_out, busy = [], []
    for done, (row, person) in enumerate(graded):
        work.progress(done, len(graded))
        complete = _return_one(work, book, assignment, row, person)
        if complete is None:
            # Somebody may just have ended with it.
            complete = _return_one(work, book, assignment, row, person)
        if complete is None:
            busy.append(person.name)
        elif not complete:
            left_out.append(person.name)
    work.progress(len(graded), len(graded))
    if left_out:
        raise LearnspaceError(
            "needs_marks",
            f"Not returned, some answers have no mark yet: {', '.join(left_out)}. Mark them by hand first.",
        )
    if busy:
        raise LearnspaceError(
            "graded_meanwhile",
            f"Not returned, they were graded at this moment: {', '.join(busy)}. Look at them, then return them.",
        )


def _return_one(
    work: Work, book: CourseBook, assignment: AssignmentRow, row: SubmissionRow, person: PersonRow
) -> bool | None:
    """Return one submission if it has all marks, and tell whether it has; nothing, if it was graded meanwhile."""
    with work.database.read() as session:
        # Who is named is returned whatever a grader said of it; of all, nothing that was withheld since.
        before = session.get_one(SubmissionRow, row.id)
    if before.state == "withheld" and row.state != "withheld":
        return None
    marks, formgrader_id = settled_marks(work, book, assignment, person)
    complete = not any(question.needs_mark for question in marks.questions)
    feedback = feedback_pages(work.blobs, book, assignment, person.student, marks) if complete else {}
    with work.database.write() as session:
        fresh = unless_graded_meanwhile(session, before)
        if fresh is None:
            return None
        store.note_graded(session, fresh, marks, formgrader_id)
        if complete:
            store.note_returned(session, fresh, assignment, feedback, work.payload["teacher"])
    return complete


@job("read_marks")
def read_marks(work: Work) -> None:
    """Read the marks that a teacher gave in nbgrader's formgrader."""
    book = _book(work)
    changed = gradebook_time(course_directory(work.settings, work.payload["course"]))
    assignment, graded = _chosen(work, ("graded", "needs_marks", "returned"))
    with work.database.read() as session:
        counts_for = store.counts_for(session, [row for row, _ in graded])
    graded = changed_since(book, assignment.name, graded, counts_for)
    for row, person in add_graded_by_hand(work, book, assignment, graded):
        marks, formgrader_id = settled_marks(work, book, assignment, person)
        with work.database.write() as session:
            fresh = unless_graded_meanwhile(session, row)
            if fresh is not None and fresh.reason_code not in (NO_EVIDENCE, NOT_JUDGED):
                store.note_graded(session, fresh, marks, formgrader_id)
    with work.database.write() as session:
        session.get_one(AssignmentRow, assignment.id).marks_read_at = changed


@job("times")
def write_times(work: Work) -> None:
    """Write due dates and extensions through to the gradebook, and mend penalties of what is graded or returned.

    No mark changes: of what is returned, only the penalty. It may be done at any time and any number of times.
    """
    book = _book(work)
    with work.database.read() as session:
        assignment = store.get_assignment(session, work.payload["course"], work.payload["name"], released=False)
        graded = store.graded_submissions(session, assignment)
    for done, (row, person) in enumerate(graded):
        work.progress(done, len(graded))
        times = settle_each(work, book, assignment, row, person)
        with work.database.write() as session:
            fresh = session.get_one(SubmissionRow, row.id)
            before = Marks.model_validate(fresh.marks)
            after = penalised(before, times.percent_off(fresh.received_at))
            if after == before:
                continue
            fresh.marks = after.model_dump()
            if fresh.marks_since is not None:
                since = Marks.model_validate(fresh.marks_since)
                fresh.marks_since = penalised(since, times.percent_off(fresh.received_at)).model_dump()
            if fresh.state == "returned":
                store.note_scored(session, fresh, assignment, work.payload["teacher"])
    work.progress(len(graded), len(graded))


def _chosen(work: Work, states: tuple[str, ...]) -> tuple[AssignmentRow, list[tuple[SubmissionRow, PersonRow]]]:
    """Return the assignment and the newest submissions, in these states, of the learners the job names."""
    usernames = work.payload.get("usernames")
    with work.database.read() as session:
        assignment = store.get_assignment(session, work.payload["course"], work.payload["name"], released=False)
        newest = store.newest_submissions(session, assignment)
        # Whoever of a team is named, it is the team's.
        each = store.newest_of_each(session, assignment)
        named = {row.id for row, person in each if person.username in (usernames or [])}
    chosen = [(row, person) for row, person in newest if usernames is None or row.id in named]
    # Who is named is graded again; without names, only what waits is.
    return assignment, [(row, person) for row, person in chosen if usernames is not None or row.state in states]
