"""The table of submissions: take one in with its receipt, keep what grading made of it, show it to its learner."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, insert, select
from sqlalchemy.orm import Session

from learnspace_assignments.models import Marks, Receipt
from learnspace_assignments.receipts import digest_of, sign
from learnspace_assignments.store.again import count_again, count_for_all, grade_again_what_counts
from learnspace_assignments.store.assignments import note
from learnspace_assignments.store.teamwork import (
    counts_for,
    is_superseded,
    is_theirs,
    person_ids_of,
    stands_for,
    submission_times,
    who_hands_in,
)
from learnspace_assignments.store.terms import admit, times_of
from learnspace_assignments.tables import AssignmentRow, SubmissionRow
from learnspace_core.database import now
from learnspace_core.errors import LearnspaceError, NotFound
from learnspace_core.models import FileEntry
from learnspace_people.models import Person
from learnspace_people.tables import PersonRow


def _before(*whose: ColumnElement[bool]) -> Select[tuple[datetime | None, str | None]]:
    """Return the statement that asks when somebody handed in last, and which version has the same bytes.

    Two questions, each of an index: who hands in often must not wait longer each time.
    """
    theirs = (SubmissionRow.assignment_id == bindparam("assignment"), *whose)
    last = select(func.max(SubmissionRow.handed_in_at)).where(*theirs)
    same = select(SubmissionRow.id).where(*theirs, SubmissionRow.digest == bindparam("digest"))
    return select(last.scalar_subquery().label("last"), same.scalar_subquery().label("same"))


# Statements of every hand-in: to put them together each time costs more than to carry them out.
BEFORE_ALONE = _before(SubmissionRow.person_id == bindparam("person"), SubmissionRow.team_id.is_(None))
BEFORE_TOGETHER = _before(SubmissionRow.team_id == bindparam("team"))
_INSERT = insert(SubmissionRow.metadata.tables["submission"])
_INSERT_MEMBER = insert(SubmissionRow.metadata.tables["submission_member"])
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

    What was taken once has its receipt for ever. What comes last counts, also where it was taken before. Where the
    assignment is for teams it is the team's, whoever of it hands in, and counts for all who are in it then.

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
        LearnspaceError: if it may not be handed in now, see ``admit``; 409 ``no_team``.
    """
    digest = digest_of(files)
    at = received_at or now()
    who = who_hands_in(session, row, person.id)
    if who is None:
        return _held_before(session, row, person, digest, at), False
    team_id = who.team.id if who.team else None
    values = {"assignment": row.id, "digest": digest}
    if team_id is None:
        before = session.connection().execute(BEFORE_ALONE, {**values, "person": person.id}).one()
    else:
        before = session.connection().execute(BEFORE_TOGETHER, {**values, "team": team_id}).one()
    handed_in_at = at if before.last is None else max(at, before.last + TICK)
    if before.same is not None:
        held = session.get_one(SubmissionRow, before.same)
        if team_id is not None:
            count_for_all(session, row, held, at, person.id, who.person_ids)
        if held.handed_in_at != before.last:
            count_again(session, row, held, at, handed_in_at, person.id, who.person_ids)
        return Receipt.model_validate(held.receipt), False
    admit(session, row, at, who.person_ids, team_id)
    submission_id = uuid.uuid4().hex
    receipt = sign(
        Receipt(
            submission=submission_id,
            course=row.course_id,
            assignment=row.name,
            username=person.username,
            team=who.team.name if who.team else None,
            members=who.usernames,
            received_at=at,
            queued_at=queued_at,
            files=files,
            digest=digest,
        ),
        seed,
    )
    session.connection().execute(
        _INSERT,
        {
            "id": submission_id,
            "assignment_id": row.id,
            "person_id": person.id,
            "team_id": team_id,
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
    if team_id is not None:
        session.execute(
            _INSERT_MEMBER, [{"submission_id": submission_id, "person_id": each} for each in who.person_ids]
        )
        for each in who.person_ids:
            if each != person.id:
                note(session, each, "team_submitted", "submission", submission_id, row, context={"by": person.id})
    return receipt, True


def _held_before(session: Session, row: AssignmentRow, person: Person, digest: str, at: datetime) -> Receipt:
    """Return the receipt of what counts for a person who is in no team any more.

    Raises:
        NotFound: if they never handed this in, before the assignment opens.
        LearnspaceError: 409 ``no_team``, if they never handed this in.
    """
    theirs = select(SubmissionRow.receipt).where(
        is_theirs(person.id),
        SubmissionRow.assignment_id == row.id,
        SubmissionRow.digest == digest,
    )
    held = session.scalar(theirs.limit(1))
    if held is None:
        if not times_of(row).is_open(at):
            raise NotFound("The assignment")
        todo = "Join a team or make one" if row.team_signup else "Ask your teacher to put you into a team"
        raise LearnspaceError(
            "no_team", f"This is handed in by a team, and you are in none. {todo}, then hand in.", 409
        )
    return Receipt.model_validate(held)


def get_submission(session: Session, submission_id: str) -> tuple[SubmissionRow, AssignmentRow]:
    """Return a submission and its assignment, or raise NotFound."""
    row = session.get(SubmissionRow, submission_id)
    if row is None:
        raise NotFound("The submission")
    return row, session.get_one(AssignmentRow, row.assignment_id)


def newest_like(session: Session, submission_id: str) -> tuple[SubmissionRow, PersonRow, AssignmentRow]:
    """Return the newest submission of the same learner, or team, for the same assignment, and in whose name it is.

    What a team handed in before somebody left it is theirs who left, whatever the team handed in since.
    """
    row, assignment = get_submission(session, submission_id)
    if row.team_id is None:
        whose = and_(SubmissionRow.person_id == row.person_id, SubmissionRow.team_id.is_(None))
    elif is_superseded(session, row) and (gone := stands_for(session, assignment, row)) is not None:
        return row, gone, assignment
    else:
        whose = SubmissionRow.team_id == row.team_id
    query = select(SubmissionRow, PersonRow).join(PersonRow).where(SubmissionRow.assignment_id == assignment.id, whose)
    last = query.order_by(SubmissionRow.handed_in_at.desc(), SubmissionRow.id.desc()).limit(1)
    newer, person = session.execute(last).one()
    return newer, stands_for(session, assignment, newer) or person, assignment


def submissions_of(session: Session, assignment: AssignmentRow, person_id: str) -> list[SubmissionRow]:
    """Return what counts for the person in the assignment, first what they handed in last."""
    query = select(SubmissionRow).where(is_theirs(person_id), SubmissionRow.assignment_id == assignment.id)
    return list(session.scalars(query.order_by(SubmissionRow.handed_in_at.desc())))


def every_submission(session: Session, assignment: AssignmentRow) -> list[tuple[SubmissionRow, PersonRow]]:
    """Return every version that was handed in, once for each learner it counts for: by username, last what counts."""
    query = select(SubmissionRow, PersonRow).join(PersonRow).where(SubmissionRow.assignment_id == assignment.id)
    rows = [(row, person) for row, person in session.execute(query)]
    together = counts_for(session, (row for row, _ in rows))
    counted = [(row, each) for row, person in rows for each in together.get(row.id, [person])]
    return sorted(counted, key=lambda one: (one[1].username, one[0].handed_in_at))


def newest_of_each(session: Session, assignment: AssignmentRow) -> list[tuple[SubmissionRow, PersonRow]]:
    """Return each learner's newest submission for the assignment, by username; a team's once for each member."""
    return list({person.id: (row, person) for row, person in every_submission(session, assignment)}.values())


def newest_submissions(session: Session, assignment: AssignmentRow) -> list[tuple[SubmissionRow, PersonRow]]:
    """Return what is a learner's newest submission for the assignment, by username; a team's is there once.

    It stands for its team with who handed it in or, if that is not their newest any more, with the first whose it is.
    """
    found: dict[str, tuple[SubmissionRow, PersonRow]] = {}
    for row, person in newest_of_each(session, assignment):
        if row.id not in found or person.id == row.person_id:
            found[row.id] = (row, person)
    return list(found.values())


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
    """Keep the marks of a submission; it waits for a person if a question still needs a mark.

    Those of work that was returned are kept beside the ones its learner has, until it is returned again.
    """
    if not row.formgrader_id:
        grade_again_what_counts(session, row)
    row.formgrader_id = formgrader_id
    row.reason = row.reason_code = ""
    if row.state == "returned" and row.marks is not None:
        row.marks_since = None if marks == Marks.model_validate(row.marks) else marks.model_dump()
        return
    row.marks, row.marks_since = marks.model_dump(), None
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
    row.marks, row.marks_since = row.marks_since or row.marks, None
    row.feedback, row.state = feedback, "returned"
    if again:
        return
    row.returned_at = now()
    note_scored(session, row, assignment, teacher_id)


def note_scored(session: Session, row: SubmissionRow, assignment: AssignmentRow, teacher_id: str | None) -> None:
    """Append to the record that the learner got marks; without the numbers where they are not to be seen yet."""
    times = submission_times(session, assignment, row)
    numbers = {}
    if row.marks is not None and times.shows_now(times.shows.marks, now()):
        numbers = {"score": row.marks["score"], "max_score": row.marks["max_score"]}
    context = {"instructor": teacher_id} if teacher_id else {}
    for each in person_ids_of(session, row):
        note(session, each, "scored", "submission", row.id, assignment, numbers, context)


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
    row.marks, row.marks_since, row.feedback = marks.model_dump(), None, feedback
    if marks.score == old:
        return
    times = submission_times(session, assignment, row)
    numbers = {}
    if times.shows_now(times.shows.marks, now()):
        numbers = {"score": marks.score, "max_score": marks.max_score, "old_score": old}
    for each in person_ids_of(session, row):
        note(session, each, "rescored", "submission", row.id, assignment, numbers, {"instructor": teacher_id})
