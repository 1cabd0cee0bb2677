"""The tables of teams, read: who is in which, who is in none, who may be joined."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from learnspace_assignments.models.accommodations import CourseLearner
from learnspace_assignments.models.teams import OpenTeam, TaughtTeams, Team, TeamChoice, TeamMember
from learnspace_assignments.tables import AssignmentRow, SubmissionRow, TeamMemberRow, TeamRow
from learnspace_core.errors import NotFound
from learnspace_core.paths import alike
from learnspace_people.tables import EnrolmentRow, PersonRow


def taught_teams(session: Session, row: AssignmentRow) -> TaughtTeams:
    """Return the teams of an assignment, by name, and the learners who are in none."""
    teams = _teams(session, row)
    placed = {member.username for team in teams for member in team.members}
    learners = [
        CourseLearner(username=person.username, name=person.name, section=section)
        for person, section in learners_of(session, row)
        if person.username not in placed
    ]
    return TaughtTeams(size=row.team_size, signup=row.team_signup, teams=teams, without=learners)


def team_choice(session: Session, row: AssignmentRow, person_id: str) -> TeamChoice:
    """Return a learner's team, and those to choose from where learners choose."""
    teams = _teams(session, row) if row.team_size > 1 else []
    own = team_of(session, row, person_id)
    return TeamChoice(
        size=row.team_size,
        signup=row.team_signup,
        mine=next((team for team in teams if own is not None and team.id == own.id), None),
        teams=[
            OpenTeam(
                id=team.id,
                name=team.name,
                members=[member.name or member.username for member in team.members],
                places=max(row.team_size - len(team.members), 0),
                handed_in=team.handed_in,
            )
            for team in teams
            if row.team_signup
        ],
    )


def team_of(session: Session, row: AssignmentRow, person_id: str) -> TeamRow | None:
    """Return the team that a person is in, where the assignment is done in teams."""
    if row.team_size == 1:
        return None
    query = select(TeamRow).join(TeamMemberRow).where(TeamMemberRow.person_id == person_id)
    return session.scalar(query.where(TeamRow.assignment_id == row.id))


def get_team(session: Session, row: AssignmentRow, team_id: str) -> TeamRow:
    """Return a team of that assignment.

    Raises:
        NotFound: if the assignment has none with this id.
    """
    team = session.get(TeamRow, team_id)
    if team is None or team.assignment_id != row.id:
        raise NotFound("The team")
    return team


def team_names(session: Session, row: AssignmentRow) -> dict[str, str]:
    """Return the names of an assignment's teams by their ids."""
    return dict(session.execute(select(TeamRow.id, TeamRow.name).filter_by(assignment_id=row.id)).all())


def team_by_person(session: Session, row: AssignmentRow) -> dict[str, str]:
    """Return the name of each person's team, by person."""
    query = select(TeamMemberRow.person_id, TeamRow.name).join(TeamRow, TeamRow.id == TeamMemberRow.team_id)
    return dict(session.execute(query.where(TeamRow.assignment_id == row.id)).all())


def members_of(session: Session, row: AssignmentRow) -> dict[str, list[PersonRow]]:
    """Return the members of all teams of an assignment, by name."""
    return _members(session, TeamMemberRow.assignment_id == row.id)


def members_in(session: Session, team_ids: Collection[str]) -> dict[str, list[PersonRow]]:
    """Return the members of these teams, by name."""
    return _members(session, TeamMemberRow.team_id.in_(team_ids))


def _members(session: Session, which: ColumnElement[bool]) -> dict[str, list[PersonRow]]:
    """Return the members of teams, by name; who does not learn in the course any more is none."""
    query = (
        select(TeamMemberRow.team_id, PersonRow)
        .join(PersonRow, PersonRow.id == TeamMemberRow.person_id)
        .join(AssignmentRow, AssignmentRow.id == TeamMemberRow.assignment_id)
        .join(EnrolmentRow, EnrolmentRow.person_id == PersonRow.id)
        .where(which, *_learns(AssignmentRow.course_id))
        .order_by(PersonRow.name, PersonRow.username)
    )
    found: dict[str, list[PersonRow]] = defaultdict(list)
    for team_id, person in session.execute(query):
        # Who learns there in two terms is one member.
        if person not in found[team_id]:
            found[team_id].append(person)
    return found


def has_handed_in(session: Session, team_id: str) -> bool:
    """Tell whether a team has handed in."""
    return bool(session.scalar(select(exists().where(SubmissionRow.team_id == team_id))))


def lock_team(session: Session, team_id: str) -> None:
    """Let one at a time hand in for a team, join it or leave it.

    Raises:
        NotFound: if the team is gone.
    """
    held = session.scalar(select(TeamRow.id).where(TeamRow.id == team_id).with_for_update(key_share=True))
    if held is None:
        raise NotFound("The team")


def _teams(session: Session, row: AssignmentRow) -> list[Team]:
    members = members_of(session, row)
    query = select(SubmissionRow.team_id).filter_by(assignment_id=row.id).where(SubmissionRow.team_id.is_not(None))
    handed_in = set(session.scalars(query))
    teams = session.scalars(select(TeamRow).filter_by(assignment_id=row.id))
    return [
        Team(
            id=team.id,
            name=team.name,
            members=[TeamMember(username=one.username, name=one.name) for one in members.get(team.id, [])],
            handed_in=team.id in handed_in,
        )
        for team in sorted(teams, key=lambda team: _in_order(team.name))
    ]


def _in_order(name: str) -> tuple[str, int, str]:
    # Team 10 comes after Team 9.
    words, number = name.rstrip("0123456789"), name[len(name.rstrip("0123456789")) :]
    return alike(words), int(number or 0), name


def learners_of(session: Session, row: AssignmentRow) -> list[tuple[PersonRow, str]]:
    """Return the learners of the assignment's course, by name, each with the section they are in."""
    query = (
        select(PersonRow, EnrolmentRow.section)
        .join(EnrolmentRow)
        .where(*_learns(row.course_id))
        .order_by(PersonRow.name, PersonRow.username)
    )
    # Who learns there in two terms is one learner.
    return list({person.id: (person, section) for person, section in session.execute(query)}.values())


def _learns(course: str | InstrumentedAttribute[str]) -> tuple[ColumnElement[bool], ...]:
    return EnrolmentRow.course_id == course, EnrolmentRow.role == "learner", PersonRow.removed_at.is_(None)
