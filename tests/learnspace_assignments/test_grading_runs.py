"""Grading a class: one job a submission; who asks again joins; where the grader dies, it is withheld and run again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from learnspace_assignments import grading, store
from learnspace_assignments.tables import SubmissionRow
from learnspace_core import claims
from learnspace_core.database import Database, now
from learnspace_core.tables import JobRow
from tests.learnspace_assignments.conftest import Work
from tests.learnspace_assignments.test_grading import hand_in

Client = Callable[[str], httpx.AsyncClient]
GRADE = "teach/art/doubling/grade"
pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


async def _states(client: Client) -> list[str]:
    return [one["state"] for one in (await client("ted").get("teach")).json()[0]["submissions"]]


def _claim(database: Database) -> claims.Claim | None:
    with database.write() as session:
        return claims.claim_next(session, "grading", lambda _session, _row: None)


async def test_who_asks_again_meanwhile_is_given_the_run_that_has_it(client: Client, released: Database) -> None:
    await hand_in(client, "amy", "def double(x):\n    return 2 * x")
    await hand_in(client, "bob", "def double(x):\n    return 2 * x")
    first = (await client("ted").post(GRADE, json={})).json()
    assert (first["state"], first["total"]) == ("running", 2)
    assert _claim(released) is not None
    assert await _states(client) == ["grading", "handed_in"]
    # One of them runs and one waits; both are the first run's.
    assert (await client("ted").post(GRADE, json={})).json()["id"] == first["id"]
    assert (await client("ted").post(GRADE, json={"usernames": ["amy"]})).json()["id"] == first["id"]
    # What amy hands in now is another version: it has its turn when the one that runs has ended.
    await hand_in(client, "amy", "def double(x):\n    return x + x")
    second = (await client("ted").post(GRADE, json={})).json()
    assert (second["id"] != first["id"], second["total"]) == (True, 1)
    assert (await client("ted").get("teach")).json()[0]["job"]["id"] == second["id"]


async def test_a_single_hand_in_is_graded_once_in_its_newest_version(
    client: Client, released: Database, work: Work
) -> None:
    for solution in ("return 4", "return x + x"):
        await hand_in(client, "amy", f"def double(x):\n    {solution}")
        with released.write() as session:
            row = store.get_assignment(session, "art", "doubling")
            ((newest, _),) = store.newest_submissions(session, row)
            grading.ask_one(session, row, newest)
    with released.read() as session:
        (job,) = session.scalars(select(JobRow).where(JobRow.kind == grading.ONE)).all()
    work.queue.run(job.id)
    with released.read() as session:
        rows = session.scalars(select(SubmissionRow).order_by(SubmissionRow.received_at)).all()
    assert [(row.state, row.marks and row.marks["score"]) for row in rows] == [("handed_in", None), ("needs_marks", 2)]


async def test_a_submission_that_kills_the_grader_is_withheld_in_words_and_can_be_graded_again(
    client: Client, released: Database, work: Work
) -> None:
    await hand_in(client, "amy", "def double(x):\n    return 2 * x")
    await hand_in(client, "bob", "def double(x):\n    return 4")
    run = (await client("ted").post(GRADE, json={})).json()
    for _ in range(claims.MOST_ATTEMPTS):
        held = _claim(released)
        assert held is not None
        with released.write() as session:
            session.get_one(JobRow, held.job_id).lease_until = now() - timedelta(seconds=1)
    work.queue.run(run["id"])
    told = (await client("ted").get(f"jobs/{run['id']}")).json()
    assert (told["state"], told["done"], told["failed"]) == ("done", 2, 1)
    amy, bob = (await client("ted").get("teach")).json()[0]["submissions"]
    assert (amy["state"], bob["state"]) == ("withheld", "needs_marks")
    assert "The grader stopped each time" in amy["reason"]
    # Only what was withheld is graded again.
    again = (await client("ted").post(GRADE, json={"withheld": True})).json()
    assert again["total"] == 1
    work.queue.run(again["id"])
    assert await _states(client) == ["needs_marks", "needs_marks"]
