"""From a folder in ``source/`` to a release: the list, what learners will get, faults, the check, cancelling."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx
import nbformat
import pytest

from learnspace_assignments import store
from learnspace_assignments.coursedir import ensure_course_directory
from learnspace_core import jobs
from learnspace_core.database import Database, now
from learnspace_core.settings import Settings
from learnspace_core.tables import JobRow, RecordRow
from tests.learnspace_assignments.conftest import Work, source_notebook

Client = Callable[[str], httpx.AsyncClient]
DOUBLING = "teach/art/doubling"


@pytest.fixture
def source(settings: Settings, school: Database) -> Path:
    """The folder of an assignment that a teacher wrote into the course's directory."""
    assert school is not None
    folder = ensure_course_directory(settings, "art") / "source" / "doubling"
    folder.mkdir()
    _write(folder, source_notebook())
    return folder


def _write(folder: Path, notebook: nbformat.NotebookNode) -> None:
    nbformat.write(notebook, folder / "doubling.ipynb")


async def _list(client: Client) -> list[tuple[str, str, str]]:
    return [(one["name"], one["title"], one["release"]) for one in (await client("ted").get("teach")).json()]


async def test_a_folder_in_source_is_an_assignment_that_is_not_released(client: Client, source: Path) -> None:
    assert await _list(client) == [("doubling", "Doubling", "not_released")]
    assert await _list(client) == [("doubling", "Doubling", "not_released")]
    assert (await client("una").get("teach")).json() == []
    assert (await client("amy").get("assignments")).json() == []
    # Before it is released, its folder is all there is of it.
    shutil.rmtree(source)
    assert await _list(client) == []
    assert (await client("ted").get(f"{DOUBLING}/release")).status_code == 404


async def test_a_deleted_assignment_does_not_come_back_from_its_folder(
    client: Client, source: Path, school: Database
) -> None:
    assert source.name == "doubling"
    await _list(client)
    with school.write() as session:
        store.get_assignment(session, "art", "doubling", released=False).archived_at = now()
    assert await _list(client) == []


async def test_a_link_in_source_does_not_hide_the_other_assignments(client: Client, source: Path) -> None:
    linked = source.parent / "linked"
    shutil.copytree(source, linked)
    (linked / "secret.csv").symlink_to("/etc/passwd")
    assert await _list(client) == [("doubling", "Doubling", "not_released")]
    refused = await client("ted").get("teach/art/linked/release")
    assert refused.status_code == 404


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_what_learners_will_get_is_what_they_get(
    client: Client, source: Path, work: Work, school: Database
) -> None:
    (source / "walk.csv").write_text("1,2")
    before = (await client("ted").get(f"{DOUBLING}/release")).json()
    assert [file["path"] for file in before["files"]] == ["doubling.ipynb", "walk.csv"]
    assert [(one["id"], one["title"], one["points"]) for one in before["questions"]] == [
        ("double-tests", "Doubling", 2),
        ("why", "Doubling", 3),
    ]
    assert (before["points"], before["version"], before["released_at"], before["changed"]) == (5, 0, None, False)

    asked = await client("ted").post(f"{DOUBLING}/release", json={"note": " The first "})
    assert asked.status_code == 202
    again = await client("ted").post(f"{DOUBLING}/release", json={"note": ""})
    assert again.json()["id"] == asked.json()["id"]
    work.queue.run(asked.json()["id"])
    after = (await client("ted").get(f"{DOUBLING}/release")).json()
    assert (after["version"], after["changed"], after["job"]["state"]) == (1, False, "done")
    got = (await client("amy").get("assignments/art/doubling")).json()
    assert ([file["path"] for file in got["files"]], got["max_score"]) == (["doubling.ipynb", "walk.csv"], 5)
    assert await _list(client) == [("doubling", "Doubling", "open")]
    with school.read() as session:
        verbs = [(row.verb, row.object_type, row.result) for row in session.query(RecordRow)]
    assert verbs == [("released", "assignment", {"version": 1})]


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_the_same_source_again_is_no_new_version_and_a_change_is(
    client: Client, source: Path, work: Work, school: Database
) -> None:
    async def release(note: str) -> int:
        asked = await client("ted").post(f"{DOUBLING}/release", json={"note": note})
        work.queue.run(asked.json()["id"])
        return int((await client("ted").get(f"{DOUBLING}/release")).json()["version"])

    assert [await release("one"), await release("two")] == [1, 1]
    notebook = source_notebook()
    notebook.cells[0].source = "# Doubling numbers"
    _write(source, notebook)
    assert (await client("ted").get(f"{DOUBLING}/release")).json()["changed"] is True
    assert await release("Clearer words") == 2
    with school.read() as session:
        row = store.get_assignment(session, "art", "doubling")
        assert row.files[0]["path"] == "doubling.ipynb"


async def test_a_faulty_source_is_refused_with_its_cells_named(client: Client, source: Path, school: Database) -> None:
    notebook = source_notebook()
    del notebook.cells[2].metadata.nbgrader["points"]
    notebook.cells[1].source = "### BEGIN SOLUTION"
    _write(source, notebook)
    shown = (await client("ted").get(f"{DOUBLING}/release")).json()
    assert [(one["code"], one["cell"]) for one in shown["problems"]] == [
        ("no_end", "double"),
        ("no_points", "double-tests"),
    ]
    refused = await client("ted").post(f"{DOUBLING}/release", json={"note": ""})
    assert (refused.status_code, refused.json()["code"]) == (409, "bad_assignment")
    assert "double-tests" in refused.json()["message"]
    with school.read() as session:
        assert session.query(JobRow).count() == 0


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_source_that_became_faulty_fails_the_job_in_plain_words(
    client: Client, source: Path, work: Work
) -> None:
    await _list(client)
    notebook = source_notebook()
    notebook.cells[2].metadata.nbgrader.grade_id = "double"
    _write(source, notebook)
    job_id = work.do("release")
    job = (await client("ted").get(f"jobs/{job_id}")).json()
    assert (job["state"], job["code"]) == ("failed", "bad_assignment")
    assert job["message"] == "Two cells in doubling have the ID double. Give one of them another."
    # A release that the import asked for is told in the same place.
    assert (await client("ted").get(f"{DOUBLING}/release")).json()["job"]["message"] == job["message"]


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_cells_that_may_not_go_any_more_are_explained(client: Client, released: Database, work: Work) -> None:
    assert released is not None
    folder = work.queue.settings.state / "courses/art/source/doubling"
    body = (await client("amy").get("assignments/art/doubling/files/doubling.ipynb")).content
    await client("amy").post("assignments/art/doubling/submissions", files=[("files", ("doubling.ipynb", body))])
    work.do("grade", usernames=None)
    notebook = source_notebook()
    notebook.cells[2].metadata.nbgrader.grade_id = "renamed"
    _write(folder, notebook)
    asked = await client("ted").post(f"{DOUBLING}/release", json={"note": ""})
    work.queue.run(asked.json()["id"])
    message = (await client("ted").get(f"jobs/{asked.json()['id']}")).json()["message"]
    assert message.startswith("Work on doubling has been graded already")


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_autotest_lines_never_run_beside_the_gradebooks(client: Client, source: Path, work: Work) -> None:
    canary = source / "canary"
    notebook = source_notebook()
    notebook.cells[2].source = f"open({str(canary)!r}, 'w').close()\n### AUTOTEST double(2)"
    _write(source, notebook)
    (source / "autotests.yml").write_text("python3: {setup: '', dispatch: 'type({{snippet}})', templates: {}}")
    await _list(client)
    work.do("release")
    assert not canary.exists()


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_check_is_kept_until_the_source_changes(client: Client, source: Path, work: Work) -> None:
    none = (await client("ted").get(f"{DOUBLING}/check")).json()
    assert none == {"report": None, "current": False, "job": None}
    asked = await client("ted").post(f"{DOUBLING}/check")
    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    again = await client("ted").post(f"{DOUBLING}/check")
    assert again.json()["id"] == asked.json()["id"]
    work.queue.run(asked.json()["id"])
    state = (await client("ted").get(f"{DOUBLING}/check")).json()
    assert (state["current"], state["report"]["verdict"], state["job"]["state"]) == (True, "ready", "done")
    assert state["job"]["done"] < state["job"]["total"]
    (source / "walk.csv").write_text("1,2")
    state = (await client("ted").get(f"{DOUBLING}/check")).json()
    assert (state["current"], state["report"]["verdict"]) == (False, "ready")


async def test_a_job_that_waits_is_cancelled_and_never_begun(client: Client, source: Path, work: Work) -> None:
    assert source.name == "doubling"
    job_id = (await client("ted").post(f"{DOUBLING}/check")).json()["id"]
    assert (await client("una").post(f"jobs/{job_id}/cancel")).status_code == 404
    assert (await client("ted").post(f"jobs/{job_id}/cancel")).json()["state"] == "cancelled"
    assert (await client("ted").post(f"jobs/{job_id}/cancel")).json()["state"] == "cancelled"
    work.queue.run(job_id)
    assert (await client("ted").get(f"jobs/{job_id}")).json()["state"] == "cancelled"
    assert (await client("ted").get(f"{DOUBLING}/check")).json()["report"] is None
    assert (await client("ted").post(f"{DOUBLING}/check")).json()["id"] != job_id


async def test_a_job_that_runs_ends_at_its_next_step(client: Client, school: Database, work: Work) -> None:
    begun: list[str] = []

    @jobs.job("steps")
    def steps(running: jobs.Work) -> None:
        with school.write() as session:
            jobs.cancel(session, session.get_one(JobRow, running.job_id))
        begun.append("first")
        running.progress(1, 2)
        begun.append("second")

    job_id = work.do("steps")
    assert begun == ["first"]
    assert (await client("ted").get(f"jobs/{job_id}")).json()["state"] == "cancelled"


async def test_a_job_that_has_ended_stays_as_it_is(client: Client, school: Database, work: Work) -> None:
    assert school is not None
    job_id = work.do("unknown")
    before = (await client("ted").get(f"jobs/{job_id}")).json()
    assert before["state"] == "failed"
    assert (await client("ted").post(f"jobs/{job_id}/cancel")).json() == before


async def test_the_state_of_a_release_follows_the_clock(client: Client, source: Path, school: Database) -> None:
    assert source.name == "doubling"
    await _list(client)
    states = []
    for opens, closes in ((-1, 1), (1, 2), (-2, -1)):
        with school.write() as session:
            row = store.get_assignment(session, "art", "doubling", released=False)
            row.released_at = now()
            row.opens_at, row.closes_at = now() + timedelta(hours=opens), now() + timedelta(hours=closes)
        states.append((await _list(client))[0][2])
    assert states == ["open", "scheduled", "closed"]
