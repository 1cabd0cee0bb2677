"""Who forms teams, who joins and leaves them, and what nobody can do to a team that is not theirs."""

from __future__ import annotations

import asyncio

import pytest

from learnspace_assignments import store
from learnspace_core.database import Database
from learnspace_core.models import FileEntry
from tests.learnspace_assignments.teams import HERE, TAUGHT, Client, code, enrol, hand_in, in_teams, members

only_sqlite = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


@pytest.fixture
def released(school: Database) -> Database:
    """The assignment ``doubling`` of ``art``, released, and four who learn there."""
    enrol(school, "cat", "dan")
    with school.write() as session:
        row = store.ensure_assignment(session, "art", "doubling", "Doubling")
        store.release(session, row, [FileEntry(path="doubling.ipynb", sha256="0" * 64, size=1)], 5)
    return school


@only_sqlite
async def test_a_teacher_forms_renames_and_removes_teams(client: Client, released: Database) -> None:
    ted = client("ted")
    assert code(await ted.post(f"{TAUGHT}/teams", json={"name": "Red"})) == (409, "no_teams")
    in_teams(released, size=2)
    assert members(await ted.post(f"{TAUGHT}/teams", json={"name": " Red "})) == {"Red": []}
    assert code(await ted.post(f"{TAUGHT}/teams", json={"name": "RED"})) == (409, "team_name_taken")
    assert code(await ted.post(f"{TAUGHT}/teams", json={"name": " \u200b"})) == (422, "bad_request")
    (red,) = [team["id"] for team in (await ted.get(f"{TAUGHT}/teams")).json()["teams"]]
    for username in ("amy", "bob"):
        put = await ted.put(f"{TAUGHT}/teams/{red}/members/{username}")
    assert members(put) == {"Red": ["amy", "bob"]}
    assert [one["username"] for one in put.json()["without"]] == ["cat", "dan"]
    assert code(await ted.put(f"{TAUGHT}/teams/{red}/members/cat")) == (409, "team_full")
    assert (await ted.put(f"{TAUGHT}/teams/{red}/members/amy")).status_code == 200
    for stranger in ("eve", "ted", "nobody", "unheard"):
        assert code(await ted.put(f"{TAUGHT}/teams/{red}/members/{stranger}")) == (404, "not_found")
    assert members(await ted.put(f"{TAUGHT}/teams/{red}", json={"name": "Blue"})) == {"Blue": ["amy", "bob"]}
    for _ in range(2):
        assert (await ted.delete(f"{TAUGHT}/teams/{red}/members/amy")).status_code == 204
    assert members(await ted.get(f"{TAUGHT}/teams")) == {"Blue": ["bob"]}
    assert (await ted.delete(f"{TAUGHT}/teams/{red}")).status_code == 204
    assert len((await ted.get(f"{TAUGHT}/teams")).json()["without"]) == 4


@only_sqlite
async def test_moving_into_another_team_leaves_the_first(client: Client, released: Database) -> None:
    in_teams(released, red="amy bob", blue="")
    assert members(await client("ted").put(f"{TAUGHT}/teams/blue/members/amy")) == {"Blue": ["amy"], "Red": ["bob"]}


@only_sqlite
async def test_teams_at_random_are_even_and_move_nobody(client: Client, released: Database) -> None:
    enrol(released, "fay", "gus")
    in_teams(released, size=3, red="amy")
    ted = client("ted")
    assert code(await ted.post(f"{TAUGHT}/teams/random", json={"size": 4})) == (422, "bad_request")
    made = members(await ted.post(f"{TAUGHT}/teams/random", json={"size": 3, "name": "小组"}))
    assert made["Red"] == ["amy"]
    assert sorted(len(each) for name, each in made.items() if name != "Red") == [2, 3]
    assert set(made) == {"Red", "小组 1", "小组 2"}
    assert sorted(each for every in made.values() for each in every) == ["amy", "bob", "cat", "dan", "fay", "gus"]
    # Nobody is left, so nothing changes the second time.
    assert members(await ted.post(f"{TAUGHT}/teams/random", json={"size": 3})) == made


@only_sqlite
async def test_learners_make_join_and_leave_teams(client: Client, released: Database) -> None:
    in_teams(released, signup=True, blue="")
    amy, bob, cat = client("amy"), client("bob"), client("cat")
    mine = (await amy.post(f"{HERE}/teams", json={"name": "Red"})).json()["mine"]
    assert (mine["name"], [one["username"] for one in mine["members"]]) == ("Red", ["amy"])
    assert code(await amy.post(f"{HERE}/teams", json={"name": "Green"})) == (409, "in_a_team")
    assert code(await amy.put(f"{HERE}/team", json={"team": "blue"})) == (409, "in_a_team")
    for _ in range(2):
        assert (await bob.put(f"{HERE}/team", json={"team": mine["id"]})).status_code == 200
    assert code(await cat.put(f"{HERE}/team", json={"team": mine["id"]})) == (409, "team_full")
    seen = (await cat.get(f"{HERE}/teams")).json()
    assert [(one["name"], one["members"], one["places"]) for one in seen["teams"]] == [
        ("Blue", [], 2),
        ("Red", ["Amy", "Bob"], 0),
    ]
    assert seen["mine"] is None
    assert (await cat.get(HERE)).json()["refusal"] == "no_team"
    assert (await bob.get(HERE)).json()["team"]["name"] == "Red"
    for learner in (amy, bob, bob):
        assert (await learner.delete(f"{HERE}/team")).status_code == 204
    # What a learner made goes with its last member; what the teacher made stays.
    assert [one["name"] for one in (await cat.get(f"{HERE}/teams")).json()["teams"]] == ["Blue"]


@only_sqlite
async def test_a_team_that_has_handed_in_is_neither_left_nor_joined_nor_removed(
    client: Client, released: Database
) -> None:
    in_teams(released, signup=True, red="amy", blue="cat")
    assert (await hand_in(client, "amy")).status_code == 201
    assert code(await client("amy").delete(f"{HERE}/team")) == (409, "team_handed_in")
    assert code(await client("bob").put(f"{HERE}/team", json={"team": "red"})) == (409, "team_handed_in")
    assert code(await client("ted").delete(f"{TAUGHT}/teams/red")) == (409, "team_handed_in")
    assert (await client("cat").delete(f"{HERE}/team")).status_code == 204


@only_sqlite
async def test_without_sign_up_only_the_teacher_forms_teams(client: Client, released: Database) -> None:
    in_teams(released, red="amy", blue="")
    amy, bob = client("amy"), client("bob")
    assert code(await bob.post(f"{HERE}/teams", json={"name": "Green"})) == (409, "no_signup")
    assert code(await bob.put(f"{HERE}/team", json={"team": "blue"})) == (409, "no_signup")
    assert code(await amy.delete(f"{HERE}/team")) == (409, "no_signup")
    # Whose team it is not does not read who is in it.
    assert (await bob.get(f"{HERE}/teams")).json() == {"size": 2, "signup": False, "mine": None, "teams": []}
    assert (await amy.get(f"{HERE}/teams")).json()["mine"]["name"] == "Red"


async def test_join_race_for_the_last_place(client: Client, released: Database) -> None:
    in_teams(released, size=3, signup=True, red="amy")
    enrol(released, "fay", "gus", "hal")
    hopeful = ("bob", "cat", "dan", "fay", "gus", "hal")
    answers = await asyncio.gather(*(client(name).put(f"{HERE}/team", json={"team": "red"}) for name in hopeful))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 409, 409, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"team_full"}
    assert len(members(await client("ted").get(f"{TAUGHT}/teams"))["Red"]) == 3


async def test_one_name_wanted_twice_at_once(client: Client, released: Database) -> None:
    in_teams(released, signup=True)
    answers = await asyncio.gather(
        *(client(name).post(f"{HERE}/teams", json={"name": "Red"}) for name in ("amy", "bob"))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]


@only_sqlite
async def test_another_persons_team_by_every_verb(client: Client, released: Database) -> None:
    in_teams(released, signup=True, red="amy bob")
    before = (await client("ted").get(f"{TAUGHT}/teams")).json()
    for username in ("cat", "eve", "una", "max", "nobody"):
        person = client(username)
        answers = [
            await person.get(f"{TAUGHT}/teams"),
            await person.post(f"{TAUGHT}/teams", json={"name": "x"}),
            await person.post(f"{TAUGHT}/teams/random", json={"size": 2}),
            await person.put(f"{TAUGHT}/teams/red", json={"name": "x"}),
            await person.delete(f"{TAUGHT}/teams/red"),
            await person.put(f"{TAUGHT}/teams/red/members/cat"),
            await person.delete(f"{TAUGHT}/teams/red/members/amy"),
        ]
        if username != "cat":
            answers += [
                await person.get(f"{HERE}/teams"),
                await person.post(f"{HERE}/teams", json={"name": "x"}),
                await person.put(f"{HERE}/team", json={"team": "red"}),
                await person.delete(f"{HERE}/team"),
            ]
        assert {answer.status_code for answer in answers} <= {403, 404}, username
    assert (await client("ted").get(f"{TAUGHT}/teams")).json() == before


@only_sqlite
async def test_another_courses_teacher_and_another_assignments_team(client: Client, released: Database) -> None:
    in_teams(released, signup=True, red="amy")
    with released.write() as session:
        row = store.ensure_assignment(session, "biology", "cells", "Cells")
        other = store.ensure_assignment(session, "art", "halving", "Halving")
        for each in (row, other):
            each.team_size, each.team_signup = 2, True
            store.release(session, each, [FileEntry(path="a.ipynb", sha256="0" * 64, size=1)], 5)
    una, ted, eve = client("una"), client("ted"), client("eve")
    answers = [
        await una.put("teach/biology/cells/teams/red", json={"name": "x"}),
        await una.delete("teach/biology/cells/teams/red"),
        await una.put("teach/biology/cells/teams/red/members/eve"),
        await una.delete("teach/biology/cells/teams/red/members/amy"),
        await eve.put("assignments/biology/cells/team", json={"team": "red"}),
        # Of the same course, but another assignment.
        await ted.put("teach/art/halving/teams/red/members/bob"),
        await client("bob").put("assignments/art/halving/team", json={"team": "red"}),
    ]
    assert {code(answer) for answer in answers} == {(404, "not_found")}
    assert members(await ted.get(f"{TAUGHT}/teams")) == {"Red": ["amy"]}


@only_sqlite
async def test_who_left_the_course_takes_no_place(client: Client, released: Database) -> None:
    in_teams(released, red="amy bob")
    assert (await client("ted").delete("courses/art/learners/bob")).status_code in (200, 204)
    assert members(await client("ted").put(f"{TAUGHT}/teams/red/members/cat")) == {"Red": ["amy", "cat"]}
