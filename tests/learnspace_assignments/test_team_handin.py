"""One member hands in, and it is the team's: receipt, attempts, lateness, and whoever is in the team later."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from learnspace_assignments import store
from learnspace_assignments.models import Receipt
from learnspace_assignments.receipts import verify
from learnspace_core.database import Database
from learnspace_core.models import FileEntry
from tests.conftest import Clock
from tests.learnspace_assignments.teams import HERE, TAUGHT, Client, code, enrol, hand_in, in_teams

DUE = datetime(2026, 11, 24, 18, tzinfo=UTC)
only_sqlite = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


@pytest.fixture
def released(school: Database) -> Database:
    """The assignment ``doubling`` of ``art``, released, and four who learn there."""
    enrol(school, "cat", "dan")
    with school.write() as session:
        row = store.ensure_assignment(session, "art", "doubling", "Doubling")
        store.release(session, row, [FileEntry(path="doubling.ipynb", sha256="0" * 64, size=1)], 5)
    return school


async def _mine(client: Client, username: str) -> list[str]:
    return [one["id"] for one in (await client(username).get(HERE)).json()["submissions"]]


@only_sqlite
async def test_a_learner_without_a_team_is_told_what_to_do(client: Client, released: Database) -> None:
    in_teams(released, red="amy bob")
    refused = await hand_in(client, "cat")
    assert code(refused) == (409, "no_team")
    assert "Ask your teacher to put you into a team" in refused.json()["message"]
    assert (await client("cat").get(HERE)).json()["refusal"] == "no_team"
    in_teams(released, signup=True)
    assert "Join a team or make one" in (await hand_in(client, "cat")).json()["message"]


async def test_the_same_bytes_by_two_members_are_one_submission(client: Client, released: Database) -> None:
    in_teams(released, red="amy bob", blue="cat dan")
    answers = await asyncio.gather(*(hand_in(client, name) for name in ("amy", "bob", "amy", "bob")))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    receipts = [answer.json() for answer in answers]
    assert all(receipt == receipts[0] for receipt in receipts)
    assert (await hand_in(client, "cat")).json()["submission"] != receipts[0]["submission"]
    assert len((await client("ted").get("teach")).json()[0]["submissions"]) == 2


@only_sqlite
async def test_every_member_sees_it_and_the_receipt_names_who_handed_in(client: Client, released: Database) -> None:
    in_teams(released, red="amy bob", blue="cat dan")
    receipt = (await hand_in(client, "bob")).json()
    assert (receipt["username"], receipt["team"], receipt["members"]) == ("bob", "Red", ["amy", "bob"])
    assert verify(Receipt.model_validate(receipt))
    here = f"submissions/{receipt['submission']}"
    for username in ("amy", "bob"):
        seen = (await client(username).get(HERE)).json()
        assert (seen["state"], seen["submissions"][0]["by"], seen["team"]["handed_in"]) == ("handed_in", "Bob", True)
        assert (await client(username).get(f"{here}/receipt")).json() == receipt
        assert (await client(username).get(f"{here}/files/doubling.ipynb")).text == "{}"
    for username in ("cat", "dan", "eve", "una"):
        assert code(await client(username).get(f"{here}/receipt")) == (404, "not_found")
    timelines = [(await client(username).get("portfolio")).json()[0]["verb"] for username in ("amy", "bob")]
    assert timelines == ["team_submitted", "submitted"]


@only_sqlite
async def test_attempts_are_the_teams(client: Client, released: Database) -> None:
    in_teams(released, red="amy bob", blue="cat dan")
    with released.write() as session:
        store.get_assignment(session, "art", "doubling").attempts = 2
    assert (await hand_in(client, "amy", "1")).status_code == 201
    assert (await hand_in(client, "bob", "1")).status_code == 200
    assert (await client("bob").get(HERE)).json()["attempts_left"] == 1
    assert (await hand_in(client, "bob", "2")).status_code == 201
    assert code(await hand_in(client, "amy", "3")) == (409, "no_attempts_left")
    assert (await client("cat").get(HERE)).json()["attempts_left"] == 2
    # The most generous that any member was granted.
    granted = {"username": "bob", "assignment": "doubling", "extra_attempts": 1}
    assert (await client("ted").post("teach/art/accommodations", json=granted)).status_code == 201
    assert (await client("amy").get(HERE)).json()["attempts_left"] == 1
    assert (await hand_in(client, "amy", "3")).status_code == 201


@only_sqlite
async def test_the_most_generous_time_of_any_member_is_the_teams(
    client: Client, released: Database, clock: Clock
) -> None:
    in_teams(released, red="amy bob", blue="cat dan")
    with released.write() as session:
        store.get_assignment(session, "art", "doubling").due_at = DUE
    granted = {"username": "bob", "assignment": "doubling", "extra_minutes": 60}
    assert (await client("ted").post("teach/art/accommodations", json=granted)).status_code == 201
    clock.at = DUE + timedelta(minutes=30)
    for username, extended in (("amy", True), ("bob", True), ("cat", False)):
        seen = (await client(username).get(HERE)).json()
        assert (seen["extended"], seen["late_now"]) == (extended, not extended), username
    assert (await hand_in(client, "amy")).status_code == 201
    assert (await hand_in(client, "cat")).status_code == 201
    late = {name: (await client(name).get(HERE)).json()["submissions"][0]["late"] for name in ("amy", "bob", "dan")}
    assert late == {"amy": False, "bob": False, "dan": True}
    taught = (await client("ted").get("teach")).json()[0]["submissions"]
    assert [(one["team"], one["late"], len(one["members"])) for one in taught] == [("Red", False, 2), ("Blue", True, 2)]
    rows = {one["username"]: one for one in (await client("ted").get(f"{TAUGHT}/class")).json()["learners"]}
    assert {name: rows[name]["late"] for name in late} == late
    # It was judged by who was in the team then.
    assert (await client("ted").delete(f"{TAUGHT}/teams/red/members/bob")).status_code == 204
    assert (await client("amy").get(HERE)).json()["submissions"][0]["late"] is False
    assert (await client("amy").get(HERE)).json()["extended"] is False


@only_sqlite
async def test_a_member_taken_out_after_the_hand_in_keeps_it_and_who_comes_later_has_none(
    client: Client, released: Database
) -> None:
    in_teams(released, red="amy bob")
    first = (await hand_in(client, "amy", "1")).json()["submission"]
    ted = client("ted")
    assert (await ted.delete(f"{TAUGHT}/teams/red/members/bob")).status_code == 204
    assert (await ted.put(f"{TAUGHT}/teams/red/members/cat")).status_code == 200
    assert [await _mine(client, name) for name in ("amy", "bob", "cat")] == [[first], [first], []]
    assert code(await client("cat").get(f"submissions/{first}")) == (404, "not_found")
    # What bob handed in is his, and its receipt is there for ever; anything new needs a team.
    assert (await hand_in(client, "bob", "1")).status_code == 200
    assert code(await hand_in(client, "bob", "2")) == (409, "no_team")
    second = (await hand_in(client, "cat", "2")).json()["submission"]
    assert [await _mine(client, name) for name in ("amy", "bob", "cat")] == [[second, first], [first], [second]]
    assert {one["id"] for one in (await ted.get("teach")).json()[0]["submissions"]} == {first, second}
    collected = (await ted.get(f"{TAUGHT}/submissions")).json()
    assert {one["student"]: one["id"] for one in collected} == {"amy": second, "bob": first, "cat": second}


@only_sqlite
async def test_handed_in_once_more_it_counts_for_who_came_later(
    client: Client, released: Database, clock: Clock
) -> None:
    in_teams(released, red="amy", blue="bob")
    first = (await hand_in(client, "amy", "1")).json()
    await hand_in(client, "amy", "2")
    for username in ("cat", "bob"):
        ted = client("ted")
        if username == "bob":
            assert (await ted.delete(f"{TAUGHT}/teams/red/members/cat")).status_code == 204
        assert (await ted.put(f"{TAUGHT}/teams/red/members/{username}")).status_code == 200
        assert await _mine(client, username) == []
        # The same files as at first: no new submission and the receipt of that time, but it is theirs as well.
        again = await hand_in(client, "amy", "1")
        assert (again.status_code, again.json()) == (200, first)
        assert await _mine(client, username) == [first["submission"]]
    assert (await _mine(client, "amy"))[0] == first["submission"]
    # After the closing time it is nothing new for who had it, and too late for who comes then.
    with released.write() as session:
        row = store.get_assignment(session, "art", "doubling")
        row.due_at = row.closes_at = clock.at - timedelta(hours=1)
    assert (await ted.delete(f"{TAUGHT}/teams/red/members/bob")).status_code == 204
    assert (await ted.put(f"{TAUGHT}/teams/red/members/dan")).status_code == 200
    assert (await hand_in(client, "amy", "1")).status_code == 200
    assert code(await hand_in(client, "dan", "1")) == (409, "closed")
    assert await _mine(client, "dan") == []


@only_sqlite
async def test_the_same_bytes_in_another_team_are_that_teams(client: Client, released: Database) -> None:
    in_teams(released, red="amy bob", blue="cat")
    first = (await hand_in(client, "amy")).json()
    assert (await client("ted").put(f"{TAUGHT}/teams/blue/members/amy")).status_code == 200
    second = await hand_in(client, "amy")
    assert (second.status_code, second.json()["team"], second.json()["members"]) == (201, "Blue", ["amy", "cat"])
    assert await _mine(client, "amy") == [second.json()["submission"], first["submission"]]
    assert await _mine(client, "bob") == [first["submission"]]
