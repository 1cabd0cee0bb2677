"""What the tests of teams share: an assignment for teams of two, and four who learn."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from learnspace_assignments import store
from learnspace_assignments.tables import TeamMemberRow, TeamRow
from learnspace_core.database import Database
from learnspace_people import store as people
from learnspace_people.models import Enrolment

Client = Callable[[str], httpx.AsyncClient]
HERE, TAUGHT = "assignments/art/doubling", "teach/art/doubling"


def enrol(database: Database, *usernames: str, course: str = "art") -> None:
    """Let more people learn in a course."""
    with database.write() as session:
        for username in usernames:
            person = people.ensure_person(session, username, username.title())
            enrolment = Enrolment.model_validate({"role": "learner", "institution": "school", "course": course})
            people.ensure_enrolment(session, person.id, enrolment)


def in_teams(database: Database, *, size: int = 2, signup: bool = False, **teams: str) -> None:
    """Make ``doubling`` an assignment for teams, and put the named people, with spaces between, into these teams."""
    with database.write() as session:
        row = store.get_assignment(session, "art", "doubling")
        row.team_size, row.team_signup = size, signup
        for name, usernames in teams.items():
            session.add(TeamRow(id=name, assignment_id=row.id, name=name.title()))
            session.flush()
            for username in usernames.split():
                person = people.find_person(session, username)
                assert person is not None
                session.add(TeamMemberRow(assignment_id=row.id, person_id=person.id, team_id=name))


async def hand_in(client: Client, username: str, body: str = "{}") -> httpx.Response:
    """Hand in one file."""
    files = [("files", ("doubling.ipynb", body.encode()))]
    return await client(username).post(f"{HERE}/submissions", files=files)


def code(answer: httpx.Response) -> tuple[int, str]:
    """Return status and code of a failing answer."""
    return answer.status_code, answer.json()["code"]


def members(answer: httpx.Response) -> dict[str, list[str]]:
    """Return who is in which team."""
    return {team["name"]: [one["username"] for one in team["members"]] for team in answer.json()["teams"]}
