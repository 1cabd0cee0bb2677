"""The check with the grader: a quota, only what the teacher chose to tell, and nothing left of it."""

from __future__ import annotations

import asyncio
import base64
import os
import re
import sqlite3
from datetime import timedelta
from pathlib import Path

import httpx
import nbformat
import pytest
from sqlalchemy import func, select

from learnspace_assignments import store
from learnspace_assignments.coursedir import place_source
from learnspace_assignments.models.practice import PracticeResult
from learnspace_assignments.practicefiles import PracticeFiles
from learnspace_assignments.tables import AssignmentRow, PracticeRow, SubmissionRow
from learnspace_core import claims
from learnspace_core.database import Database, now
from learnspace_core.models import FileEntry
from learnspace_core.settings import Settings
from learnspace_core.tables import JobRow, RecordRow
from tests.conftest import Client, Clock
from tests.learnspace_assignments.conftest import Work, source_notebook

BASE = "assignments/art/doubling"
HERE = f"{BASE}/practice"
UPLOAD = [("files", ("doubling.ipynb", b"{}"))]
RIGHT, ONLY_TWO = "def double(x):\n    return x + x", "def double(x):\n    return 4"
THIEF = """
def double(x):
    import base64, sys
    if x == 2:
        return 4
    text = " ".join(one for one in sys._getframe(1).f_code.co_consts if isinstance(one, str))
    raise ValueError(text + " " + base64.b64encode(text.encode()).decode() + " " + text[::-1])
"""
"""Passes the visible test, and raises what it reads of the hidden one, in three spellings."""
sqlite = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


@pytest.fixture
def given_out(school: Database) -> Database:
    """A released assignment of which only the name is of interest; two visible checks a day."""
    with school.write() as session:
        row = store.ensure_assignment(session, "art", "doubling", "Doubling")
        store.release(session, row, [FileEntry(path="doubling.ipynb", sha256="0" * 64, size=2)], 2)
    _offer(school, tests="visible", per_day=2)
    return school


def _offer(database: Database, **policy: object) -> None:
    with database.write() as session:
        session.scalars(select(AssignmentRow)).one().practice = policy


async def _filled_in(client: Client, solution: str) -> list[tuple[str, tuple[str, bytes]]]:
    notebook = nbformat.reads((await client("amy").get(f"{BASE}/files/doubling.ipynb")).text, as_version=4)
    notebook.cells[1].source = solution
    return [("files", ("doubling.ipynb", nbformat.writes(notebook).encode()))]


async def _check(client: Client, work: Work, solution: str) -> httpx.Response:
    """Check, let the grader do it, and return the answer."""
    asked = await client("amy").post(HERE, files=await _filled_in(client, solution))
    assert asked.status_code == 202, asked.text
    _work_off(work)
    return await client("amy").get(HERE)


def _work_off(work: Work) -> None:
    with work.database.read() as session:
        jobs = session.scalars(select(JobRow.id).where(JobRow.kind == "practice", JobRow.state == "waiting")).all()
    for job in jobs:
        work.queue.run(job)


def _trays(settings: Settings) -> list[Path]:
    return list((settings.state / "practice").glob("*"))


@sqlite
async def test_what_the_teacher_does_not_offer_is_refused(client: Client, given_out: Database) -> None:
    _offer(given_out, tests="off")
    answer = await client("amy").post(HERE, files=UPLOAD)
    assert (answer.status_code, answer.json()["code"]) == (409, "no_practice")
    assert (await client("amy").get(HERE)).json()["left"] == 0


@sqlite
async def test_a_learner_checks_nothing_that_is_not_out_or_not_theirs(
    client: Client, given_out: Database, clock: Clock, settings: Settings
) -> None:
    for username, status in (("eve", 404), ("ted", 403), ("nobody", 404)):
        for method in ("GET", "POST"):
            answer = await client(username).request(method, HERE, files=UPLOAD if method == "POST" else None)
            assert answer.status_code == status, (username, answer.text)
    with given_out.write() as session:
        session.scalars(select(AssignmentRow)).one().opens_at = clock.at + timedelta(hours=1)
    assert (await client("amy").post(HERE, files=UPLOAD)).status_code == 404
    with given_out.write() as session:
        row = session.scalars(select(AssignmentRow)).one()
        row.opens_at, row.released_at = None, None
    assert (await client("amy").post(HERE, files=UPLOAD)).status_code == 404
    assert _trays(settings) == []


async def test_a_quota_that_is_used_up_says_when_there_is_room(
    client: Client, given_out: Database, clock: Clock
) -> None:
    for left in (1, 0):
        answer = await client("amy").post(HERE, files=UPLOAD)
        assert (answer.status_code, answer.json()["left"]) == (202, left)
        assert answer.json()["newest"]["state"] == "waiting"
        with given_out.write() as session:
            store.end_practice(session, answer.json()["newest"]["id"], _nothing())
        clock.at += timedelta(hours=1)
    refused = await client("amy").post(HERE, files=UPLOAD)
    assert (refused.status_code, refused.json()["code"]) == (409, "practice_used_up")
    assert "2026-11-25 10:00 UTC" in refused.json()["message"]
    # It is each learner's own.
    assert (await client("bob").get(HERE)).json()["left"] == 2
    clock.at += timedelta(hours=22, seconds=1)
    assert (await client("amy").get(HERE)).json()["left"] == 1
    assert (await client("amy").post(HERE, files=UPLOAD)).status_code == 202


async def test_two_at_once_with_one_left_are_one(client: Client, given_out: Database, settings: Settings) -> None:
    _offer(given_out, tests="visible", per_day=1)
    answers = await asyncio.gather(*(client("amy").post(HERE, files=UPLOAD) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [202] + [409] * 5
    with given_out.read() as session:
        assert session.scalar(select(func.count()).select_from(PracticeRow)) == 1
        assert session.scalar(select(func.count()).select_from(JobRow)) == 1
    assert len(_trays(settings)) == 1


@sqlite
async def test_one_check_of_a_learner_at_a_time(client: Client, given_out: Database) -> None:
    assert (await client("amy").post(HERE, files=UPLOAD)).status_code == 202
    answer = await client("amy").post(HERE, files=UPLOAD)
    assert (answer.status_code, answer.json()["code"]) == (409, "practice_runs")
    assert (await client("bob").post(HERE, files=UPLOAD)).status_code == 202


@sqlite
async def test_a_check_that_failed_does_not_count(
    client: Client, given_out: Database, work: Work, settings: Settings
) -> None:
    await client("amy").post(HERE, files=UPLOAD)
    # There is no gradebook to read the tests from.
    _work_off(work)
    held = (await client("amy").get(HERE)).json()
    assert (held["newest"]["state"], held["left"], held["newest"]["result"]) == ("failed", 2, None)
    assert _trays(settings) == []


@sqlite
async def test_a_notebook_that_kills_the_grader_each_time_counts_and_is_told(
    client: Client, given_out: Database, work: Work
) -> None:
    await client("amy").post(HERE, files=UPLOAD)
    with given_out.write() as session:
        job = session.scalars(select(JobRow)).one()
        job.state, job.attempt, job.lease_until = "running", claims.MOST_ATTEMPTS, now() - timedelta(seconds=1)
    work.queue.run(job.id)
    held = (await client("amy").get(HERE)).json()
    assert (held["newest"]["state"], held["left"]) == ("done", 1)
    assert held["newest"]["result"]["ended"] == "grader_died"


@sqlite
async def test_a_refused_upload_leaves_no_file(client: Client, given_out: Database, settings: Settings) -> None:
    for files in ([("files", ("../x.ipynb", b"{}"))], [("files", ("notes.txt", b"{}"))]):
        assert (await client("amy").post(HERE, files=files)).status_code == 400
    assert _trays(settings) == []
    assert (await client("amy").get(HERE)).json()["left"] == 2


@sqlite
@pytest.mark.parametrize(
    ("tells", "shown"),
    [
        ("number", []),
        ("questions", [(False, "")]),
        ("messages", [(False, "AssertionError: double(2) is not 4")]),
    ],
)
async def test_it_tells_only_what_the_teacher_chose(
    client: Client, released: Database, work: Work, tells: str, shown: list[tuple[bool, str]]
) -> None:
    _offer(released, tests="visible", tells=tells)
    result = (await _check(client, work, "def double(x):\n    return 5")).json()["newest"]["result"]
    assert (result["passing"], result["total"], result["ended"]) == (0, 1, "")
    assert [(one["passes"], one["message"]) for one in result["questions"]] == shown


@sqlite
async def test_hidden_tests_run_only_if_the_teacher_allows_it(client: Client, released: Database, work: Work) -> None:
    _offer(released, tests="visible", tells="messages")
    assert (await _check(client, work, ONLY_TWO)).json()["newest"]["result"]["passing"] == 1
    _offer(released, tests="hidden_too", tells="messages")
    (question,) = (await _check(client, work, ONLY_TWO)).json()["newest"]["result"]["questions"]
    assert (question["passes"], question["hidden"], question["message"]) == (False, True, "")
    assert question["title"] == "Doubling"
    assert (await _check(client, work, RIGHT)).json()["newest"]["result"]["passing"] == 1


@sqlite
async def test_a_test_that_only_gives_points_by_hand_passes_here(
    client: Client, released: Database, work: Work, settings: Settings, tmp_path: Path
) -> None:
    notebook = source_notebook()
    notebook.cells[2].source = "import threading\n" + notebook.cells[2].source
    nbformat.write(notebook, tmp_path / "doubling" / "doubling.ipynb")
    place_source(settings, "art", tmp_path / "doubling", "doubling")
    work.do("release")
    _offer(released, tests="visible", tells="messages")
    assert (await _check(client, work, RIGHT)).json()["newest"]["result"]["passing"] == 1
    assert (await _check(client, work, "def double(x):\n    return 5")).json()["newest"]["result"]["passing"] == 0


@sqlite
@pytest.mark.parametrize("tests", ["visible", "hidden_too"])
async def test_the_text_of_hidden_tests_is_never_in_the_answer(
    client: Client, released: Database, work: Work, tests: str
) -> None:
    _offer(released, tests=tests, tells="messages")
    answer = await _check(client, work, THIEF)
    (question,) = answer.json()["newest"]["result"]["questions"]
    assert (question["passes"], question["hidden"]) == (tests == "visible", tests == "hidden_too")
    with released.read() as session:
        kept = str(session.scalars(select(PracticeRow.result)).one())
    for text in (answer.text, kept, answer.text[::-1]):
        plain = [text, *(_decoded(piece) for piece in re.findall(r"[A-Za-z0-9+/]{16,}=*", text))]
        for one in plain:
            assert "try another number" not in one
            assert "HIDDEN" not in one
            assert "double(21)" not in one


@sqlite
async def test_a_check_leaves_no_submission_no_mark_and_no_row_of_the_gradebook(
    client: Client, released: Database, work: Work, settings: Settings
) -> None:
    _offer(released, tests="hidden_too")
    course = settings.state / "courses" / "art"
    before = (_dump(course / "gradebook.db"), _files(course), _records(released))
    await _check(client, work, RIGHT)
    assert (_dump(course / "gradebook.db"), _files(course), _records(released)) == before
    with released.read() as session:
        assert session.scalar(select(func.count()).select_from(SubmissionRow)) == 0
        assert session.scalars(select(PracticeRow)).one().files == []
    assert _trays(settings) == []
    assert (await client("amy").get(BASE)).json()["state"] == "not_started"
    (taught,) = (await client("ted").get("teach")).json()
    assert taught["submissions"] == []


@sqlite
@pytest.mark.parametrize(
    ("files", "ended"),
    [
        ([("files", ("doubling.ipynb", b'{"cells": ['))], "bad_notebook"),
        ([("files", ("other.ipynb", b"{}"))], "missing_notebook"),
    ],
)
async def test_a_notebook_that_cannot_be_checked_says_so(
    client: Client, released: Database, work: Work, files: list[tuple[str, tuple[str, bytes]]], ended: str
) -> None:
    _offer(released, tests="visible")
    assert (await client("amy").post(HERE, files=files)).status_code == 202
    _work_off(work)
    result = (await client("amy").get(HERE)).json()["newest"]["result"]
    assert (result["passing"], result["total"], result["ended"]) == (0, 1, ended)


@sqlite
async def test_a_learners_own_test_and_data_do_not_count(client: Client, released: Database, work: Work) -> None:
    _offer(released, tests="visible")
    notebook = nbformat.reads((await client("amy").get(f"{BASE}/files/doubling.ipynb")).text, as_version=4)
    notebook.cells[1].source = "def double(x):\n    return 5"
    notebook.cells[2].source = "pass"
    files = [("files", ("doubling.ipynb", nbformat.writes(notebook).encode()))]
    await client("amy").post(HERE, files=files)
    _work_off(work)
    assert (await client("amy").get(HERE)).json()["newest"]["result"]["passing"] == 0


@sqlite
def test_what_a_killed_check_left_is_removed_after_a_day(settings: Settings) -> None:
    for name in ("killed", "running"):
        PracticeFiles(settings, name).put(b"{}")
    os.utime(settings.state / "practice" / "killed", (0, 0))
    PracticeFiles(settings, "mine").remove()
    assert [tray.name for tray in _trays(settings)] == ["running"]


def _nothing() -> PracticeResult:
    return PracticeResult(passing=0, total=0)


def _decoded(piece: str) -> str:
    for start in range(4):
        part = piece[start:]
        try:
            return base64.b64decode(part[: len(part) // 4 * 4]).decode(errors="replace")
        except ValueError:
            continue
    return ""


def _dump(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        return list(connection.iterdump())


def _files(folder: Path) -> set[str]:
    return {str(path) for path in folder.rglob("*") if not path.name.startswith(".")}


def _records(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(RecordRow)) or 0
