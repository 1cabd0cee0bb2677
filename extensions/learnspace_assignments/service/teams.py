"""HTTP of teams.

Rights: teachers of the course make, name and fill the teams of its assignments. Learners see the team that they are in
and, where the settings let them choose, make one, join one and leave it. A team of another assignment does not exist.
"""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from learnspace_assignments import store
from learnspace_assignments.models import JoinTeam, NewTeam, RandomTeams, TaughtTeams, TeamChoice
from learnspace_assignments.store import forming
from learnspace_assignments.store.teams import get_team, taught_teams, team_choice
from learnspace_assignments.tables import AssignmentRow
from learnspace_core.database import Database
from learnspace_core.rights import require_role
from learnspace_core.routers import api_router
from learnspace_core.signin import Caller

api = api_router("teams")


@api.get("/teach/{course}/{name}/teams")
def teams(request: Request, caller: Caller, course: str, name: str) -> TaughtTeams:
    """List the teams of an assignment and the learners who are in none."""
    require_role(caller, "teacher", course)
    with _database(request).read() as session:
        return taught_teams(session, _taught(session, course, name))


@api.post("/teach/{course}/{name}/teams", status_code=201)
def make_team(request: Request, caller: Caller, course: str, name: str, wanted: NewTeam) -> TaughtTeams:
    """Make a team without members."""
    require_role(caller, "teacher", course)
    with _database(request).write() as session:
        row = _taught(session, course, name)
        forming.make_team(session, row, wanted.name, caller.id)
        return taught_teams(session, row)


@api.post("/teach/{course}/{name}/teams/random", status_code=201)
def form_teams(request: Request, caller: Caller, course: str, name: str, wanted: RandomTeams) -> TaughtTeams:
    """Put all who are in no team into new ones, at random; nobody is moved."""
    require_role(caller, "teacher", course)
    with _database(request).write() as session:
        row = _taught(session, course, name)
        forming.form_at_random(session, row, wanted.size, wanted.name, caller.id)
        return taught_teams(session, row)


@api.put("/teach/{course}/{name}/teams/{team_id}")
def rename_team(request: Request, caller: Caller, course: str, name: str, team_id: str, wanted: NewTeam) -> TaughtTeams:
    """Give a team another name."""
    require_role(caller, "teacher", course)
    with _database(request).write() as session:
        row = _taught(session, course, name)
        forming.rename_team(session, row, get_team(session, row, team_id), wanted.name, caller.id)
        return taught_teams(session, row)


@api.delete("/teach/{course}/{name}/teams/{team_id}", status_code=204, response_class=Response)
def remove_team(request: Request, caller: Caller, course: str, name: str, team_id: str) -> None:
    """Remove a team that has not handed in; its members are in none then."""
    require_role(caller, "teacher", course)
    with _database(request).write() as session:
        row = _taught(session, course, name)
        forming.remove_team(session, row, get_team(session, row, team_id), caller.id)


@api.put("/teach/{course}/{name}/teams/{team_id}/members/{username}")
def put_in(request: Request, caller: Caller, course: str, name: str, team_id: str, username: str) -> TaughtTeams:
    """Put a learner into a team, out of the one they are in."""
    require_role(caller, "teacher", course)
    with _database(request).write() as session:
        row = _taught(session, course, name)
        forming.put_in(session, row, get_team(session, row, team_id), username, caller.id)
        return taught_teams(session, row)


@api.delete("/teach/{course}/{name}/teams/{team_id}/members/{username}", status_code=204, response_class=Response)
def take_out(request: Request, caller: Caller, course: str, name: str, team_id: str, username: str) -> None:
    """Take a member out of a team; what was handed in while they were in it stays theirs."""
    require_role(caller, "teacher", course)
    with _database(request).write() as session:
        row = _taught(session, course, name)
        forming.take_out(session, row, get_team(session, row, team_id), username, caller.id)


@api.get("/assignments/{course}/{name}/teams")
def my_choice(request: Request, caller: Caller, course: str, name: str) -> TeamChoice:
    """Return the caller's team, and those that they may join."""
    require_role(caller, "learner", course)
    with _database(request).read() as session:
        return team_choice(session, store.get_assignment_for(session, caller, course, name), caller.id)


@api.post("/assignments/{course}/{name}/teams", status_code=201)
def found_team(request: Request, caller: Caller, course: str, name: str, wanted: NewTeam) -> TeamChoice:
    """Make a team and join it."""
    require_role(caller, "learner", course)
    with _database(request).write() as session:
        row = store.get_assignment_for(session, caller, course, name)
        forming.found_team(session, row, wanted.name, caller.id)
        return team_choice(session, row, caller.id)


@api.put("/assignments/{course}/{name}/team")
def join(request: Request, caller: Caller, course: str, name: str, wanted: JoinTeam) -> TeamChoice:
    """Join a team."""
    require_role(caller, "learner", course)
    with _database(request).write() as session:
        row = store.get_assignment_for(session, caller, course, name)
        forming.join(session, row, get_team(session, row, wanted.team), caller.id)
        return team_choice(session, row, caller.id)


@api.delete("/assignments/{course}/{name}/team", status_code=204, response_class=Response)
def leave(request: Request, caller: Caller, course: str, name: str) -> None:
    """Leave the team that the caller is in, as long as it has not handed in."""
    require_role(caller, "learner", course)
    with _database(request).write() as session:
        forming.leave(session, store.get_assignment_for(session, caller, course, name), caller.id)


def _taught(session: Session, course: str, name: str) -> AssignmentRow:
    return store.get_assignment(session, course, name, released=False)


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database
