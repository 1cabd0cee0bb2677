"""What was handed in before: looked at, and brought back beside the current files."""

import threading

import nbformat
import pytest

from learnspace_assignments import submittedview
from tests.learnspace_assignments.badline import (
    API,
    FOLDER,
    PS1,
    WORK,
    folder,
    get,
    home,
    lena,
    line,
    post,
    refusal,
    service,
)

__all__ = ["folder", "home", "lena", "line", "service"]

pytest_plugins = ["pytest_jupyter.jupyter_server"]


async def test_an_older_version_comes_back_beside_and_is_not_handed_in_again(jp_fetch, home, folder):
    (folder / "data").mkdir()
    (folder / "data" / "练习.csv").write_text("old")
    _, first = await post(jp_fetch, *PS1, "submit")
    (folder / "data" / "练习.csv").write_text("new")
    there = (*PS1, "submissions", first["submission"], "bring-back")
    code, back = await post(jp_fetch, *there)
    assert code == 200
    assert back["path"].startswith(f"{FOLDER}/handed-in 20")
    assert (home / back["path"] / "data" / "练习.csv").read_text() == "old"
    assert (folder / "data" / "练习.csv").read_text() == "new"
    (home / back["path"] / "data" / "练习.csv").write_text("mine again")
    _, again = await post(jp_fetch, *there)
    assert (again["written"], len(again["kept"])) == ([], 2)
    assert (home / back["path"] / "data" / "练习.csv").read_text() == "mine again"
    _, second = await post(jp_fetch, *PS1, "submit")
    assert [file["path"] for file in second["files"]] == ["data/练习.csv", "ps1.ipynb"]
    [listed] = await get(jp_fetch, *API, "assignments")
    assert [file["path"] for file in listed["local_files"]] == ["data/练习.csv", "ps1.ipynb"]


async def test_a_submission_of_somebody_else_is_not_brought_back(jp_fetch, home):
    code, error = await refusal(jp_fetch, *PS1, "submissions", "0" * 32, "bring-back", method="POST", body="{}")
    assert (code, error["code"]) == (404, "not_found")


async def test_a_preview_waits_for_nobody(jp_fetch, home, monkeypatch):
    """A crowd of previews must not take the service's threads."""
    _, receipt = await post(jp_fetch, *PS1, "submit")
    monkeypatch.setattr(submittedview, "_AT_ONCE", threading.Semaphore(0))
    code, error = await refusal(jp_fetch, *API, "submissions", receipt["submission"], "preview")
    assert (code, error["code"]) == (409, "preview_not_ready")


async def test_a_preview_that_takes_too_long_is_given_up(jp_fetch, home, monkeypatch):
    _, receipt = await post(jp_fetch, *PS1, "submit")
    monkeypatch.setattr(submittedview, "WALL_SECONDS", 0.001)
    code, error = await refusal(jp_fetch, *API, "submissions", receipt["submission"], "preview")
    assert (code, error["code"]) == (413, "too_large_to_show")


async def test_what_was_handed_in_can_be_looked_at_and_does_nothing(jp_fetch, home, folder):
    cell = nbformat.v4.new_markdown_cell("My **words**. <script>alert(1)</script><img src=http://evil/x onerror=go()>")
    (folder / "ps1.ipynb").write_text(nbformat.writes(nbformat.v4.new_notebook(cells=[cell])))
    _, receipt = await post(jp_fetch, *PS1, "submit")
    html = (await get(jp_fetch, *API, "submissions", receipt["submission"], "preview"))["html"]
    assert "<strong>words</strong>" in html
    assert "<script" not in html
    assert "onerror" not in html


@pytest.mark.parametrize(
    "make",
    [
        lambda: WORK + " " * 2_000_001,
        lambda: nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x" * 100_001)])),
    ],
)
async def test_a_notebook_too_large_to_show_says_how_to_see_it(jp_fetch, home, folder, make):
    (folder / "ps1.ipynb").write_text(make())
    _, receipt = await post(jp_fetch, *PS1, "submit")
    code, error = await refusal(jp_fetch, *API, "submissions", receipt["submission"], "preview")
    assert (code, error["code"]) == (413, "too_large_to_show")
    assert "Bring it back" in error["message"]
