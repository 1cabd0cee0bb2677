"""Release, hand in, grade, mark by hand, return: with nbgrader's converters and gradebook, in the process sandbox."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import nbformat
import pytest
from nbgrader.api import Gradebook

from learnspace_assignments import jobs, store
from learnspace_assignments.store.newest import subject_of
from learnspace_core.database import Database
from learnspace_core.jobs import add
from learnspace_core.settings import Settings
from learnspace_core.tables import JobRow
from tests.learnspace_assignments.conftest import Work

Client = Callable[[str], httpx.AsyncClient]
BASE = "assignments/art/doubling"


async def hand_in(client: Client, username: str, solution: str, why: str = "Because.") -> dict[str, object]:
    """Hand in the assignment with this solution and return the receipt."""
    learner = client(username)
    files = (await learner.get(BASE)).json()["files"]
    assert [file["path"] for file in files] == ["doubling.ipynb"]
    notebook = nbformat.reads((await learner.get(f"{BASE}/files/doubling.ipynb")).text, as_version=4)
    assert "HIDDEN" not in nbformat.writes(notebook)
    assert "return 2 * x" not in nbformat.writes(notebook)
    notebook.cells[1].source = solution
    notebook.cells[3].source = why
    body = nbformat.writes(notebook).encode()
    done = await learner.post(f"{BASE}/submissions", files=[("files", ("doubling.ipynb", body))])
    assert done.status_code == 201
    receipt: dict[str, object] = done.json()
    return receipt


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_from_hand_in_to_feedback(client: Client, released: Database, work: Work, settings: Settings) -> None:
    right = await hand_in(client, "amy", "def double(x):\n    return x + x")
    wrong = await hand_in(client, "bob", "def double(x):\n    return 4")
    teacher = client("ted")
    waiting = (await teacher.get("teach")).json()[0]
    assert [(one["username"], one["state"]) for one in waiting["submissions"]] == [
        ("amy", "handed_in"),
        ("bob", "handed_in"),
    ]

    asked = await teacher.post("teach/art/doubling/grade", json={})
    assert asked.status_code == 202
    work.queue.run(asked.json()["id"])
    job = (await teacher.get(f"jobs/{asked.json()['id']}")).json()
    assert (job["state"], job["done"], job["total"]) == ("done", 2, 2)

    graded = (await teacher.get("teach")).json()[0]["submissions"]
    assert [(one["state"], one["marks"]["score"]) for one in graded] == [("needs_marks", 2), ("needs_marks", 0)]
    assert all(one["formgrader_id"] for one in graded)
    # Nothing of it reaches a learner before it is returned.
    mine = (await client("amy").get(BASE)).json()["submissions"][0]
    assert (mine["state"], mine["marks"]) == ("handed_in", None)
    assert (await client("amy").get(f"submissions/{right['submission']}/feedback")).status_code == 404

    job_id = work.do("return", usernames=None, teacher="ted")
    with released.read() as session:
        row = session.get_one(JobRow, job_id)
    assert (row.state, row.code) == ("failed", "needs_marks")
    assert "Amy, Bob" in (row.message or "")

    # As nbgrader's formgrader does it.
    with Gradebook(f"sqlite:///{settings.state}/courses/art/gradebook.db", "art") as book:
        for username, score in (("amy", 3), ("bob", 1)):
            grade = book.find_grade("why", "doubling", "doubling", username)
            grade.manual_score, grade.needs_manual_grade = score, False
            book.find_comment("why", "doubling", "doubling", username).manual_comment = "Well <b>said</b>."
        book.db.commit()
    work.do("read_marks")
    assert [one["state"] for one in (await teacher.get("teach")).json()[0]["submissions"]] == ["graded", "graded"]
    work.do("return", usernames=None, teacher="ted")

    mine = (await client("amy").get(BASE)).json()
    assert (mine["state"], mine["submissions"][0]["marks"]["score"]) == ("returned", 5)
    page = (await client("bob").get(f"submissions/{wrong['submission']}/feedback")).json()["html"]
    assert "A hidden test did not pass." in page
    assert "try another number" not in page
    assert "double(21)" not in page
    assert "HIDDEN" not in page
    assert "0 / 2" in page
    assert "&lt;b&gt;said" in page
    timeline = (await client("amy").get("portfolio")).json()
    assert [entry["verb"] for entry in timeline] == ["scored", "submitted"]
    assert timeline[0]["sentence"] == "Got Doubling back: 5 of 5 points"


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_broken_notebook_is_withheld_with_its_reason_and_the_rest_go_on(
    client: Client, released: Database, work: Work
) -> None:
    broken = await client("amy").post(f"{BASE}/submissions", files=[("files", ("doubling.ipynb", b'{"cells": ['))])
    assert broken.status_code == 201
    await hand_in(client, "bob", "def double(x):\n    return 2 * x")
    work.do("grade", usernames=None)
    amy, bob = (await client("ted").get("teach")).json()[0]["submissions"]
    assert amy["state"] == "withheld"
    assert "doubling.ipynb: is not a valid notebook" in amy["reason"]
    assert (bob["state"], bob["marks"]["score"]) == ("needs_marks", 2)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_files_that_cannot_be_placed_stop_nobody_else(client: Client, released: Database, work: Work) -> None:
    notebook = nbformat.writes(nbformat.v4.new_notebook()).encode()
    files = [("files", ("doubling.ipynb", notebook)), ("files", ("timestamp.txt/x", b""))]
    assert (await client("amy").post(f"{BASE}/submissions", files=files)).status_code == 201
    await hand_in(client, "bob", "def double(x):\n    return 2 * x")
    work.do("grade", usernames=None)
    amy, bob = (await client("ted").get("teach")).json()[0]["submissions"]
    assert (amy["state"], bob["state"]) == ("withheld", "needs_marks")
    assert "Look at it by hand" in amy["reason"]


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
@pytest.mark.parametrize("link", ["gradebook.db", "submitted/amy", "autograded/amy/doubling"])
async def test_a_teachers_link_leads_the_grader_into_no_other_course(
    client: Client, released: Database, work: Work, settings: Settings, link: str
) -> None:
    await hand_in(client, "amy", "def double(x):\n    return 2 * x")
    courses = settings.state / "courses"
    other, place = courses / "biology" / link, courses / "art" / link
    place.unlink(missing_ok=True)
    for path in (other, place):
        path.parent.mkdir(parents=True, exist_ok=True)
    if link == "gradebook.db":
        other.write_bytes(b"")
    else:
        (other / "doubling").mkdir(parents=True)
        (other / "doubling" / "notes.txt").write_text("theirs")
    before = _all_files(courses / "biology")
    place.symlink_to(other)
    work.do("grade", usernames=None)
    (amy,) = (await client("ted").get("teach")).json()[0]["submissions"]
    assert (amy["state"], amy["marks"]) == ("withheld", None)
    assert "is a link" in amy["reason"]
    assert _all_files(courses / "biology") == before


def _all_files(directory: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_silence_earns_nothing(client: Client, released: Database, work: Work) -> None:
    await hand_in(client, "amy", "import os\nos._exit(0)")
    work.do("grade", usernames=None)
    (amy,) = (await client("ted").get("teach")).json()[0]["submissions"]
    assert amy["marks"]["score"] == 0


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_grading_again_changes_nothing(client: Client, released: Database, work: Work) -> None:
    await hand_in(client, "amy", "def double(x):\n    return 2 * x")
    work.do("grade", usernames=["amy"])
    before = (await client("ted").get("teach")).json()[0]["submissions"]
    work.do("grade", usernames=["amy"])
    assert (await client("ted").get("teach")).json()[0]["submissions"] == before


@pytest.mark.parametrize("ends", [False, True], ids=["it is still at it", "it withheld it"])
async def test_what_a_grader_takes_while_all_are_returned_is_left_out_and_named(
    client: Client, released: Database, work: Work, monkeypatch: pytest.MonkeyPatch, ends: bool
) -> None:
    for username in ("amy", "bob"):
        await hand_in(client, username, "def double(x):\n    return 2 * x", why="YOUR ANSWER HERE")
    work.do("grade", usernames=None)
    real, taken = jobs.settled_marks, []

    def meanwhile(*arguments: Any) -> Any:
        """Read the marks; and before they are returned, a grader takes amy's work."""
        found = real(*arguments)
        with released.write() as session:
            row, person = next(
                one for one in store.newest_submissions(session, arguments[2]) if one[1].username == "amy"
            )
            if arguments[3].id == person.id and not taken:
                taken.append(row.id)
                payload = {"course": "art", "name": "doubling", "submission": row.id}
                job = add(session, "grading", "grade_one", payload, course_id="art")
                job.subject, job.state = subject_of(row), "done" if ends else "running"
                if ends:
                    store.note_withheld(session, row, "No test could have failed.", "no_evidence")
        return found

    monkeypatch.setattr(jobs, "settled_marks", meanwhile)
    job_id = work.do("return", teacher="ted")
    (shown,) = (await client("ted").get("teach")).json()
    states = {one["username"]: one["state"] for one in shown["submissions"]}
    assert states == {"amy": "withheld" if ends else "grading", "bob": "returned"}
    with released.read() as session:
        job = session.get_one(JobRow, job_id)
    assert (job.state, job.code) == ("failed", "graded_meanwhile")
    assert "Amy" in (job.message or "")
    assert "Bob" not in (job.message or "")
