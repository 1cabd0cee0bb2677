"""How teams come about and change: the rules of making, joining, leaving and being put in.

Every change locks the assignment first, so that of two who want the last place, or the same name, one comes second.
"""

from __future__ import annotations

import math
import random
import uuid

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learnspace_assignments.store.assignments import note
from learnspace_assignments.store.teams import (
    has_handed_in,
    learners_of,
    lock_team,
    members_in,
    members_of,
)
from learnspace_assignments.tables import AssignmentRow, TeamMemberRow, TeamRow
from learnspace_core.errors import LearnspaceError, NotFound
from learnspace_core.paths import alike
from learnspace_people.tables import PersonRow

MOST_TEAMS = 1000
"""Teams of one assignment."""


def make_team(session: Session, row: AssignmentRow, name: str, actor_id: str, *, by_learner: bool = False) -> TeamRow:
    """Make a team without members.

    Raises:
        LearnspaceError: 409 ``no_teams`` if the work is done alone, ``team_name_taken`` or ``too_many_teams``.
    """
    _lock(session, row)
    _check_name(session, row, name)
    team = _new_team(session, row, name, by_learner=by_learner)
    _note(session, row, team, actor_id, "made")
    return team


def rename_team(session: Session, row: AssignmentRow, team: TeamRow, name: str, actor_id: str) -> None:
    """Give a team another name.

    Raises:
        LearnspaceError: 409 ``team_name_taken``.
    """
    _lock(session, row)
    if team.name == name:
        return
    _check_name(session, row, name, team.id)
    team.name = name
    session.flush()
    _note(session, row, team, actor_id, "renamed")


def remove_team(session: Session, row: AssignmentRow, team: TeamRow, actor_id: str) -> None:
    """Remove a team; its members are in none then.

    Raises:
        LearnspaceError: 409 ``team_handed_in``.
    """
    _lock(session, row)
    lock_team(session, team.id)
    if has_handed_in(session, team.id):
        raise LearnspaceError(
            "team_handed_in", "This team has handed in, and that stays. Take its members out of it instead.", 409
        )
    _note(session, row, team, actor_id, "removed")
    session.delete(team)
    session.flush()


def put_in(session: Session, row: AssignmentRow, team: TeamRow, username: str, actor_id: str) -> None:
    """Put a learner of the course into a team, out of the one they are in; what was handed in there stays theirs.

    Raises:
        NotFound: if nobody of that name learns in the course.
        LearnspaceError: 409 ``team_full``.
    """
    _lock(session, row)
    _enter(session, row, team, _learner_id(session, row, username), actor_id, "put_in")


def take_out(session: Session, row: AssignmentRow, team: TeamRow, username: str, actor_id: str) -> None:
    """Take a member out of a team; what was handed in while they were in it stays theirs."""
    _lock(session, row)
    query = select(TeamMemberRow).join(PersonRow).where(PersonRow.username == username)
    held = session.scalar(query.where(TeamMemberRow.team_id == team.id))
    if held is not None:
        _leave(session, row, held, actor_id, "took_out")


def join(session: Session, row: AssignmentRow, team: TeamRow, person_id: str) -> None:
    """Let a learner join a team.

    Raises:
        LearnspaceError: 409 ``no_signup``, ``in_a_team``, ``team_handed_in`` or ``team_full``.
    """
    _check_may_choose(session, row, person_id, team.id)
    if (held := _held(session, row, person_id)) is not None and held.team_id == team.id:
        return
    lock_team(session, team.id)
    if has_handed_in(session, team.id):
        raise LearnspaceError(
            "team_handed_in", "This team has handed in already. Join another, or ask your teacher to put you in.", 409
        )
    _enter(session, row, team, person_id, person_id, "joined")


def found_team(session: Session, row: AssignmentRow, name: str, person_id: str) -> None:
    """Let a learner make a team and join it.

    Raises:
        LearnspaceError: 409 ``no_signup``, ``in_a_team`` or ``team_name_taken``.
    """
    _check_may_choose(session, row, person_id)
    _enter(session, row, make_team(session, row, name, person_id, by_learner=True), person_id, person_id, "joined")


def leave(session: Session, row: AssignmentRow, person_id: str) -> None:
    """Let a learner leave their team; who is in none has left it already.

    Raises:
        LearnspaceError: 409 ``no_signup`` or ``team_handed_in``.
    """
    _lock(session, row)
    held = _held(session, row, person_id)
    if held is None:
        return
    if not row.team_signup:
        raise _no_signup()
    lock_team(session, held.team_id)
    if has_handed_in(session, held.team_id):
        raise LearnspaceError(
            "team_handed_in", "Your team has handed in, so you stay in it. Ask your teacher for a change.", 409
        )
    _leave(session, row, held, person_id, "left")


def form_at_random(session: Session, row: AssignmentRow, size: int, name: str, actor_id: str) -> None:
    """Put all learners who are in no team into new teams, at random and as even as can be; nobody is moved.

    Raises:
        LearnspaceError: 422 ``bad_request`` if a team may not be so large; see ``make_team``.
    """
    _lock(session, row)
    if size > row.team_size:
        raise LearnspaceError(
            "bad_request", f"The request is not right: size: a team may have at most {row.team_size}.", 422
        )
    placed = {one.id for members in members_of(session, row).values() for one in members}
    waiting = [person.id for person, _ in learners_of(session, row) if person.id not in placed]
    random.SystemRandom().shuffle(waiting)
    count = math.ceil(len(waiting) / size)
    taken = {alike(team) for team in session.scalars(select(TeamRow.name).filter_by(assignment_id=row.id))}
    numbers = (number for number in range(1, 2 * MOST_TEAMS) if alike(f"{name} {number}") not in taken)
    formed = {}
    for place in range(count):
        team = _new_team(session, row, f"{name} {next(numbers)}")
        people = waiting[place::count]
        session.add_all(TeamMemberRow(assignment_id=row.id, person_id=each, team_id=team.id) for each in people)
        formed[team.id] = " ".join(people)
    session.flush()
    if formed:
        note(session, actor_id, "formed_teams", "assignment", str(row.id), row, context=formed)


def _new_team(session: Session, row: AssignmentRow, name: str, *, by_learner: bool = False) -> TeamRow:
    if row.team_size == 1:
        raise LearnspaceError(
            "no_teams", "This assignment is done alone. Let its settings have more than one in a team first.", 409
        )
    if (session.scalar(select(func.count()).select_from(TeamRow).filter_by(assignment_id=row.id)) or 0) >= MOST_TEAMS:
        raise LearnspaceError("too_many_teams", f"There are {MOST_TEAMS} teams already. Remove some first.", 409)
    team = TeamRow(id=uuid.uuid4().hex, assignment_id=row.id, name=name, by_learner=by_learner)
    session.add(team)
    session.flush()
    return team


def _lock(session: Session, row: AssignmentRow) -> None:
    session.execute(select(AssignmentRow.id).where(AssignmentRow.id == row.id).with_for_update(key_share=True))


def _check_may_choose(session: Session, row: AssignmentRow, person_id: str, wanted: str = "") -> None:
    _lock(session, row)
    if row.team_size == 1 or not row.team_signup:
        raise _no_signup()
    held = _held(session, row, person_id)
    if held is not None and held.team_id != wanted:
        raise LearnspaceError("in_a_team", "You are in a team already. Leave it first, then join another.", 409)


def _no_signup() -> LearnspaceError:
    return LearnspaceError(
        "no_signup", "Your teacher puts the teams of this assignment together. Ask your teacher for a change.", 409
    )


def _enter(session: Session, row: AssignmentRow, team: TeamRow, person_id: str, actor_id: str, verb: str) -> None:
    held = _held(session, row, person_id)
    if held is not None and held.team_id == team.id:
        return
    lock_team(session, team.id)
    if len(members_in(session, [team.id])[team.id]) >= row.team_size:
        raise LearnspaceError(
            "team_full", f"{team.name} is full: a team may have {row.team_size}. Choose another one.", 409
        )
    if held is not None:
        _leave(session, row, held, actor_id, "took_out")
    session.add(TeamMemberRow(assignment_id=row.id, person_id=person_id, team_id=team.id))
    session.flush()
    _note(session, row, team, actor_id, verb, person_id)


def _leave(session: Session, row: AssignmentRow, held: TeamMemberRow, actor_id: str, verb: str) -> None:
    team = session.get_one(TeamRow, held.team_id)
    lock_team(session, team.id)
    _note(session, row, team, actor_id, verb, held.person_id)
    session.delete(held)
    session.flush()
    empty = session.scalar(select(TeamMemberRow.person_id).filter_by(team_id=team.id).limit(1)) is None
    if team.by_learner and empty and not has_handed_in(session, team.id):
        session.delete(team)
        session.flush()


def _held(session: Session, row: AssignmentRow, person_id: str) -> TeamMemberRow | None:
    return session.get(TeamMemberRow, (row.id, person_id))


def _check_name(session: Session, row: AssignmentRow, name: str, but: str = "") -> None:
    others = session.execute(select(TeamRow.id, TeamRow.name).filter_by(assignment_id=row.id))
    if any(alike(other) == alike(name) for team_id, other in others if team_id != but):
        raise LearnspaceError("team_name_taken", "Another team has this name already. Choose another name.", 409)


def _learner_id(session: Session, row: AssignmentRow, username: str) -> str:
    found = next((person.id for person, _ in learners_of(session, row) if person.username == username), None)
    if found is None:
        raise NotFound("The learner")
    return found


def _note(session: Session, row: AssignmentRow, team: TeamRow, actor_id: str, verb: str, person_id: str = "") -> None:
    context = {"team": team.name} | ({"person": person_id} if person_id else {})
    note(session, actor_id, verb, "team", team.id, row, context=context)
