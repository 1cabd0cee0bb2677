"""Two hand-ins of one learner at once, through two processes' worth of services on one database."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from learnspace_assignments import store
from learnspace_core.app import make_app
from learnspace_core.database import Database
from learnspace_core.models import FileEntry
from learnspace_core.settings import PREFIX, Settings

AT_ONCE = 8
HERE = f"{PREFIX}/api/assignments/art/doubling"
AMY = {"Authorization": "Bearer token-amy"}


@pytest.fixture
def released(school: Database) -> Database:
    """The assignment ``doubling``."""
    with school.write() as session:
        row = store.ensure_assignment(session, "art", "doubling", "Doubling")
        store.release(session, row, [FileEntry(path="doubling.ipynb", sha256="0" * 64, size=1)], 5)
    return school


def _at_once(
    apps: list[FastAPI], content: Callable[[int], str]
) -> tuple[list[httpx.Response], list[dict[str, object]]]:
    """Hand in through each of the apps in turn, all at the same time; return the answers and what amy has then."""

    def hand_in(number: int) -> httpx.Response:
        files = [("files", ("doubling.ipynb", content(number).encode()))]
        return clients[number % len(clients)].post(f"{HERE}/submissions", files=files, headers=AMY)

    clients = [TestClient(app, raise_server_exceptions=False) for app in apps]
    with clients[0], clients[1], ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(hand_in, range(AT_ONCE)))
        return answers, clients[0].get(HERE, headers=AMY).json()["submissions"]


@pytest.fixture
def apps(app: FastAPI, released: Database, settings: Settings) -> list[FastAPI]:
    """Two services that know nothing of each other but the database."""
    return [app, make_app(settings, app.state.identify)]


def test_two_submits_at_once_of_the_same_bytes(apps: list[FastAPI]) -> None:
    answers, kept = _at_once(apps, lambda number: "{}")
    assert sorted(answer.status_code for answer in answers) == [200] * (AT_ONCE - 1) + [201]
    assert len({answer.text for answer in answers}) == 1
    assert [one["id"] for one in kept] == [answers[0].json()["submission"]]


def test_two_submits_at_once_of_different_bytes(apps: list[FastAPI]) -> None:
    answers, kept = _at_once(apps, lambda number: f"version {number}")
    assert [answer.status_code for answer in answers] == [201] * AT_ONCE
    assert {one["id"] for one in kept} == {answer.json()["submission"] for answer in answers}
    assert len(kept) == AT_ONCE
