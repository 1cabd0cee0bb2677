"""Versions A, B, and A again: what came last counts, with the receipt and the lateness of its first time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import nbformat
import pytest

from learnspace_assignments import store
from learnspace_assignments.models import Marks
from learnspace_assignments.store.submissions import BEFORE_ALONE
from learnspace_assignments.tables import SubmissionRow
from learnspace_core.database import Database, upgrade
from learnspace_core.models import FileEntry
from tests.conftest import Clock
from tests.learnspace_assignments.conftest import Work, source_notebook

Client = Callable[[str], httpx.AsyncClient]
HERE = "assignments/art/doubling"
SETTINGS = "teach/art/doubling/settings"
DUE = datetime(2026, 11, 24, 18, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
A, B = "version A", "version B"


@pytest.fixture
def given_out(school: Database) -> Database:
    """The assignment ``doubling``, released without nbgrader: enough for verbs that only move bytes."""
    with school.write() as session:
        row = store.ensure_assignment(session, "art", "doubling", "Doubling")
        store.release(session, row, [FileEntry(path="doubling.ipynb", sha256="0" * 64, size=1)], 5)
    return school


async def _hand_in(client: Client, body: str, username: str = "amy") -> httpx.Response:
    return await client(username).post(f"{HERE}/submissions", files=[("files", ("doubling.ipynb", body.encode()))])


async def _versions(client: Client) -> list[dict[str, object]]:
    return list((await client("amy").get(HERE)).json()["submissions"])


async def _counted(client: Client) -> dict[str, object]:
    """Return the one that the teacher has of amy, which is the same in the list, the class and the inbox."""
    (one,) = (await client("ted").get("teach/art/doubling/submissions")).json()
    (row,) = [
        row for row in (await client("ted").get("teach/art/doubling/class")).json()["learners"] if row["submission"]
    ]
    assert row["submission"] == one["id"]
    return dict(one)


def test_who_hands_in_often_waits_no_longer(tmp_path: Path) -> None:
    """What was handed in before is found by an index, however much it is."""
    url = f"sqlite:///{tmp_path}/learnspace.db"
    upgrade(url)
    database = Database(url)
    asked = BEFORE_ALONE.params(assignment=1, person="amy", digest="0" * 64)
    statement = asked.compile(database.engine, compile_kwargs={"literal_binds": True})
    with database.read() as session:
        plan = [row[3] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")]
    database.close()
    reads = [step for step in plan if "submission" in step]
    assert len(reads) == 2
    assert all(step.startswith("SEARCH") and "person_id=?" in step for step in reads), reads
    assert "ix_submission_newest" in reads[0]


async def test_an_older_version_handed_in_again_counts_with_its_first_receipt(
    client: Client, given_out: Database, clock: Clock
) -> None:
    first = await _hand_in(client, A)
    clock.at += MINUTE
    await _hand_in(client, B)
    clock.at += MINUTE
    again = await _hand_in(client, A)
    assert (again.status_code, again.json()) == (200, first.json())
    one, other = await _versions(client)
    assert one["id"] == first.json()["submission"] != other["id"]
    assert one["received_at"] == "2026-11-24T10:00:00Z"
    assert one["again_at"] == "2026-11-24T10:02:00Z"
    assert other["again_at"] is None
    counted = await _counted(client)
    assert (counted["id"], counted["again_at"]) == (one["id"], one["again_at"])
    # And back, as often as they like.
    clock.at += MINUTE
    await _hand_in(client, B)
    assert (await _counted(client))["id"] == other["id"]
    said = [entry["sentence"] for entry in (await client("amy").get("portfolio")).json()]
    assert len(said) == 4


async def test_what_counts_already_is_not_handed_in_again(client: Client, given_out: Database, clock: Clock) -> None:
    await _hand_in(client, A)
    clock.at += MINUTE
    await _hand_in(client, A)
    (one,) = await _versions(client)
    assert one["again_at"] is None
    assert len((await client("amy").get("portfolio")).json()) == 1


async def test_the_order_of_versions_does_not_follow_a_clock_that_is_set_back(
    client: Client, given_out: Database, clock: Clock
) -> None:
    for body, hours in ((A, 0), (B, -1), (A, -2), ("version C", -3)):
        clock.at = DUE + timedelta(hours=hours)
        receipt = (await _hand_in(client, body)).json()
        assert (await _versions(client))[0]["id"] == receipt["submission"]
        assert (await _counted(client))["id"] == receipt["submission"]


async def test_handed_in_again_obeys_the_closing_time_but_costs_no_attempt(
    client: Client, given_out: Database, clock: Clock
) -> None:
    held = (await client("ted").get(SETTINGS)).json()
    await client("ted").put(
        SETTINGS, json={**held, "due_at": DUE.isoformat(), "late": {"kind": "refuse"}, "attempts": 2}
    )
    clock.at = DUE - MINUTE
    for body in (A, B):
        await _hand_in(client, body)
    clock.at = DUE
    assert (await _hand_in(client, A)).status_code == 200
    assert (await _versions(client))[0]["again_at"] == DUE.isoformat().replace("+00:00", "Z")
    assert (await client("amy").get(HERE)).json()["attempts_left"] == 0
    clock.at = DUE + timedelta(seconds=1)
    refused = await _hand_in(client, B)
    assert (refused.status_code, refused.json()["code"]) == (409, "late_not_taken")
    assert "receipt stands" in refused.json()["message"]
    # What counts has its receipt for ever.
    assert (await _hand_in(client, A)).status_code == 200
    # A closing time is as strict, and more time is more time.
    held = (await client("ted").get(SETTINGS)).json()
    await client("ted").put(SETTINGS, json={**held, "late": {"kind": "accept"}, "closes_at": DUE.isoformat()})
    assert (await _hand_in(client, B)).json()["code"] == "closed"
    grant = {"username": "amy", "assignment": "doubling", "extra_minutes": 5}
    await client("ted").post("teach/art/accommodations", json=grant)
    assert (await _hand_in(client, B)).status_code == 200
    # Before it opens there is nothing to hand in.
    held = (await client("ted").get(SETTINGS)).json()
    later = (DUE + timedelta(days=1)).isoformat()
    much_later = (DUE + timedelta(days=2)).isoformat()
    await client("ted").put(SETTINGS, json={**held, "opens_at": later, "due_at": much_later, "closes_at": much_later})
    assert (await _hand_in(client, A)).status_code == 404


async def test_lateness_follows_the_first_time(client: Client, given_out: Database, clock: Clock) -> None:
    held = (await client("ted").get(SETTINGS)).json()
    await client("ted").put(SETTINGS, json={**held, "due_at": DUE.isoformat()})
    clock.at = DUE
    await _hand_in(client, A)
    clock.at = DUE + MINUTE
    await _hand_in(client, B)
    assert (await _counted(client))["late"] is True
    await _hand_in(client, A)
    assert (await _counted(client))["late"] is False
    assert [one["late"] for one in await _versions(client)] == [False, True]


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_the_version_that_counts_is_the_one_that_is_graded(
    client: Client, released: Database, work: Work
) -> None:
    def body(source: str) -> str:
        notebook = source_notebook()
        notebook.cells[1].source = source
        return str(nbformat.writes(notebook))

    right, wrong = body("def double(x):\n    return x + x"), body("def double(x):\n    return 4")

    async def score() -> tuple[str, float | None]:
        counted = await _counted(client)
        with released.read() as session:
            row = session.get_one(SubmissionRow, str(counted["id"]))
        return row.state, row.marks["score"] if row.marks else None

    await _hand_in(client, right)
    await _hand_in(client, wrong)
    await _hand_in(client, right)
    work.do("grade", usernames=None)
    assert await score() == ("needs_marks", 2)
    # While another version is graded, this one comes again: the gradebook has the other one then.
    other = (await _hand_in(client, body("def double(x):\n    return 0"))).json()["submission"]
    await _hand_in(client, right)
    assert await score() == ("needs_marks", 2)
    with released.write() as session:
        store.note_graded(
            session, session.get_one(SubmissionRow, other), Marks(score=0, max_score=5, questions=[]), "1"
        )
    assert await score() == ("handed_in", 2)
    work.do("grade", usernames=None)
    assert await score() == ("needs_marks", 2)
    await _hand_in(client, wrong)
    assert await score() == ("handed_in", None)
    work.do("grade", usernames=None)
    assert await score() == ("needs_marks", 0)
    # The gradebook has the other version now: these marks are read from it only after it is graded again.
    await _hand_in(client, right)
    assert (await score())[0] == "handed_in"
    work.do("read_marks", usernames=None)
    assert await score() == ("handed_in", 2)
    work.do("grade", usernames=None)
    assert await score() == ("needs_marks", 2)
