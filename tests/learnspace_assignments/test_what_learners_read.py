"""All that the service gives a learner about graded work: every comment, and no hidden test, at no address."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import nbformat
import pytest
from fastapi import FastAPI
from nbgrader.api import Gradebook

from learnspace_core.database import Database
from learnspace_core.settings import PREFIX, Settings
from tests.conftest import as_person
from tests.learnspace_assignments.conftest import Work

Client = Callable[[str], httpx.AsyncClient]
BASE = "assignments/art/doubling"
HIDDEN = ("try another number", "double(21)", "HIDDEN TESTS")
"""What stands in the hidden test of ``source_notebook``, and nowhere else in the assignment."""
SETTINGS = {
    "title": "Doubling", "opens_at": None, "due_at": None, "closes_at": None, "late": {}, "attempts": None,
    "team_size": 1, "team_signup": False,
}  # fmt: skip
QUOTING = "def double(x):\n    if x > 20:\n        raise ValueError(str(In[-1]))\n    return 2 * x"
"""An answer that puts the hidden test into its exception."""

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


async def _returned(client: Client, work: Work, settings: Settings, answer: str) -> str:
    """Hand in, grade, comment as nbgrader's formgrader does, return; give the submission's id."""
    amy = client("amy")
    notebook = nbformat.reads((await amy.get(f"{BASE}/files/doubling.ipynb")).text, as_version=4)
    notebook.cells[1].source, notebook.cells[3].source = answer, "Because."
    body = nbformat.writes(notebook).encode()
    done = await amy.post(f"{BASE}/submissions", files=[("files", ("doubling.ipynb", body))])
    work.do("grade", usernames=None)
    with Gradebook(f"sqlite:///{settings.state}/courses/art/gradebook.db", "art") as book:
        grade = book.find_grade("why", "doubling", "doubling", "amy")
        grade.manual_score, grade.needs_manual_grade = 3, False
        book.find_comment("why", "doubling", "doubling", "amy").manual_comment = "Well said."
        book.find_comment(
            "double", "doubling", "doubling", "amy"
        ).manual_comment = "Read it <i>aloud</i>.\nThen run it."
        book.db.commit()
    work.do("return", usernames=None, teacher="ted")
    return str(done.json()["submission"])


async def test_no_hidden_test_at_any_address(
    client: Client, app: FastAPI, released: Database, work: Work, settings: Settings
) -> None:
    submission = await _returned(client, work, settings, QUOTING)
    place = {
        "course": "art", "name": "doubling", "path": "doubling.ipynb", "submission_id": submission, "number": "1",
        "notebook": "doubling.html", "resource_id": "1", "job_id": "x", "accommodation_id": "x",
    }  # fmt: skip
    read = set()
    for path in (path for path, verbs in app.openapi()["paths"].items() if "get" in verbs):
        answered = await client("amy").get(path.removeprefix(f"{PREFIX}/api/").format(**place))
        if answered.status_code == 200:
            read.add(path.removeprefix(f"{PREFIX}/api"))
            assert [words for words in HIDDEN if words in answered.text] == [], path
    # Else it proves little: what a space asks for is among them.
    assert read >= {
        "/assignments", "/assignments/{course}/{name}", "/assignments/{course}/{name}/files/{path}",
        "/assignments/{course}/{name}/questions", "/submissions/{submission_id}",
        "/submissions/{submission_id}/feedback", "/submissions/{submission_id}/feedback/{notebook}",
        "/submissions/{submission_id}/preview", "/home", "/portfolio",
    }  # fmt: skip
    marks = (await client("amy").get(BASE)).json()["submissions"][0]["marks"]
    assert [one["messages"] for one in marks["questions"]] == [["A hidden test did not pass."], []]


async def test_a_comment_on_an_answer_without_points_of_its_own_is_given_too(
    client: Client, app: FastAPI, browser: httpx.AsyncClient, released: Database, work: Work, settings: Settings
) -> None:
    """nbgrader's formgrader has the field for it at the answer, not at the test that gives the points."""
    submission = await _returned(client, work, settings, "def double(x):\n    return 2 * x")
    marks = (await client("amy").get(BASE)).json()["submissions"][0]["marks"]
    assert marks["remarks"] == [
        {"notebook": "doubling", "id": "double", "title": "Doubling", "comment": "Read it <i>aloud</i>.\nThen run it."}
    ]
    page = (await client("amy").get(f"submissions/{submission}/feedback")).json()["html"]
    assert "Read it &lt;i&gt;aloud&lt;/i&gt;." in page
    assert page.index("Then run it.") < page.index("2 / 2") < page.index("Well said.")
    # Outside Lab: the same in words first, then the notebook, in a document that can do nothing.
    as_person(app, "amy")
    outside = (await browser.get(f"submissions/{submission}/feedback", headers={"Accept-Language": "zh"})).text
    assert (
        outside.index("做得好：Doubling。")
        < outside.index("5 / 5")
        < outside.index("Read it &lt;i&gt;aloud&lt;/i&gt;.")
    )
    whole = await browser.get(f"submissions/{submission}/feedback/doubling")
    assert "Read it &lt;i&gt;aloud&lt;/i&gt;." in whole.text
    assert whole.headers["content-security-policy"].startswith("sandbox;")
    # Marks may be shown where feedback is not; then they come without its words.
    shows = {"marks": "when_returned", "feedback": "never", "solutions": "never"}
    assert (await client("ted").put("teach/art/doubling/settings", json=SETTINGS | {"shows": shows})).is_success
    given = (await client("amy").get(BASE)).json()["submissions"][0]
    assert (given["feedback"], given["marks"]["score"], given["marks"]["remarks"]) == (False, 5, [])
    assert [(one["comment"], one["messages"]) for one in given["marks"]["questions"]] == [("", []), ("", [])]
