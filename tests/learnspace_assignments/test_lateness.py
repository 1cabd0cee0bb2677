"""Penalties from the gradebook to the learner, with nbgrader's own converters, and grants that come after the marks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.plugins.export import CsvExportPlugin
from sqlalchemy import select

from learnspace_core.database import Database
from learnspace_core.settings import Settings
from learnspace_core.tables import JobRow, RecordRow
from tests.conftest import Clock
from tests.learnspace_assignments.conftest import Work

Client = Callable[[str], httpx.AsyncClient]
HERE = "assignments/art/doubling"
SETTINGS = "teach/art/doubling/settings"
GRANTS = "teach/art/accommodations"
DUE = datetime(2026, 11, 24, 18, tzinfo=UTC)
POLICY = {"kind": "penalty", "percent": 10, "max_percent": 50}


async def _set(client: Client, **values: object) -> None:
    held = (await client("ted").get(SETTINGS)).json()
    assert (await client("ted").put(SETTINGS, json={**held, **values})).status_code == 200


async def _hand_in(client: Client, username: str) -> None:
    notebook = nbformat.reads((await client(username).get(f"{HERE}/files/doubling.ipynb")).text, as_version=4)
    notebook.cells[1].source = "def double(x):\n    return x + x"
    notebook.cells[3].source = f"Because {username} says so."
    files = [("files", ("doubling.ipynb", nbformat.writes(notebook).encode()))]
    assert (await client(username).post(f"{HERE}/submissions", files=files)).status_code == 201


async def _marks(client: Client, username: str) -> tuple[float, float, bool]:
    (mine,) = (await client(username).get(HERE)).json()["submissions"]
    return mine["marks"]["score"], mine["marks"]["penalty"], mine["late"]


def _do_waiting(work: Work) -> int:
    """Do the jobs that wait, as the grader does; return how many of them write times."""
    with work.database.read() as session:
        waiting = list(session.scalars(select(JobRow).filter_by(state="waiting")))
    for row in waiting:
        work.queue.run(row.id)
    with work.database.read() as session:
        assert list(session.scalars(select(JobRow.message).filter_by(state="failed"))) == []
    return sum(row.kind == "times" for row in waiting)


def _book(settings: Settings) -> Gradebook:
    return Gradebook(f"sqlite:///{settings.state}/courses/art/gradebook.db", "art")


def _mark_by_hand(settings: Settings, **scores: float) -> None:
    """As nbgrader's formgrader does it."""
    with _book(settings) as book:
        for username, score in scores.items():
            grade = book.find_grade("why", "doubling", "doubling", username)
            grade.manual_score, grade.needs_manual_grade = score, False
        book.db.commit()


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_late_costs_what_the_policy_says_until_more_time_is_granted(
    client: Client, released: Database, work: Work, settings: Settings, clock: Clock
) -> None:
    await _set(client, due_at=DUE.isoformat(), late=POLICY)
    clock.at = DUE + timedelta(hours=25)
    for username in ("amy", "bob"):
        await _hand_in(client, username)
    work.do("grade", usernames=None)
    graded = (await client("ted").get("teach")).json()[0]["submissions"]
    assert [(one["marks"]["score"], one["marks"]["penalty"]) for one in graded] == [(1.6, 0.4)] * 2

    # Points given by hand after nbgrader set the penalty are late, too.
    _mark_by_hand(settings, amy=3, bob=3)
    work.do("return", usernames=None, teacher="ted")
    assert await _marks(client, "amy") == await _marks(client, "bob") == (4, 1, True)
    with _book(settings) as book:
        submission = book.find_submission("doubling", "amy")
        assert (submission.score, submission.late_submission_penalty) == (5, 1)
        assert submission.assignment.duedate == DUE.replace(tzinfo=None)
        assert (submission.extension, submission.total_seconds_late) == (None, 25 * 3600)

    granted = await client("ted").post(GRANTS, json={"username": "amy", "extra_minutes": 24 * 60 + 30})
    # The word changes at once; the numbers when the grader has written them.
    assert (await _marks(client, "amy"))[2] is True
    assert _do_waiting(work) == 1
    assert await _marks(client, "amy") == (4.5, 0.5, True)
    assert await _marks(client, "bob") == (4, 1, True)
    await client("ted").put(f"{GRANTS}/{granted.json()['id']}", json={"username": "amy", "extra_minutes": 48 * 60})
    assert _do_waiting(work) == 1
    assert await _marks(client, "amy") == (5, 0, False)
    with _book(settings) as book:
        submission = book.find_submission("doubling", "amy")
        assert (submission.extension, submission.total_seconds_late) == (timedelta(days=2), 0)
        assert (submission.score, submission.late_submission_penalty) == (5, 0)
        assert book.find_grade("why", "doubling", "doubling", "amy").manual_score == 3
    with released.read() as session:
        scores = [row.result["score"] for row in session.scalars(select(RecordRow).filter_by(verb="scored"))]
    assert sorted(scores) == [4, 4, 4.5, 5]

    # Moving the due date does the same for all.
    await _set(client, due_at=(DUE + timedelta(days=1)).isoformat())
    assert _do_waiting(work) == 1
    assert await _marks(client, "bob") == (4.5, 0.5, True)
    await client("ted").delete(f"{GRANTS}/{granted.json()['id']}")
    _do_waiting(work)
    assert await _marks(client, "amy") == (4.5, 0.5, True)
    await _set(client, due_at=None, late={"kind": "accept"})
    _do_waiting(work)
    assert await _marks(client, "amy") == await _marks(client, "bob") == (5, 0, False)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_writing_times_through_again_changes_no_byte_of_the_gradebook(
    client: Client, released: Database, work: Work, settings: Settings, clock: Clock
) -> None:
    await _set(client, due_at=DUE.isoformat(), late=POLICY)
    clock.at = DUE + timedelta(hours=1)
    await _hand_in(client, "amy")
    work.do("grade", usernames=None)
    _mark_by_hand(settings, amy=2)
    work.do("return", usernames=None, teacher="ted")
    gradebook = settings.state / "courses" / "art" / "gradebook.db"
    before, taught = gradebook.read_bytes(), (await client("ted").get("teach")).json()
    for _ in range(2):
        work.do("times", teacher="ted")
    assert gradebook.read_bytes() == before
    assert (await client("ted").get("teach")).json()[0]["submissions"] == taught[0]["submissions"]
    with released.read() as session:
        assert len(list(session.scalars(select(RecordRow).filter_by(verb="scored")))) == 1


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_marks_that_are_not_returned_stay_the_teachers_when_times_change(
    client: Client, released: Database, work: Work, settings: Settings, clock: Clock
) -> None:
    await _set(client, due_at=DUE.isoformat(), late=POLICY)
    clock.at = DUE + timedelta(hours=1)
    await _hand_in(client, "amy")
    work.do("grade", usernames=None)
    _mark_by_hand(settings, amy=1)
    work.do("return", usernames=None, teacher="ted")
    assert await _marks(client, "amy") == (2.7, 0.3, True)
    # Second thoughts in the formgrader, not returned yet.
    _mark_by_hand(settings, amy=3)
    await client("ted").post(GRANTS, json={"username": "amy", "extra_minutes": 120})
    assert _do_waiting(work) == 1
    assert await _marks(client, "amy") == (3, 0, False)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_nbgraders_export_has_due_date_and_penalty(
    client: Client, released: Database, work: Work, settings: Settings, clock: Clock
) -> None:
    await _set(client, due_at=DUE.isoformat(), late=POLICY)
    clock.at = DUE + timedelta(hours=1)
    await _hand_in(client, "amy")
    work.do("grade", usernames=None)
    target = settings.state / "grades.csv"
    plugin = CsvExportPlugin()
    plugin.to = str(target)
    with _book(settings) as book:
        plugin.export(book)
    header, *rows = [line.split(",") for line in target.read_text().splitlines()]
    (amy,) = [row for row in (dict(zip(header, row, strict=True)) for row in rows) if row["student_id"] == "amy"]
    assert (amy["duedate"], float(amy["late_submission_penalty"])) == ("2026-11-24 18:00:00", 0.2)
    assert float(amy["score"]) == 1.8
