"""When work is graded without anybody asking: the policy of an assignment, and what it gives to the grader."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from learnspace_assignments.models.whengraded import GradingPolicy, WaitsFor
from learnspace_assignments.store.newest import newest, subject_of
from learnspace_assignments.store.teamwork import counts_for
from learnspace_assignments.store.terms import Granted, times_of
from learnspace_assignments.tables import AssignmentRow, AutomaticGradingRow, SubmissionRow
from learnspace_assignments.times import Times
from learnspace_core.database import now
from learnspace_core.runs import OPEN
from learnspace_core.tables import JobRow
from learnspace_people.tables import CourseRow

AT_ONCE = GradingPolicy(when="on_hand_in", returns=True)
"""What an open course does as long as its teacher decides nothing: there is perhaps nobody who would ask for it."""

# Asked with every hand-in, and put together once.
_IS_OPEN = select(CourseRow.open_to_all).where(CourseRow.id == bindparam("course"))


def grading_policy(session: Session, row: AssignmentRow) -> GradingPolicy:
    """Return when the work of an assignment is graded."""
    if row.grading:
        return GradingPolicy.model_validate(row.grading)
    return AT_ONCE if session.connection().scalar(_IS_OPEN, {"course": row.course_id}) else GradingPolicy()


def grading_policies(session: Session, rows: Iterable[AssignmentRow]) -> dict[int, GradingPolicy]:
    """Return when the work of each assignment is graded, by the assignment's id."""
    found = {row.id: GradingPolicy.model_validate(row.grading or {}) for row in rows}
    undecided = {row.id: row.course_id for row in rows if not row.grading}
    if undecided:
        query = select(CourseRow.id).where(CourseRow.id.in_(set(undecided.values())), CourseRow.open_to_all)
        are_open = set(session.scalars(query))
        found |= {id: AT_ONCE for id, course in undecided.items() if course in are_open}
    return found


def waiting_for_grader(session: Session) -> list[tuple[AssignmentRow, SubmissionRow]]:
    """Return the newest submissions that are due for grading now, and were not given to the grader yet."""
    rows = {row.id: row for row in session.scalars(select(AssignmentRow).where(AssignmentRow.archived_at.is_(None)))}
    policies = grading_policies(session, rows.values())
    at = now()
    # Nobody's due time is before that of the class, so most assignments need no look at what was granted.
    due = [
        row
        for row in rows.values()
        if policies[row.id].when == "on_hand_in" or (policies[row.id].when == "at_due" and times_of(row).is_late(at))
    ]
    if not due:
        return []
    last = newest(SubmissionRow.assignment_id.in_([row.id for row in due]))
    query = (
        select(SubmissionRow)
        .join(last, SubmissionRow.id == last.c.id)
        .outerjoin(AutomaticGradingRow, AutomaticGradingRow.submission_id == SubmissionRow.id)
        .where(
            SubmissionRow.state == "handed_in",
            or_(
                AutomaticGradingRow.submission_id.is_(None),
                AutomaticGradingRow.handed_in_at != SubmissionRow.handed_in_at,
            ),
        )
        .order_by(SubmissionRow.handed_in_at)
    )
    # A team's is there once for each member.
    newest_ones = list({one.id: one for one in session.scalars(query)}.values())
    found = [(rows[one.assignment_id], one) for one in newest_ones]
    together = counts_for(session, newest_ones)
    granted = Granted(session, {row.course_id for row, _ in found})
    whose = {one.id: [each.id for each in together[one.id]] or [one.person_id] for one in newest_ones}
    return [
        (row, one)
        for row, one in found
        if policies[row.id].when == "on_hand_in" or granted.times(row, *whose[one.id]).is_late(at)
    ]


def note_given(session: Session, submission: SubmissionRow) -> bool:
    """Note that a submission is given to the grader without a teacher; tell whether nobody has done so before."""
    given = AutomaticGradingRow
    again = update(given).where(given.submission_id == submission.id, given.handed_in_at != submission.handed_in_at)
    again = again.values(handed_in_at=submission.handed_in_at).returning(given.submission_id)
    if session.scalar(again) is not None:
        return True
    try:
        with session.begin_nested():
            session.add(given(submission_id=submission.id, handed_in_at=submission.handed_in_at))
    except IntegrityError:
        return False
    return True


def returns_alone(session: Session, submission_id: str) -> bool:
    """Tell whether a submission goes back without a teacher: it came to the grader so, and the policy returns."""
    if session.get(AutomaticGradingRow, submission_id) is None:
        return False
    row = session.get_one(SubmissionRow, submission_id)
    return grading_policy(session, session.get_one(AssignmentRow, row.assignment_id)).returns


def is_newest(session: Session, submission_id: str) -> bool:
    """Tell whether nothing newer was handed in by the same learner or team."""
    row = session.get_one(SubmissionRow, submission_id)
    whose = SubmissionRow.team_id == row.team_id if row.team_id else SubmissionRow.person_id == row.person_id
    last = newest(SubmissionRow.assignment_id == row.assignment_id, whose)
    return session.scalar(select(last.c.id).where(last.c.id == submission_id)) is not None


class Waiting:
    """What the newest submissions of a learner wait for, read at once for several assignments."""

    def __init__(self, session: Session, policies: dict[int, GradingPolicy], newest: Iterable[SubmissionRow]) -> None:
        self._policies = policies
        asked = {subject_of(one): one.id for one in newest if one.state == "handed_in"}
        self._given_up: set[str] = set()
        if asked:
            # The grader had it and has no job with it any more, but it has no marks: a person has to look.
            given = select(AutomaticGradingRow.submission_id).where(
                AutomaticGradingRow.submission_id.in_(asked.values())
            )
            jobs = select(JobRow.subject).where(JobRow.subject.in_(asked), JobRow.state.in_(OPEN))
            self._given_up = set(session.scalars(given)) - {asked[str(subject)] for subject in session.scalars(jobs)}

    def waits_for(self, submission: SubmissionRow, times: Times) -> WaitsFor:
        """Say what has to happen before the learner gets this back."""
        if submission.state == "returned":
            later = "after_due" in (times.shows.marks, times.shows.feedback) and not times.shows_now("after_due", now())
            return "due_time" if later else ""
        policy = self._policies[submission.assignment_id]
        if submission.state != "handed_in" or submission.id in self._given_up:
            return "teacher"
        if policy.when == "at_due" and not times.is_late(now()):
            return "due_time"
        return "teacher" if policy.when == "on_demand" else "grader"
