"""Background work of the grader: grade again in a copy and report it; make a report count."""

from __future__ import annotations

import logging

from pydantic import BaseModel

from learnspace_assignments import store
from learnspace_assignments.grading.doubts import why_doubted
from learnspace_assignments.grading.feedback import feedback_pages
from learnspace_assignments.grading.gradebook import CourseBook
from learnspace_assignments.grading.regrading import (
    Recorder,
    Replay,
    Runs,
    StaleReport,
    compare,
    copied_book,
    grades_of,
    keep_hand_marks,
    rules_of,
    state_of,
)
from learnspace_assignments.grading.settled import settled_marks
from learnspace_assignments.models import Marks, Regrade, RegradedLearner
from learnspace_assignments.tables import AssignmentRow, SubmissionRow
from learnspace_core.database import now
from learnspace_core.errors import LearnspaceError
from learnspace_core.jobs import Work, job
from learnspace_people.tables import PersonRow
from learnspace_sandbox.engine import make_run

log = logging.getLogger(__name__)
KIND = "regrade"
GRADED = ("graded", "needs_marks", "returned")


class Planned(BaseModel):
    """What makes one learner's part of a report count: fingerprints of the marks, and the blob with the runs."""

    before: str
    after: str
    runs: str


class Report(Regrade):
    """A report as it is kept: with what it needs to be applied, which nobody is shown."""

    rules: str
    planned: dict[str, Planned]


@job("regrade")
def regrade(work: Work) -> None:
    """Grade every graded submission again in a copy of the gradebook, and keep what it would change as a report."""
    settings, course, name = work.settings, work.payload["course"], work.payload["name"]
    assignment, graded = _graded(work)
    real = CourseBook(settings, course)
    recorder = Recorder(make_run(settings.sandbox_kind, settings.sandbox))
    learners: list[RegradedLearner] = []
    planned: dict[str, Planned] = {}
    with work.database.read() as session:
        together = store.counts_for(session, (row for row, _ in graded))
    with copied_book(settings, course, name, recorder) as book:
        rules = rules_of(book, name)
        for done, (row, person) in enumerate(graded):
            work.progress(done, len(graded))
            # The copy's own marks are those from which it starts, whatever a teacher types into the real one meanwhile.
            before, old = grades_of(book, name, person.student), book.marks(name, person.student)[0]
            recorder.runs = Runs()
            new, reason = old, ""
            try:
                new = _grade_again(work, book, assignment, row, person)
            except Exception as error:
                if not isinstance(error, LearnspaceError):
                    log.exception("grading %s of %s again failed", name, person.username)
                reason = error.message if isinstance(error, LearnspaceError) else "It cannot be graded by itself."
            else:
                reason = why_doubted(book.doubts, new) if book.doubts else ""
            if reason:
                # It stays as it is, for a person to look at.
                new = old
            else:
                runs = work.blobs.put(recorder.runs.model_dump_json().encode()).sha256
                after = state_of(row.id, grades_of(book, name, person.student), new)
                planned[row.id] = Planned(before=state_of(row.id, before, old), after=after, runs=runs)
            learners.append(
                RegradedLearner(
                    submission=row.id,
                    username=person.username,
                    student=person.student,
                    name=", ".join(each.name for each in together.get(row.id, [])) or person.name,
                    returned=row.state == "returned",
                    old=old.score,
                    new=new.score,
                    max_score=new.max_score,
                    questions=compare(old, new, before),
                    reason=reason,
                )
            )
    report = Report(
        made_at=now(),
        learners=learners,
        raised=sum(one.new > one.old for one in learners),
        lowered=sum(one.new < one.old for one in learners),
        old_sum=sum(one.old for one in learners),
        new_sum=sum(one.new for one in learners),
        rules=rules,
        planned=planned,
    )
    if rules_of(real, name) != rules:
        raise StaleReport("The assignment was changed while it was graded again.")
    with work.database.write() as session:
        store.save_report(session, assignment, KIND, report.model_dump(mode="json"))
    work.progress(len(graded), len(graded))


@job("apply_regrade")
def apply_regrade(work: Work) -> None:
    """Make a report count in the real gradebook; who has their marks back already gets the new ones.

    Raises:
        LearnspaceError: ``report_stale``, before anything is changed; ``not_applied``, naming who was left out.
    """
    settings, course, name = work.settings, work.payload["course"], work.payload["name"]
    assignment, graded = _graded(work)
    with work.database.read() as session:
        report = Report.model_validate(store.get_report(session, assignment, KIND))
    if report.made_at.isoformat() != work.payload["made_at"]:
        raise StaleReport("There is a newer report.")
    replay = Replay()
    book = CourseBook(settings, course, replay)
    _check_fresh(book, name, report, graded)
    chosen = [
        (row, person)
        for row, person in graded
        if row.id in report.planned and (work.payload["lower"] or not _is_lowered(report, row.id))
    ]
    failed = []
    for done, (row, person) in enumerate(chosen):
        work.progress(done, len(chosen))
        plan = report.planned[row.id]
        if plan.before == plan.after:
            continue
        replay.runs = Runs.model_validate_json(work.blobs.read(plan.runs))
        try:
            marks = _grade_again(work, book, assignment, row, person)
        except LearnspaceError:
            log.exception("the new marks of %s in %s could not be applied", person.username, name)
            failed.append(person.name)
            continue
        _keep(work, book, assignment, row, person, marks)
    with work.database.write() as session:
        report.applied_at = now()
        store.save_report(session, assignment, KIND, report.model_dump(mode="json"))
        store.note(session, work.payload["teacher"], "regraded", "assignment", str(assignment.id), assignment)
    work.progress(len(chosen), len(chosen))
    if failed:
        raise LearnspaceError("not_applied", f"Left as they were: {', '.join(failed)}. Look at them by hand.")


def _grade_again(
    work: Work, book: CourseBook, assignment: AssignmentRow, row: SubmissionRow, person: PersonRow
) -> Marks:
    """Grade one submission in this book and return its marks; marks by hand stay and are not asked for again."""
    before = grades_of(book, assignment.name, person.student)
    files = {file["path"]: work.blobs.path(file["sha256"]) for file in row.files}
    book.place_submission(assignment.name, person.student, files, row.received_at)
    book.autograde(assignment.name, person.student, person.name, store.times_of(assignment))
    keep_hand_marks(book, assignment.name, person.student, before)
    return settled_marks(work, book, assignment, person)[0]


def _keep(
    work: Work, book: CourseBook, assignment: AssignmentRow, row: SubmissionRow, person: PersonRow, marks: Marks
) -> None:
    """Keep new marks; give them to a learner who has the old ones, unless a question waits for a mark first."""
    complete = not any(question.needs_mark for question in marks.questions)
    returned = row.state == "returned" and complete
    feedback = feedback_pages(work.blobs, book, assignment, person.student, marks) if returned else {}
    formgrader_id = book.marks(assignment.name, person.student)[1]
    with work.database.write() as session:
        fresh = session.get_one(SubmissionRow, row.id)
        if returned:
            store.note_regraded(session, fresh, assignment, marks, feedback, work.payload["teacher"])
        else:
            # Who has marks already keeps them until the new question has its own.
            store.note_graded(session, fresh, marks, formgrader_id)


def _check_fresh(book: CourseBook, name: str, report: Report, graded: list[tuple[SubmissionRow, PersonRow]]) -> None:
    """Refuse a report since which something changed; marks that it gave itself before it was cut off are none."""
    if report.applied_at is not None:
        raise StaleReport("This report was applied already.")
    if {row.id for row, _ in graded} != {one.submission for one in report.learners}:
        raise StaleReport("Somebody handed in or was graded since the report was made.")
    if rules_of(book, name) != report.rules:
        raise StaleReport("The assignment changed since the report was made.")
    for row, person in graded:
        plan = report.planned.get(row.id)
        if plan is None:
            continue
        marks = book.marks(name, person.student)[0]
        if state_of(row.id, grades_of(book, name, person.student), marks) not in (plan.before, plan.after):
            raise StaleReport(f"{person.name} got other marks since the report was made.")


def _is_lowered(report: Report, submission: str) -> bool:
    return any(one.submission == submission and one.new < one.old for one in report.learners)


def _graded(work: Work) -> tuple[AssignmentRow, list[tuple[SubmissionRow, PersonRow]]]:
    """Return the assignment, and the newest submissions that are graded."""
    with work.database.read() as session:
        assignment = store.get_assignment(session, work.payload["course"], work.payload["name"], released=False)
        newest = store.newest_submissions(session, assignment)
    return assignment, [(row, person) for row, person in newest if row.state in GRADED]
