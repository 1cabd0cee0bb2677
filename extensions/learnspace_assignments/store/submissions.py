"""The table of submissions: take one in with its receipt, keep what grading made of it, show it to its learner."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import bindparam, case, func, insert, select
from sqlalchemy.orm import Session

from learnspace_assignments.models import Assignment, LearnerState, Marks, Receipt, Submission
from learnspace_assignments.receipts import digest_of, sign
from learnspace_assignments.store.again import count_again, grade_again_what_counts
from learnspace_assignments.store.assignments import note
from learnspace_assignments.store.terms import Granted, admit, last_times, learner_times, terms_of
from learnspace_assignments.store.versions import Standing, standings_of
from learnspace_assignments.store.whengraded import Waiting, grading_policies, is_newest
from learnspace_assignments.tables import AssignmentRow, FetchRow, SubmissionRow
from learnspace_assignments.times import Times
from learnspace_core.database import now
from learnspace_core.errors import LearnspaceError, NotFound
from learnspace_core.models import FileEntry
from learnspace_people.models import Person
from learnspace_people.tables import PersonRow

# Statements of every hand-in: to put them together each time costs more than to carry them out.
_BEFORE = select(
    func.max(SubmissionRow.handed_in_at).label("last"),
    func.max(case((SubmissionRow.digest == bindparam("digest"), SubmissionRow.id))).label("same"),
).where(SubmissionRow.assignment_id == bindparam("assignment"), SubmissionRow.person_id == bindparam("person"))
_INSERT = insert(SubmissionRow.metadata.tables["submission"])
TICK = timedelta(microseconds=1)
"""The least by which one version follows another."""


def submit(
    session: Session,
    person: Person,
    row: AssignmentRow,
    files: list[FileEntry],
    seed: str,
    received_at: datetime | None = None,
    queued_at: datetime | None = None,
) -> tuple[Receipt, bool]:
    """Take a submission whose bytes are on disk already.

    What was taken once has its receipt for ever. What comes last counts, also where it was taken before.

    Args:
        session: the session of the change.
        person: who hands in.
        row: the assignment.
        files: what is handed in.
        seed: the secret that receipts are signed with.
        received_at: when the last byte had come; without it, now.
        queued_at: when it began to wait in the learner's space, as that space says.

    Returns:
        The receipt, and whether the submission is a new one.

    Raises:
        LearnspaceError: if it may not be handed in now, see ``admit``.
    """
    digest = digest_of(files)
    at = received_at or now()
    before = session.execute(_BEFORE, {"assignment": row.id, "person": person.id, "digest": digest}).one()
    handed_in_at = at if before.last is None else max(at, before.last + TICK)
    if before.same is not None:
        held = session.get_one(SubmissionRow, before.same)
        if held.handed_in_at != before.last:
            count_again(session, row, held, at, handed_in_at)
        return Receipt.model_validate(held.receipt), False
    admit(session, person.id, row, at)
    submission_id = uuid.uuid4().hex
    receipt = sign(
        Receipt(
            submission=submission_id,
            course=row.course_id,
            assignment=row.name,
            username=person.username,
            received_at=at,
            queued_at=queued_at,
            files=files,
            digest=digest,
        ),
        seed,
    )
    session.execute(
        _INSERT,
        {
            "id": submission_id,
            "assignment_id": row.id,
            "person_id": person.id,
            "received_at": receipt.received_at,
            "handed_in_at": handed_in_at,
            "queued_at": queued_at,
            "digest": digest,
            "files": [file.model_dump() for file in files],
            "receipt": receipt.model_dump(mode="json"),
            "state": "handed_in",
        },
    )
    note(session, person.id, "submitted", "submission", submission_id, row)
    return receipt, True


def get_submission(session: Session, submission_id: str) -> tuple[SubmissionRow, AssignmentRow]:
    """Return a submission and its assignment, or raise NotFound."""
    row = session.get(SubmissionRow, submission_id)
    if row is None:
        raise NotFound("The submission")
    return row, session.get_one(AssignmentRow, row.assignment_id)


def newest_like(session: Session, submission_id: str) -> tuple[SubmissionRow, PersonRow, AssignmentRow]:
    """Return the newest submission of the same learner, or team, for the same assignment."""
    row, assignment = get_submission(session, submission_id)
    whose = SubmissionRow.team_id == row.team_id if row.team_id else SubmissionRow.person_id == row.person_id
    query = select(SubmissionRow, PersonRow).join(PersonRow).where(SubmissionRow.assignment_id == assignment.id, whose)
    last = query.order_by(SubmissionRow.handed_in_at.desc(), SubmissionRow.id.desc()).limit(1)
    newer, person = session.execute(last).one()
    return newer, person, assignment


def submissions_of(session: Session, assignment: AssignmentRow, person_id: str) -> list[SubmissionRow]:
    """Return what the person handed in for the assignment, first what counts."""
    query = select(SubmissionRow).filter_by(assignment_id=assignment.id, person_id=person_id)
    return list(session.scalars(query.order_by(SubmissionRow.handed_in_at.desc())))


def every_submission(session: Session, assignment: AssignmentRow) -> list[tuple[SubmissionRow, PersonRow]]:
    """Return every version that learners handed in for the assignment, by username, last what counts."""
    query = (
        select(SubmissionRow, PersonRow)
        .join(PersonRow)
        .where(SubmissionRow.assignment_id == assignment.id)
        .order_by(PersonRow.username, SubmissionRow.handed_in_at)
    )
    return [(row, person) for row, person in session.execute(query)]


def newest_submissions(session: Session, assignment: AssignmentRow) -> list[tuple[SubmissionRow, PersonRow]]:
    """Return what each learner handed in last for the assignment, by username."""
    return list({person.id: (row, person) for row, person in every_submission(session, assignment)}.values())


def has_marks(session: Session, assignment: AssignmentRow) -> bool:
    """Tell whether anything that was handed in for the assignment is graded."""
    query = select(SubmissionRow.id).filter_by(assignment_id=assignment.id).where(SubmissionRow.formgrader_id != "")
    return session.scalar(query.limit(1)) is not None


def graded_submissions(session: Session, assignment: AssignmentRow) -> list[tuple[SubmissionRow, PersonRow]]:
    """Return everything that has marks, whether it is the learner's newest or not, by username."""
    query = (
        select(SubmissionRow, PersonRow)
        .join(PersonRow)
        .where(SubmissionRow.assignment_id == assignment.id, SubmissionRow.formgrader_id != "")
        .order_by(PersonRow.username, SubmissionRow.handed_in_at)
    )
    return [(row, person) for row, person in session.execute(query) if row.marks is not None]


def note_graded(session: Session, row: SubmissionRow, marks: Marks, formgrader_id: str) -> None:
    """Keep the marks of a submission; it waits for a person if a question still needs a mark."""
    if not row.formgrader_id:
        grade_again_what_counts(session, row)
    row.marks = marks.model_dump()
    row.formgrader_id = formgrader_id
    row.reason = row.reason_code = ""
    if row.state != "returned":
        row.state = "needs_marks" if any(question.needs_mark for question in marks.questions) else "graded"


def note_withheld(session: Session, row: SubmissionRow, reason: str, code: str = "") -> None:
    """Keep why a submission could not be graded; it waits for a person to look."""
    row.state, row.reason, row.reason_code = "withheld", reason, code


def note_returned(
    session: Session, row: SubmissionRow, assignment: AssignmentRow, feedback: dict[str, str], teacher_id: str | None
) -> None:
    """Give marks and feedback to the learner; without a teacher, as the assignment's policy says."""
    if row.marks is None:
        raise LearnspaceError("not_graded", "This has not been graded yet. Grade it first.", 409)
    again = row.state == "returned" and row.feedback == feedback
    row.feedback, row.state, row.returned_at = feedback, "returned", row.returned_at or now()
    if again:
        return
    note_scored(session, row, assignment, teacher_id)


def note_scored(session: Session, row: SubmissionRow, assignment: AssignmentRow, teacher_id: str | None) -> None:
    """Append to the record that the learner got marks; without the numbers where they are not to be seen yet."""
    times = learner_times(session, assignment, row.person_id)
    numbers = {}
    if row.marks is not None and times.shows_now(times.shows.marks, now()):
        numbers = {"score": row.marks["score"], "max_score": row.marks["max_score"]}
    context = {"instructor": teacher_id} if teacher_id else {}
    note(session, row.person_id, "scored", "submission", row.id, assignment, numbers, context)


def note_regraded(
    session: Session,
    row: SubmissionRow,
    assignment: AssignmentRow,
    marks: Marks,
    feedback: dict[str, str],
    teacher_id: str,
) -> None:
    """Give new marks and feedback to a learner who has the old ones already; the record tells both scores."""
    old = row.marks["score"] if row.marks else 0
    row.marks, row.feedback = marks.model_dump(), feedback
    if marks.score == old:
        return
    times = learner_times(session, assignment, row.person_id)
    numbers = {}
    if times.shows_now(times.shows.marks, now()):
        numbers = {"score": marks.score, "max_score": marks.max_score, "old_score": old}
    note(session, row.person_id, "rescored", "submission", row.id, assignment, numbers, {"instructor": teacher_id})


def for_learner(session: Session, person: Person, row: AssignmentRow, course_title: str) -> Assignment:
    """Return the assignment as the learner sees it: with their own times, and marks only once they may see them."""
    return all_for_learner(session, person, [(row, course_title)])[0]


def all_for_learner(session: Session, person: Person, rows: list[tuple[AssignmentRow, str]]) -> list[Assignment]:
    """Return the assignments, given with their courses' titles, as the learner sees them, in one query a table."""
    ids = [row.id for row, _ in rows]
    fetches = select(FetchRow).where(FetchRow.person_id == person.id, FetchRow.assignment_id.in_(ids))
    fetched = {fetch.assignment_id: fetch.version for fetch in session.scalars(fetches)}
    standings = standings_of(session, [row for row, _ in rows], fetched)
    submissions: dict[int, list[SubmissionRow]] = {id: [] for id in ids}
    query = select(SubmissionRow).where(SubmissionRow.person_id == person.id, SubmissionRow.assignment_id.in_(ids))
    for submission in session.scalars(query.order_by(SubmissionRow.handed_in_at.desc())):
        submissions[submission.assignment_id].append(submission)
    granted = Granted(session, {row.course_id for row, _ in rows}, person.id)
    policies = grading_policies(session, [row for row, _ in rows])
    waiting = Waiting(session, policies, [handed_in[0] for handed_in in submissions.values() if handed_in])
    found = []
    for row, title in rows:
        times = granted.times(row, person.id)
        seen = _seen_by_learner(session, row, title, standings[row.id], submissions[row.id], times)
        seen.grading = policies[row.id]
        if seen.submissions:
            seen.submissions[0].waits_for = waiting.waits_for(submissions[row.id][0], times)
        found.append(seen)
    return found


def _seen_by_learner(
    session: Session,
    row: AssignmentRow,
    course_title: str,
    standing: Standing,
    handed_in: list[SubmissionRow],
    times: Times,
) -> Assignment:
    submissions = [submission_for_learner(one, times) for one in handed_in]
    state: LearnerState = "working" if standing.fetched else "not_started"
    if submissions:
        state = "returned" if submissions[0].state == "returned" else "handed_in"
    return Assignment(
        **dict(terms_of(times, len(submissions), now())),
        **standing.fields(),
        course=row.course_id,
        course_title=course_title,
        name=row.name,
        title=row.title,
        state=state,
        max_score=row.max_score,
        files=[FileEntry.model_validate(file) for file in row.files],
        submissions=submissions,
        solution=solution_is_shown(session, row, times, returned=any(one.state == "returned" for one in submissions)),
    )


def submission_for_learner(row: SubmissionRow, times: Times) -> Submission:
    """Return a submission as its learner sees it; grading that is under way is simply handed in."""
    at = now()
    returned = row.state == "returned"
    marks = returned and times.shows_now(times.shows.marks, at)
    feedback = feedback_is_shown(row, times)
    return Submission(
        id=row.id,
        received_at=row.received_at,
        again_at=row.again_at,
        queued_at=row.queued_at,
        late=times.is_late(row.received_at),
        state="returned" if marks or feedback else "handed_in",
        files=[FileEntry.model_validate(file) for file in row.files],
        digest=row.digest,
        marks=Marks.model_validate(row.marks) if marks else None,
        feedback=feedback,
        pages=dict(row.feedback) if feedback else {},
    )


def one_submission(session: Session, row: SubmissionRow, assignment: AssignmentRow) -> Submission:
    """Return a single submission as its learner sees it."""
    times = learner_times(session, assignment, row.person_id)
    seen = submission_for_learner(row, times)
    if is_newest(session, row.id):
        seen.waits_for = Waiting(session, grading_policies(session, [assignment]), [row]).waits_for(row, times)
    return seen


def feedback_is_shown(row: SubmissionRow, times: Times) -> bool:
    """Tell whether the learner may read the feedback on their submission now."""
    return row.state == "returned" and times.shows_now(times.shows.feedback, now())


def solution_is_shown(session: Session, assignment: AssignmentRow, times: Times, *, returned: bool) -> bool:
    """Tell whether a learner may read the solution: never while anybody can still hand in, even with a late extension.

    Args:
        session: where it is read.
        assignment: the assignment.
        times: those of the learner.
        returned: whether work of the learner's was returned.
    """
    at, when = now(), times.shows.solutions
    if when == "never" or not times.is_over(at) or not last_times(session, assignment).is_over(at):
        return False
    return returned or when == "after_due"
