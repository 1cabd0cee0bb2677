"""The formgrader in a teacher's space, on a submission whose author is hostile."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from learnspace_assignments.grading.newbook import ensure_gradebook

pytest_plugins = ["pytest_jupyter.jupyter_server"]

HOSTILE = """\
Because *of* this.
<script>alert(1)</script> <img src=x onerror=alert(1)> <img src="/hub/logout"> <img src="../../../logout">
<a href="javascript:alert(1)">look</a> <iframe srcdoc="<script>alert(1)</script>"></iframe>
<input class="score" id="why"> <b class="score" id="why">bold</b> <form action="/hub/logout"></form>
"""


@pytest.fixture
def jp_server_config(monkeypatch: pytest.MonkeyPatch, jp_root_dir: Path):
    monkeypatch.setenv("LEARNSPACE_ROLE", "teacher")
    config = jp_root_dir / "courses" / "art" / "nbgrader_config.py"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.touch()
    return {
        "ServerApp": {"jpserver_extensions": {"learnspace_core.space": True}},
        "CourseDirectory": {"root": str(jp_root_dir / "courses" / "art"), "course_id": "art"},
    }


@pytest.fixture
def submission(jp_root_dir: Path) -> str:
    """nbgrader's id of an autograded submission that attacks who looks at it."""
    data = {"image/png": "iVBORw0KGgo=", "text/plain": "plot"}
    outputs = [
        nbformat.v4.new_output("display_data", data, metadata={"image/png": {"width": "1 onerror=alert(1)"}}),
        nbformat.v4.new_output("display_data", {"text/html": "<script>alert(1)</script><table><tr><td>7</td></table>"}),
        nbformat.v4.new_output("display_data", {"application/javascript": "alert(1)"}),
        nbformat.v4.new_output("display_data", {"text/html": "<b>1</b>"}, metadata={"text/html": {"isolated": True}}),
    ]
    grading = {"grade_id": '"><script>alert(1)</script>', "solution": True, "grade": True, "points": 1}
    cells = [
        nbformat.v4.new_markdown_cell(HOSTILE, metadata={"nbgrader": {**grading, "grade_id": "why"}}),
        nbformat.v4.new_code_cell("plot()", outputs=outputs, metadata={"nbgrader": grading}),
    ]
    course = jp_root_dir / "courses" / "art"
    folder = course / "autograded" / "amy" / "doubling"
    folder.mkdir(parents=True)
    widgets = {"application/vnd.jupyter.widget-state+json": {"state": {"x": "<script>alert(1)"}}}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"widgets": widgets})
    nbformat.write(notebook, folder / "doubling.ipynb")
    (folder / "page.html").write_text("<script>alert(1)</script>")
    ensure_gradebook(course / "gradebook.db")
    with Gradebook(f"sqlite:///{course}/gradebook.db", "art") as book:
        book.add_assignment("doubling")
        book.add_notebook("doubling", "doubling")
        book.add_student("amy")
        book.add_submission("doubling", "amy")
        return str(book.find_submission_notebook("doubling", "doubling", "amy").id)


async def test_a_submission_runs_nothing_in_the_teachers_browser(submission, jp_fetch):
    answer = await jp_fetch("formgrader", "submissions", submission + "/")
    page = answer.body.decode()
    # nbgrader's own: the page works as before.
    assert 'id="why-comment"' in page
    assert "Because <em>of</em> this." in page
    assert "<td>7</td>" in page
    assert page.count('id="why"') == 1
    own, _, shown = page.partition('id="notebook-container"')
    assert "formgrade.js" in own
    for trace in ("<script", "onerror", "javascript:", "<iframe", "<form", "/hub/logout", "../logout"):
        assert trace not in shown, trace


async def test_a_page_that_was_handed_in_has_no_origin(submission, jp_fetch):
    answer = await jp_fetch("formgrader", "submissions", submission, "page.html")
    assert answer.headers["Content-Security-Policy"] == "sandbox"
