"""A teacher who changes things while learners hand in, in real threads; and a space whose clock is wrong."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select

from learnspace_assignments import store
from learnspace_assignments.models import Receipt
from learnspace_assignments.receipts import verify
from learnspace_assignments.tables import SubmissionRow
from learnspace_core.database import Database, now, system_clock
from learnspace_core.models import FileEntry
from learnspace_core.settings import PREFIX
from learnspace_people import store as people
from learnspace_people.models import Enrolment
from tests.conftest import Clock

Client = Callable[[str], httpx.AsyncClient]
BASE = f"{PREFIX}/api"
LEARNERS = 12
ROUNDS = 6
NOTEBOOK = b'{"cells":[],"metadata":{},"nbformat":4,"nbformat_minor":5}'


@pytest.fixture
def released(school: Database) -> Database:
    """The assignment ``doubling``, and a class of twelve."""
    with school.write() as session:
        row = store.ensure_assignment(session, "art", "doubling", "Doubling")
        store.release(session, row, [FileEntry(path="doubling.ipynb", sha256="0" * 64, size=1)], 5)
        for number in range(LEARNERS):
            person = people.ensure_person(session, f"learner{number}", f"Learner {number}")
            enrolment = Enrolment(role="learner", institution="school", course="art")
            people.ensure_enrolment(session, person.id, enrolment)
    return school


def _who(username: str) -> dict[str, str]:
    return {"Authorization": f"Bearer token-{username}"}


def _hand_in(client: TestClient, username: str, body: str) -> httpx.Response:
    files = [("files", ("doubling.ipynb", body.encode()))]
    return client.post(f"{BASE}/assignments/art/doubling/submissions", files=files, headers=_who(username))


def _teach(client: TestClient) -> list[int]:
    """Rename, move the dates, grant, take back, delete and release again, over and over."""
    said = []
    ted, chance = _who("ted"), random.Random(3)
    for number in range(ROUNDS):
        held = client.get(f"{BASE}/teach/art/doubling/settings", headers=ted).json()
        due = now() + timedelta(seconds=chance.choice((-3600, 3600)))
        late = {"kind": chance.choice(("accept", "refuse"))}
        wanted = {**held, "title": f"Title {number}", "due_at": due.isoformat(), "late": late, "attempts": 4}
        grant = {"username": f"learner{number}", "extra_minutes": 120}
        answers = [
            client.put(f"{BASE}/teach/art/doubling/settings", json=wanted, headers=ted),
            client.post(f"{BASE}/teach/art/accommodations", json=grant, headers=ted),
            client.get(f"{BASE}/teach", headers=ted),
            client.delete(f"{BASE}/teach/art/doubling", headers=ted),
            client.put(
                f"{BASE}/assignments/art/doubling/release", files=[("files", ("doubling.ipynb", NOTEBOOK))], headers=ted
            ),
        ]
        granted = answers[1].json()["id"]
        answers.append(client.delete(f"{BASE}/teach/art/accommodations/{granted}", headers=ted))
        said += [answer.status_code for answer in answers]
    return said


def test_a_teacher_deletes_renames_and_moves_the_due_date_while_learners_hand_in(
    app: FastAPI, released: Database
) -> None:
    def learn(number: int) -> list[httpx.Response]:
        username = f"learner{number}"
        answers = []
        for turn in range(ROUNDS):
            answers.append(_hand_in(client, username, f"{number} {turn // 2}"))
            client.get(f"{BASE}/assignments", headers=_who(username)).raise_for_status()
        return answers

    with TestClient(app, raise_server_exceptions=False) as client, ThreadPoolExecutor(LEARNERS + 1) as pool:
        teaching = pool.submit(_teach, client)
        handed_in = [answer for answers in pool.map(learn, range(LEARNERS)) for answer in answers]
        said = teaching.result()
    assert set(said) <= {200, 201, 204}
    assert {answer.status_code for answer in handed_in} <= {200, 201, 404, 409}
    receipts = {answer.json()["submission"]: answer.json() for answer in handed_in if answer.status_code < 300}
    with released.read() as session:
        kept = {row.id: row for row in session.scalars(select(SubmissionRow))}
    # Every receipt has its submission and every submission was acknowledged.
    assert kept.keys() == receipts.keys()
    for submission_id, receipt in receipts.items():
        assert kept[submission_id].receipt == receipt
        assert verify(Receipt.model_validate(receipt))
    assert len(receipts) > 0


def test_the_last_attempt_is_one_however_many_come_at_once(app: FastAPI, released: Database) -> None:
    with released.write() as session:
        store.get_assignment(session, "art", "doubling").attempts = 2
    with TestClient(app, raise_server_exceptions=False) as client, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: _hand_in(client, "amy", f"version {number}"), range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] * 2 + [409] * 6


@pytest.mark.parametrize("wrong_by", [timedelta(days=1), timedelta(days=-1)])
async def test_clock_of_the_space_wrong_by_a_day(
    client: Client, released: Database, clock: Clock, wrong_by: timedelta
) -> None:
    """The machine that hands in has the system's clock; the service's is a day from it, and only that one counts."""
    space = system_clock()
    clock.at = space - wrong_by
    for username, due in (("amy", clock.at), ("bob", clock.at - timedelta(seconds=1))):
        with released.write() as session:
            store.get_assignment(session, "art", "doubling").due_at = due
        answer = await client(username).post(
            f"assignments/art/doubling/submissions?queued_at={space:%Y-%m-%dT%H:%M:%SZ}",
            files=[("files", ("doubling.ipynb", b"{}"))],
            headers={"Date": f"{space:%a, %d %b %Y %H:%M:%S GMT}"},
        )
        assert answer.status_code == 201
        receipt = Receipt.model_validate(answer.json())
        assert receipt.received_at == clock.at
        mine = (await client(username).get("assignments/art/doubling")).json()
        assert mine["submissions"][0]["late"] is (username == "bob")
        assert mine["late_now"] is (username == "bob")
