"""Grading a class: one job a submission; who asks again joins; where the grader dies, it is withheld and run again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from nbgrader.api import Gradebook
from sqlalchemy import select

from learnspace_assignments import gradingruns, store
from learnspace_assignments.tables import SubmissionRow
from learnspace_core import claims
from learnspace_core.database import Database, now
from learnspace_core.tables import JobRow
from learnspace_people import store as people
from learnspace_people.models import Enrolment
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
            gradingruns.ask_one(session, row, newest)
    with released.read() as session:
        (job,) = session.scalars(select(JobRow).where(JobRow.kind == gradingruns.ONE)).all()
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


async def test_the_report_has_the_learners_behind_every_number(client: Client, released: Database, work: Work) -> None:
    await hand_in(client, "amy", "def double(x):\n    return 2 * x")
    await hand_in(client, "bob", "def double(x):\n    return x + 2")
    with released.write() as session:
        for username in ("cyd", "dan"):
            person = people.ensure_person(session, username, username.title())
            people.ensure_enrolment(
                session,
                person.id,
                Enrolment.model_validate({"role": "learner", "institution": "school", "course": "art"}),
            )
    await client("cyd").post("assignments/art/doubling/submissions", files=[("files", ("doubling.ipynb", b"{"))])
    work.do("grade", usernames=None)
    await hand_in(client, "dan", "def double(x):\n    return 2 * x")
    report = (await client("ted").get("teach/art/doubling/report")).json()
    assert [(one["username"], one["state"], one["score"]) for one in report["learners"]] == [
        ("amy", "needs_marks", 2), ("bob", "needs_marks", 0), ("cyd", "withheld", None), ("dan", "handed_in", None),
    ]  # fmt: skip
    assert report["learners"][2]["reason_code"] == "bad_notebook"
    tests, why = report["questions"]
    assert (tests["id"], tests["scores"], tests["to_mark"]) == ("double-tests", [2, 0, None, None], [])
    # A teacher reads what the hidden test said; a learner does not.
    assert tests["failures"] == [{"text": "try another number", "learners": [1]}]
    assert "try another number" not in (await client("ted").get("teach")).text
    assert (why["id"], why["manual"], why["scores"], why["to_mark"]) == ("why", True, [None] * 4, [0, 1])
    # What the sandbox measured: the test by itself, and the whole notebook with it.
    for place in (0, 1):
        assert 0 < tests["seconds"][place] <= report["learners"][place]["seconds"]
    assert why["seconds"] == [None] * 4


async def test_marks_by_hand_stay_when_it_is_graded_again(client: Client, released: Database, work: Work) -> None:
    await hand_in(client, "amy", "def double(x):\n    return 4")
    work.do("grade", usernames=None)
    with Gradebook(f"sqlite:///{work.queue.settings.state}/courses/art/gradebook.db", "art") as book:
        for cell, score in (("why", 3), ("double-tests", 1)):
            grade = book.find_grade(cell, "doubling", "doubling", "amy")
            grade.manual_score, grade.needs_manual_grade = score, False
        book.db.commit()
    work.do("read_marks")
    first = (await client("ted").get("teach")).json()[0]["submissions"]
    assert first[0]["marks"]["score"] == 4
    for _ in range(2):
        work.do("grade", usernames=["amy"])
        again = (await client("ted").get("teach")).json()[0]["submissions"]
        assert again[0]["marks"]["score"] == 4
    # Twice gives the same, mark by mark.
    assert [one["score"] for one in again[0]["marks"]["questions"]] == [1, 3]


async def test_what_was_withheld_stays_so_until_a_teacher_returns_it_by_name(
    client: Client, released: Database, work: Work
) -> None:
    forged = "class Same:\n    def __eq__(self, other):\n        return True\n\ndef double(x):\n    return Same()"
    await hand_in(client, "amy", forged)
    work.do("grade", usernames=None)
    with Gradebook(f"sqlite:///{work.queue.settings.state}/courses/art/gradebook.db", "art") as book:
        grade = book.find_grade("why", "doubling", "doubling", "amy")
        grade.manual_score, grade.needs_manual_grade = 3, False
        book.db.commit()
    # Reading marks and returning all is not a word about this one.
    work.do("read_marks")
    work.do("return", usernames=None, teacher="ted")
    (amy,) = (await client("ted").get("teach")).json()[0]["submissions"]
    assert (amy["state"], amy["reason_code"]) == ("withheld", "no_evidence")
    work.do("return", usernames=["amy"], teacher="ted")
    (amy,) = (await client("ted").get("teach")).json()[0]["submissions"]
    assert (amy["state"], amy["reason_code"], amy["marks"]["score"]) == ("returned", "", 3)
