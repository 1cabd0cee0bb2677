"""Whom a submission counts for: who handed it in, or everybody who was in the team then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from learnspace_assignments.models.teams import Team, TeamMember
from learnspace_assignments.store.teams import lock_team, members_in, team_of
from learnspace_assignments.store.terms import Granted, learner_times
from learnspace_assignments.tables import AssignmentRow, SubmissionMemberRow, SubmissionRow, TeamMemberRow, TeamRow
from learnspace_assignments.times import Times
from learnspace_people.tables import PersonRow


class HandingIn(NamedTuple):
    """Who hands in: a team and whom it counts for, or with no team the person alone."""

    person_ids: list[str]
    team: TeamRow | None = None
    usernames: list[str] | None = None


def who_hands_in(session: Session, row: AssignmentRow, person_id: str) -> HandingIn | None:
    """Return for whom a person hands in; None if the assignment is for teams and they are in none.

    A team is locked: of its members one hands in at a time, and none leaves meanwhile.
    """
    if row.team_size == 1:
        return HandingIn([person_id])
    team = team_of(session, row, person_id)
    if team is None:
        return None
    lock_team(session, team.id)
    members = members_in(session, [team.id])[team.id]
    if person_id not in {member.id for member in members}:
        # Taken out while it waited for the lock.
        return None
    return HandingIn([member.id for member in members], team, sorted(member.username for member in members))


def counts_for(session: Session, rows: Iterable[SubmissionRow]) -> dict[str, list[PersonRow]]:
    """Return whom each of a team's submissions counts for, by name; what was handed in alone is not in it."""
    return members_of_work(session, {row.id for row in rows if row.team_id is not None})


def members_of_work(session: Session, submission_ids: Collection[str]) -> dict[str, list[PersonRow]]:
    """Return whom these submissions of teams count for, by name."""
    found: dict[str, list[PersonRow]] = defaultdict(list)
    if not submission_ids:
        return found
    query = (
        select(SubmissionMemberRow.submission_id, PersonRow)
        .join(PersonRow, PersonRow.id == SubmissionMemberRow.person_id)
        .where(SubmissionMemberRow.submission_id.in_(submission_ids))
        .order_by(PersonRow.name, PersonRow.username)
    )
    for submission_id, person in session.execute(query):
        found[submission_id].append(person)
    return found


def person_ids_of(session: Session, row: SubmissionRow) -> list[str]:
    """Return whom a submission counts for."""
    if row.team_id is None:
        return [row.person_id]
    return [person.id for person in counts_for(session, [row])[row.id]]


def is_theirs(person_id: str) -> ColumnElement[bool]:
    """Return the condition of every submission that counts for a person."""
    teams = select(SubmissionMemberRow.submission_id).where(SubmissionMemberRow.person_id == person_id)
    return or_(and_(SubmissionRow.person_id == person_id, SubmissionRow.team_id.is_(None)), SubmissionRow.id.in_(teams))


def may_read(session: Session, row: SubmissionRow, person_id: str) -> bool:
    """Tell whether a submission is one of the person's own."""
    return row.person_id == person_id or (
        row.team_id is not None and session.get(SubmissionMemberRow, (row.id, person_id)) is not None
    )


def submission_times(session: Session, assignment: AssignmentRow, row: SubmissionRow) -> Times:
    """Return the times by which a submission is judged; of a team's members' the most generous."""
    ids = person_ids_of(session, row)
    return Granted(session, [assignment.course_id], ids).times(assignment, *ids)


def newest_times(session: Session, assignment: AssignmentRow, person_id: str) -> Times:
    """Return the times by which a person's newest submission is judged."""
    own = _newest_of(session, assignment, person_id)
    return submission_times(session, assignment, own) if own else learner_times(session, assignment, person_id)


def share_work(session: Session, assignment: AssignmentRow, person_id: str) -> list[PersonRow]:
    """Return who else has, as their newest, the team's submission that is a person's newest."""
    own = _newest_of(session, assignment, person_id)
    return [each for each in _whose_newest(session, assignment, own) if each.id != person_id] if own else []


def stands_for(session: Session, assignment: AssignmentRow, row: SubmissionRow) -> PersonRow | None:
    """Return under whose name a team's submission is graded: who handed it in, or the first whose newest it is.

    None for what was handed in alone, and if everybody has a newer one.
    """
    found = _whose_newest(session, assignment, row)
    return next((each for each in found if each.id == row.person_id), found[0] if found else None)


def is_superseded(session: Session, row: SubmissionRow) -> bool:
    """Tell whether a team has handed in since."""
    later = select(SubmissionRow.id).where(
        SubmissionRow.team_id == row.team_id, SubmissionRow.handed_in_at > row.handed_in_at
    )
    return session.scalar(later.limit(1)) is not None


class OwnTeams:
    """The teams that a person is in, read once for many assignments.

    Args:
        session: where they are read.
        person_id: the person.
        rows: the assignments; those that are done alone are left out.
    """

    def __init__(self, session: Session, person_id: str, rows: Iterable[AssignmentRow]) -> None:
        self._teams: dict[int, TeamRow] = {}
        self._members: dict[str, list[PersonRow]] = {}
        self._used: dict[str, int] = {}
        together = [row.id for row in rows if row.team_size > 1]
        if not together:
            return
        query = (
            select(TeamRow)
            .join(TeamMemberRow)
            .where(TeamMemberRow.person_id == person_id, TeamRow.assignment_id.in_(together))
        )
        for team in session.scalars(query):
            self._teams[team.assignment_id] = team
        count = select(SubmissionRow.team_id, func.count()).group_by(SubmissionRow.team_id)
        ids = [team.id for team in self._teams.values()]
        self._members = members_in(session, ids)
        for team_id, used in session.execute(count.where(SubmissionRow.team_id.in_(ids))):
            self._used[team_id or ""] = used

    def person_ids(self) -> set[str]:
        """Return everybody who is in one of the teams."""
        return {person.id for members in self._members.values() for person in members}

    def members(self, assignment_id: int) -> list[str]:
        """Return who is in the team of an assignment."""
        team = self._teams.get(assignment_id)
        return [person.id for person in self._members.get(team.id, [])] if team else []

    def used(self, assignment_id: int) -> int:
        """Return how often the team of an assignment has handed in."""
        team = self._teams.get(assignment_id)
        return self._used.get(team.id, 0) if team else 0

    def shown(self, assignment_id: int) -> Team | None:
        """Return the team of an assignment as its members see it."""
        team = self._teams.get(assignment_id)
        if team is None:
            return None
        members = [TeamMember(username=one.username, name=one.name) for one in self._members.get(team.id, [])]
        return Team(id=team.id, name=team.name, members=members, handed_in=self._used.get(team.id, 0) > 0)


def _whose_newest(session: Session, assignment: AssignmentRow, row: SubmissionRow) -> list[PersonRow]:
    """Return whose newest submission a team's is, by name; one query a member, whatever the size of the class."""
    members = counts_for(session, [row])[row.id]
    return [each for each in members if (own := _newest_of(session, assignment, each.id)) and own.id == row.id]


def _newest_of(session: Session, assignment: AssignmentRow, person_id: str) -> SubmissionRow | None:
    query = select(SubmissionRow).where(is_theirs(person_id), SubmissionRow.assignment_id == assignment.id)
    return session.scalar(query.order_by(SubmissionRow.handed_in_at.desc(), SubmissionRow.id.desc()).limit(1))
