"""When work is graded: at once, when it is due, or on demand; and who returns it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import nbformat
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from learnspace_assignments import store
from learnspace_assignments.coursedir import place_source
from learnspace_assignments.grading.gradebook import CourseBook
from learnspace_assignments.gradingruns import ONE
from learnspace_assignments.models import NewAccommodation
from learnspace_assignments.tables import AssignmentRow, AutomaticGradingRow, SubmissionRow
from learnspace_assignments.whengraded import grade_on_hand_in, grade_what_is_due
from learnspace_core.blobs import BlobStore
from learnspace_core.database import Database
from learnspace_core.jobs import Queue
from learnspace_core.models import FileEntry
from learnspace_core.settings import Settings
from learnspace_core.tables import JobRow
from learnspace_people import store as people
from learnspace_people.tables import CourseRow, PersonRow
from tests.conftest import Client, Clock
from tests.learnspace_assignments.conftest import Work, source_notebook

BASE = "assignments/art/doubling"
TEACH = "teach/art/doubling"
SETTINGS = {
    "title": "Doubling", "opens_at": None, "due_at": None, "closes_at": None, "late": {}, "attempts": None,
    "shows": {}, "team_size": 1, "team_signup": False,
}  # fmt: skip
AT_ONCE = {"when": "on_hand_in", "returns": True}
RIGHT, WRONG = "def double(x):\n    return x + x", "def double(x):\n    return 4"


@pytest.fixture
def given_out(school: Database) -> Database:
    """A released assignment of which only the name is of interest; nothing is graded."""
    with school.write() as session:
        row = store.ensure_assignment(session, "art", "doubling", "Doubling")
        store.release(session, row, [FileEntry(path="doubling.ipynb", sha256="0" * 64, size=2)], 2)
    return school


@pytest.fixture
def automatic(settings: Settings, school: Database, work: Work, tmp_path: Path) -> Database:
    """The assignment ``doubling`` without the question that is marked by hand, released by nbgrader's converter."""
    notebook = source_notebook()
    notebook.cells = notebook.cells[:3]
    folder = tmp_path / "doubling"
    folder.mkdir()
    nbformat.write(notebook, folder / "doubling.ipynb")
    place_source(settings, "art", folder, "doubling")
    with school.write() as session:
        store.ensure_assignment(session, "art", "doubling", "Doubling")
    work.do("release")
    return school


async def _policy(client: Client, grading: dict[str, object], **values: object) -> httpx.Response:
    return await client("ted").put(f"{TEACH}/settings", json={**SETTINGS, **values, "grading": grading})


async def _hand_in(client: Client, username: str, body: str = "{}") -> str:
    files = [("files", ("doubling.ipynb", body.encode()))]
    done = await client(username).post(f"{BASE}/submissions", files=files)
    assert done.status_code == 201, done.text
    return str(done.json()["submission"])


async def _answer(client: Client, username: str, solution: str) -> str:
    return await _hand_in(client, username, await _filled_in(client, username, solution))


async def _filled_in(client: Client, username: str, solution: str) -> str:
    notebook = nbformat.reads((await client(username).get(f"{BASE}/files/doubling.ipynb")).text, as_version=4)
    notebook.cells[1].source = solution
    if len(notebook.cells) > 3:
        notebook.cells[3].source = "Because."
    return str(nbformat.writes(notebook))


async def _newest(client: Client, username: str) -> dict[str, object]:
    found: dict[str, object] = (await client(username).get(BASE)).json()["submissions"][0]
    return found


def _jobs(database: Database) -> list[JobRow]:
    with database.read() as session:
        return list(session.scalars(select(JobRow).where(JobRow.kind == ONE).order_by(JobRow.created_at)))


def _whose(database: Database) -> list[str]:
    """Return whose work was given to the grader, in that order."""
    with database.read() as session:
        rows = [session.get_one(SubmissionRow, job.payload["submission"]) for job in _jobs(database)]
        return [session.get_one(PersonRow, row.person_id).username for row in rows]


def _do_all(database: Database, work: Work) -> None:
    for job in _jobs(database):
        work.queue.run(job.id)


@pytest.mark.parametrize(
    ("grading", "reason"),
    [
        ({"when": "at_due"}, "at_due needs due_at"),
        ({"when": "on_demand", "returns": True}, "choose at_due or on_hand_in"),
        ({"when": "sometimes"}, "grading"),
        ({"when": "on_hand_in", "soon": True}, "grading"),
    ],
)
@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_policy_that_makes_no_sense_is_refused_in_words(
    client: Client, given_out: Database, grading: dict[str, object], reason: str
) -> None:
    answer = await _policy(client, grading)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_request")
    assert reason in answer.json()["message"]


async def test_on_hand_in_adds_the_job_with_the_hand_in(client: Client, given_out: Database) -> None:
    await _hand_in(client, "bob")
    assert _jobs(given_out) == []
    assert (await _policy(client, AT_ONCE)).status_code == 200
    assert (await client("amy").get(BASE)).json()["grading"] == AT_ONCE
    submission = await _hand_in(client, "amy")
    (job,) = _jobs(given_out)
    assert (job.payload["submission"], job.state) == (submission, "waiting")
    assert (await _newest(client, "amy"))["waits_for"] == "grader"
    # The same bytes again are the same hand-in.
    files = [("files", ("doubling.ipynb", b"{}"))]
    assert (await client("amy").post(f"{BASE}/submissions", files=files)).status_code == 200
    assert len(_jobs(given_out)) == 1


async def test_a_queue_that_is_down_costs_nobody_their_receipt_and_the_sweep_makes_it_good(
    client: Client, given_out: Database, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _policy(client, AT_ONCE)

    def broken(_task: object) -> None:
        raise OSError("the queue is down")

    queue: Queue = app.state.queues["grading"]
    monkeypatch.setattr(queue.huey, "enqueue", broken)
    await _hand_in(client, "amy")
    monkeypatch.undo()
    (job,) = _jobs(given_out)
    queue.sweep()
    assert queue.huey.dequeue() is not None
    assert _jobs(given_out)[0].id == job.id


async def test_what_waited_before_the_policy_is_graded_within_a_minute(client: Client, given_out: Database) -> None:
    await _hand_in(client, "amy")
    await _policy(client, AT_ONCE)
    grade_what_is_due(given_out)
    grade_what_is_due(given_out)
    assert _whose(given_out) == ["amy"]


async def test_at_the_due_time_everybody_is_graded_once(client: Client, given_out: Database, clock: Clock) -> None:
    await _due(client, clock.at + timedelta(hours=1))
    await _hand_in(client, "amy")
    await _hand_in(client, "bob")
    assert _jobs(given_out) == []
    assert (await _newest(client, "amy"))["waits_for"] == "due_time"
    clock.at += timedelta(hours=1)
    grade_what_is_due(given_out)
    assert _jobs(given_out) == []
    clock.at += timedelta(seconds=1)
    grade_what_is_due(given_out)
    grade_what_is_due(given_out)
    assert sorted(_whose(given_out)) == ["amy", "bob"]
    assert (await _newest(client, "amy"))["waits_for"] == "grader"


async def test_several_workers_find_the_same_due_time_and_each_learner_is_graded_once(
    client: Client, given_out: Database, clock: Clock, settings: Settings
) -> None:
    await _due(client, clock.at)
    for username in ("amy", "bob"):
        await _hand_in(client, username)
    clock.at += timedelta(minutes=1)
    workers = [Database(settings.database_url) for _ in range(6)]
    with ThreadPoolExecutor(len(workers)) as pool:
        list(pool.map(grade_what_is_due, workers))
    for worker in workers:
        worker.close()
    assert sorted(_whose(given_out)) == ["amy", "bob"]
    with given_out.read() as session:
        assert session.scalar(select(func.count()).select_from(AutomaticGradingRow)) == 2


async def test_after_a_standstill_all_that_became_due_is_caught_up(
    client: Client, given_out: Database, clock: Clock, app: FastAPI
) -> None:
    await _due(client, clock.at + timedelta(hours=1))
    await _hand_in(client, "amy")
    clock.at += timedelta(days=3)
    # As a worker does when it starts.
    queue: Queue = app.state.queues["grading"]
    queue.sweep()
    assert _whose(given_out) == ["amy"]
    assert queue.huey.dequeue() is not None


async def test_a_due_time_that_moves_later_grades_nobody_before_it(
    client: Client, given_out: Database, clock: Clock
) -> None:
    await _due(client, clock.at + timedelta(hours=1))
    await _hand_in(client, "amy")
    await _due(client, clock.at + timedelta(days=1))
    clock.at += timedelta(hours=2)
    grade_what_is_due(given_out)
    assert _jobs(given_out) == []
    clock.at += timedelta(days=1)
    grade_what_is_due(given_out)
    assert len(_jobs(given_out)) == 1


async def test_who_was_given_more_time_is_graded_at_their_own_due_time(
    client: Client, given_out: Database, clock: Clock
) -> None:
    await _due(client, clock.at + timedelta(hours=1))
    for username in ("amy", "bob"):
        await _hand_in(client, username)
    with given_out.write() as session:
        teacher = session.scalars(select(SubmissionRow.person_id)).first()
        assert teacher is not None
        store.grant(session, "art", NewAccommodation(username="bob", extra_minutes=24 * 60), teacher)
    clock.at += timedelta(hours=2)
    grade_what_is_due(given_out)
    assert _whose(given_out) == ["amy"]
    assert (await _newest(client, "bob"))["waits_for"] == "due_time"
    clock.at += timedelta(days=1)
    grade_what_is_due(given_out)
    assert _whose(given_out) == ["amy", "bob"]


async def test_late_work_is_graded_after_it_came(client: Client, given_out: Database, clock: Clock) -> None:
    await _due(client, clock.at)
    clock.at += timedelta(days=1)
    grade_what_is_due(given_out)
    await _hand_in(client, "amy")
    grade_what_is_due(given_out)
    assert len(_jobs(given_out)) == 1


async def test_a_deleted_assignment_is_not_graded(client: Client, given_out: Database, clock: Clock) -> None:
    await _due(client, clock.at)
    await _hand_in(client, "amy")
    assert (await client("ted").delete(TEACH)).status_code == 204
    clock.at += timedelta(days=1)
    grade_what_is_due(given_out)
    assert _jobs(given_out) == []


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_an_open_course_grades_at_once_until_its_teacher_decides(client: Client, given_out: Database) -> None:
    assert (await client("ted").get(f"{TEACH}/settings")).json()["grading"]["when"] == "on_demand"
    with given_out.write() as session:
        session.get_one(CourseRow, "art").open_to_all = True
    held = (await client("ted").get(f"{TEACH}/settings")).json()
    assert held["grading"] == AT_ONCE
    # Saving something else decides nothing.
    assert (await client("ted").put(f"{TEACH}/settings", json={**held, "title": "Twice"})).status_code == 200
    with given_out.read() as session:
        assert session.scalars(select(AssignmentRow)).one().grading == {}
    await _hand_in(client, "amy")
    assert len(_jobs(given_out)) == 1
    await _policy(client, {"when": "on_demand"})
    await _hand_in(client, "bob")
    assert len(_jobs(given_out)) == 1


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_from_hand_in_to_returned_feedback_without_a_teacher(
    client: Client, automatic: Database, work: Work
) -> None:
    await _policy(client, AT_ONCE)
    right = await _answer(client, "amy", RIGHT)
    wrong = await _answer(client, "bob", WRONG)
    _do_all(automatic, work)
    mine = (await client("amy").get(BASE)).json()
    assert (mine["state"], mine["submissions"][0]["marks"]["score"]) == ("returned", 2)
    assert mine["submissions"][0]["waits_for"] == ""
    page = (await client("amy").get(f"submissions/{right}/feedback")).json()["html"]
    assert "2 / 2" in page
    page = (await client("bob").get(f"submissions/{wrong}/feedback")).json()["html"]
    assert "0 / 2" in page
    assert "try another number" not in page
    timeline = (await client("amy").get("portfolio")).json()
    assert timeline[0]["sentence"] == "Got Doubling back: 2 of 2 points"


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_an_answer_for_a_person_is_graded_and_waits_for_the_teacher(
    client: Client, released: Database, work: Work
) -> None:
    await _policy(client, AT_ONCE)
    await _answer(client, "amy", RIGHT)
    _do_all(released, work)
    newest = await _newest(client, "amy")
    assert (newest["state"], newest["marks"], newest["waits_for"]) == ("handed_in", None, "teacher")
    (taught,) = (await client("ted").get("teach")).json()[0]["submissions"]
    assert (taught["state"], taught["marks"]["score"]) == ("needs_marks", 2)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_withheld_work_waits_for_the_teacher(client: Client, automatic: Database, work: Work) -> None:
    await _policy(client, AT_ONCE)
    await _hand_in(client, "amy", '{"cells": [')
    _do_all(automatic, work)
    assert (await _newest(client, "amy"))["waits_for"] == "teacher"
    (taught,) = (await client("ted").get("teach")).json()[0]["submissions"]
    assert taught["state"] == "withheld"


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_without_return_the_teacher_returns_it(client: Client, automatic: Database, work: Work) -> None:
    await _policy(client, {"when": "on_hand_in"})
    await _answer(client, "amy", RIGHT)
    _do_all(automatic, work)
    newest = await _newest(client, "amy")
    assert (newest["state"], newest["waits_for"]) == ("handed_in", "teacher")


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_two_versions_in_a_row_are_graded_once_and_the_newest_counts(
    client: Client, automatic: Database, work: Work, clock: Clock
) -> None:
    await _policy(client, AT_ONCE)
    await _answer(client, "amy", WRONG)
    clock.at += timedelta(seconds=1)
    await _answer(client, "amy", RIGHT)
    assert len(_jobs(automatic)) == 1
    _do_all(automatic, work)
    newest, older = (await client("amy").get(BASE)).json()["submissions"]
    assert (newest["state"], newest["marks"]["score"]) == ("returned", 2)
    assert (older["state"], older["marks"]) == ("handed_in", None)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_newer_version_that_comes_during_grading_counts(
    client: Client, automatic: Database, work: Work, clock: Clock, blobs: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _policy(client, AT_ONCE)
    await _answer(client, "amy", WRONG)
    body = await _filled_in(client, "amy", RIGHT)
    marks = CourseBook.marks
    ran = []

    def meanwhile(self: CourseBook, name: str, student: str) -> object:
        if not ran:
            ran.append(True)
            clock.at += timedelta(seconds=1)
            blob = blobs.put(body.encode())
            with automatic.write() as session:
                row = store.get_assignment(session, "art", "doubling")
                person = people.find_person(session, "amy")
                files = [FileEntry(path="doubling.ipynb", sha256=blob.sha256, size=blob.size)]
                assert person is not None
                receipt, _ = store.submit(session, person, row, files, "0" * 64)
                grade_on_hand_in(session, row, receipt.submission)
        return marks(self, name, student)

    monkeypatch.setattr(CourseBook, "marks", meanwhile)
    _do_all(automatic, work)
    _do_all(automatic, work)
    newest, older = (await client("amy").get(BASE)).json()["submissions"]
    assert (newest["state"], newest["marks"]["score"]) == ("returned", 2)
    assert older["state"] == "handed_in"


async def test_an_older_version_that_is_handed_in_again_is_graded_again(
    client: Client, given_out: Database, clock: Clock
) -> None:
    await _policy(client, AT_ONCE)
    first = await _hand_in(client, "amy", "{}")
    with given_out.write() as session:
        session.scalars(select(JobRow)).one().state = "done"
        row = session.get_one(SubmissionRow, first)
        row.state, row.formgrader_id = "graded", "x"
    clock.at += timedelta(seconds=1)
    second = await _hand_in(client, "amy", "[]")
    with given_out.write() as session:
        session.scalars(select(JobRow).where(JobRow.state == "waiting")).one().state = "done"
        row = session.get_one(SubmissionRow, second)
        row.state, row.formgrader_id = "graded", "x"
    clock.at += timedelta(seconds=1)
    files = [("files", ("doubling.ipynb", b"{}"))]
    for _ in range(2):
        assert (await client("amy").post(f"{BASE}/submissions", files=files)).status_code == 200
    grade_what_is_due(given_out)
    assert [job.payload["submission"] for job in _jobs(given_out)] == [first, second, first]


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_job_that_failed_leaves_the_work_with_the_teacher(client: Client, given_out: Database) -> None:
    await _policy(client, AT_ONCE)
    await _hand_in(client, "amy")
    with given_out.write() as session:
        session.scalars(select(JobRow).where(JobRow.kind == ONE)).one().state = "failed"
    assert (await _newest(client, "amy"))["waits_for"] == "teacher"
    grade_what_is_due(given_out)
    assert len(_jobs(given_out)) == 1


async def _due(client: Client, at: datetime) -> None:
    answer = await _policy(client, {"when": "at_due"}, due_at=at.isoformat())
    assert answer.status_code == 200, answer.text
