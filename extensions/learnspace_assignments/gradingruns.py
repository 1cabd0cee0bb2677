"""Ask for submissions to be graded: one job each, all that are asked for together in one run.

Of a learner's or team's work on one assignment, one version at a time is graded and one grading at most waits; who asks
meanwhile for the same is given the run that has it.
"""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from learnspace_assignments import store
from learnspace_assignments.store.newest import subject_of
from learnspace_assignments.tables import AssignmentRow, SubmissionRow
from learnspace_core.database import now
from learnspace_core.runs import OPEN, Part, add_where_none_waits, begin_run
from learnspace_core.tables import JobRow

RUN, ONE = "grade", "grade_one"
"""The kinds of a run and of its jobs."""
WORKER_DIED = (
    "The grader stopped each time while it graded this, three times in all. Look at it by hand, or tell the operator: "
    "the reason is in the grader's log."
)


def ask_all(
    session: Session,
    assignment: AssignmentRow,
    teacher_id: str,
    usernames: list[str] | None = None,
    *,
    states: tuple[str, ...] = ("handed_in",),
) -> JobRow:
    """Ask for the newest submissions of an assignment to be graded and return the run.

    Args:
        session: of a write transaction; wake the graders after it.
        assignment: the assignment.
        teacher_id: who asks.
        usernames: whose; these are graded again. Without it, everybody's in one of the ``states``.
        states: which are graded without usernames.
    """
    # Whoever of a team is named, it is the team's.
    each = store.newest_of_each(session, assignment)
    named = {row.id for row, person in each if person.username in (usernames or [])}
    chosen = [
        row
        for row, _ in store.newest_submissions(session, assignment)
        if (row.id in named if usernames is not None else row.state in states)
    ]
    return ask(session, assignment, chosen, {"teacher": teacher_id, "usernames": usernames})


def ask(
    session: Session, assignment: AssignmentRow, submissions: list[SubmissionRow], payload: dict[str, Any]
) -> JobRow:
    """Ask for these submissions to be graded and return the run; if others asked already for all of them, theirs."""
    open_jobs = select(JobRow).where(
        JobRow.queue == "grading",
        JobRow.state.in_(OPEN),
        JobRow.kind == ONE,
        JobRow.course_id == assignment.course_id,
    )
    # Of one subject there may be two; the one that waits comes last and counts.
    under_way = {job.subject: job for job in session.scalars(open_jobs.order_by(JobRow.state))}
    subjects = {row.id: _place_of(session, row) for row in submissions}
    left = [row for row in submissions if not _has(under_way, subjects[row.id], row)]
    if submissions and not left:
        job = under_way[subjects[submissions[0].id]]
        return session.get_one(JobRow, job.run_id) if job.run_id else job
    named = {"course": assignment.course_id, "name": assignment.name}
    parts = [Part(subjects[row.id], {**named, "submission": row.id}) for row in left]
    return begin_run(session, "grading", (RUN, ONE), {**named, **payload}, parts, assignment.course_id)


def ask_one(session: Session, assignment: AssignmentRow, submission: SubmissionRow) -> None:
    """Ask for one submission to be graded before whole classes; nothing if one of the same learner waits already.

    The one that waits grades the newest version there is when it begins.
    """
    payload = {"course": assignment.course_id, "name": assignment.name, "submission": submission.id}
    job = {"id": uuid.uuid4().hex, "queue": "grading", "kind": ONE, "state": "waiting", "place": 0, "created_at": now()}
    job |= {"course_id": assignment.course_id, "subject": _place_of(session, submission), "payload": payload}
    add_where_none_waits(session, [job])


def being_graded(session: Session, assignment: AssignmentRow) -> set[str]:
    """Return the ids of the submissions that are being graded at this moment."""
    query = select(JobRow.payload["submission"].as_string()).where(
        JobRow.queue == "grading",
        JobRow.state == "running",
        JobRow.kind == ONE,
        JobRow.course_id == assignment.course_id,
        JobRow.payload["name"].as_string() == assignment.name,
    )
    return set(session.scalars(query))


def unless_graded_meanwhile(session: Session, row: SubmissionRow) -> SubmissionRow | None:
    """Return a submission that was read before, to be changed; nothing if a grader, or somebody else, was at it since.

    Marks that were read from the gradebook meanwhile may then be those of another version, or not yet doubted.
    """
    running = select(JobRow.id).where(
        JobRow.subject.in_((subject_of(row), f"{row.assignment_id}:{row.id}")), JobRow.state == "running"
    )
    if session.scalar(running.limit(1)) is not None:
        return None
    # Read after the jobs: what a grader changes ends its job in the same transaction.
    fresh = session.get_one(SubmissionRow, row.id)
    before, now_ = ((one.state, one.reason_code, one.marks, one.marks_since) for one in (row, fresh))
    return fresh if before == now_ else None


def give_up(session: Session, job: JobRow) -> None:
    """Withhold a submission at which the grader died each time."""
    row = session.get(SubmissionRow, job.payload["submission"])
    if row is not None:
        store.note_withheld(session, row, WORKER_DIED, "worker_died")


def _has(under_way: dict[str | None, JobRow], subject: str, row: SubmissionRow) -> bool:
    # A version that is being graded does not stand for one that was handed in since.
    job = under_way.get(subject)
    return job is not None and (job.state == "waiting" or job.payload["submission"] == row.id)


def _place_of(session: Session, row: SubmissionRow) -> str:
    # What a team handed in before somebody left it, and again since, has a place of its own: that of who left.
    if row.team_id is not None and store.is_superseded(session, row):
        return f"{row.assignment_id}:{row.id}"
    return subject_of(row)
