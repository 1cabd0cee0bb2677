"""The terms of one learner: the times of an assignment with the accommodations that apply, and the gate they make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from learnspace_assignments.models.settings import LatePolicy, Shows, Terms, WhyRefused
from learnspace_assignments.tables import AccommodationRow, AssignmentRow, SubmissionRow
from learnspace_assignments.times import Grant, Times
from learnspace_core.errors import LearnspaceError, NotFound
from learnspace_people.tables import EnrolmentRow, PersonRow


def times_of(row: AssignmentRow) -> Times:
    """Return the times of the class."""
    return Times(
        opens_at=row.opens_at,
        due_at=row.due_at,
        closes_at=row.closes_at,
        attempts=row.attempts,
        late=LatePolicy.model_validate(row.late or {}),
        shows=Shows.model_validate(row.shows or {}),
    )


class Granted:
    """What was granted in some courses, read once, to be asked for any assignment and learner of them.

    Args:
        session: where it is read.
        courses: the ids of the courses.
        person_ids: the learners who will be asked for, if not all.
    """

    def __init__(self, session: Session, courses: Iterable[str], person_ids: Collection[str] | None = None) -> None:
        query = select(AccommodationRow).where(AccommodationRow.course_id.in_(list(courses)))
        if person_ids is not None:
            query = query.where(or_(AccommodationRow.person_id.in_(person_ids), AccommodationRow.person_id.is_(None)))
        self._rows = list(session.scalars(query))
        self._sections: dict[tuple[str, str], set[str]] = defaultdict(set)
        with_sections = {row.course_id for row in self._rows if row.section}
        if with_sections:
            members = select(EnrolmentRow.course_id, EnrolmentRow.person_id, EnrolmentRow.section).where(
                EnrolmentRow.course_id.in_(with_sections), EnrolmentRow.role == "learner", EnrolmentRow.section != ""
            )
            if person_ids is not None:
                members = members.where(EnrolmentRow.person_id.in_(person_ids))
            for course, member, section in session.execute(members):
                self._sections[course, member].add(section)

    def times(self, assignment: AssignmentRow, *person_ids: str) -> Times:
        """Return the times of one learner, or of a team: the most generous of what its members were granted."""
        sections = {section for each in person_ids for section in self._sections.get((assignment.course_id, each), ())}
        return times_of(assignment).with_grants(
            _grant(row)
            for row in self._rows
            if row.course_id == assignment.course_id
            and row.assignment_id in (None, assignment.id)
            and (row.person_id in person_ids or (row.section and row.section in sections))
        )


def learner_times(session: Session, assignment: AssignmentRow, person_id: str) -> Times:
    """Return the times of one learner in one assignment."""
    return Granted(session, [assignment.course_id], [person_id]).times(assignment, person_id)


def last_times(session: Session, assignment: AssignmentRow) -> Times:
    """Return times no earlier than those of any learner of the course, and of who was one."""
    query = select(AccommodationRow).where(
        AccommodationRow.course_id == assignment.course_id,
        or_(AccommodationRow.assignment_id == assignment.id, AccommodationRow.assignment_id.is_(None)),
    )
    return times_of(assignment).with_grants(_grant(row) for row in session.scalars(query))


def terms_of(times: Times, used: int, at: datetime) -> Terms:
    """Return what the learner reads of their times at that moment, after so many attempts."""
    return Terms(
        opens_at=times.opens_at,
        due_at=times.due_at,
        closes_at=times.closes_at,
        extended=times.extended,
        late_policy=times.late,
        attempts=times.attempts,
        attempts_left=None if times.attempts is None else max(times.attempts - used, 0),
        late_now=times.is_late(at),
        late_percent_now=times.percent_off(at),
        refusal=times.refusal(at, used),
    )


def admit(
    session: Session, assignment: AssignmentRow, at: datetime, person_ids: list[str], team_id: str | None = None
) -> None:
    """Let a new hand-in through, or refuse it; called in the transaction that keeps it, with the time it gets.

    Args:
        session: the session of the change.
        assignment: the assignment.
        at: when it came.
        person_ids: for whom it is.
        team_id: the team that hands in, which is locked; without it, the one person.

    Raises:
        NotFound: before the assignment opens.
        LearnspaceError: 409 ``closed``, ``late_not_taken`` or ``no_attempts_left``.
    """
    times = times_of(assignment)
    if not times.is_open(at):
        raise NotFound("The assignment")
    if times.attempts is not None:
        # One hand-in of a learner at a time, so that two at once cannot both be the last one.
        if team_id is None:
            session.execute(select(PersonRow.id).where(PersonRow.id == person_ids[0]).with_for_update(key_share=True))
        used = used_attempts(session, assignment, person_ids[0], team_id)
    else:
        used = 0
    if times.refusal(at, used) is None:
        return
    times = Granted(session, [assignment.course_id], person_ids).times(assignment, *person_ids)
    reason = times.refusal(at, used)
    if reason is not None:
        raise LearnspaceError(reason, _words(reason, times), 409)


def admit_again(session: Session, assignment: AssignmentRow, at: datetime, person_ids: list[str]) -> None:
    """Let an older version of a learner's, or a team's, count again, or refuse it; it costs no attempt.

    Raises:
        NotFound: before the assignment opens.
        LearnspaceError: 409 ``closed`` or ``late_not_taken``.
    """
    times = times_of(assignment)
    if not times.is_open(at):
        raise NotFound("The assignment")
    if times.refusal(at, 0) is None:
        return
    times = Granted(session, [assignment.course_id], person_ids).times(assignment, *person_ids)
    reason = times.refusal(at, 0)
    if reason is not None:
        kept = "These files came before and their receipt stands, but what you handed in last counts."
        raise LearnspaceError(reason, f"{kept} {_words(reason, times)}", 409)


def used_attempts(session: Session, assignment: AssignmentRow, person_id: str, team_id: str | None = None) -> int:
    """Return how often the learner, or the team, has handed in; the same bytes again do not count."""
    query = select(func.count()).select_from(SubmissionRow).filter_by(assignment_id=assignment.id, team_id=team_id)
    return session.scalar(query if team_id else query.filter_by(person_id=person_id)) or 0


def _words(reason: WhyRefused, times: Times) -> str:
    if reason == "no_attempts_left":
        return f"All {times.attempts} attempts are used. What you handed in last counts; ask your teacher for another."
    if reason == "closed":
        return f"This closed at {_moment(times.closes_at)}. Ask your teacher for more time."
    return f"This was due at {_moment(times.due_at)}, and late work is not taken. Ask your teacher for more time."


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else ""


def _grant(row: AccommodationRow) -> Grant:
    return Grant(due_at=row.due_at, extra_minutes=row.extra_minutes, extra_attempts=row.extra_attempts)
