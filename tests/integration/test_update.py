"""A mended assignment in a browser: the learner sees what changes, keeps what they wrote, and can undo it."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Browser, Locator, expect

from learnspace_assignments import store
from learnspace_core.blobs import BlobStore
from learnspace_core.database import Database
from learnspace_core.models import FileEntry
from tests.integration.conftest import NARROW, SET_LANGUAGE, Stack, new_context, open_panel, save_in_lab, shot, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NAME = "ps1-numbers-and-names"
PRACTICE = "Practice 1: Numbers and names"
NOTE = "Task 2 says how often you walk."
ASKED = "# Five days a week, there and back."
MINE = "def minutes_per_week(minutes_one_way):\n    return minutes_one_way * 10"


def test_an_update_is_seen_before_it_is_made_keeps_what_was_written_and_can_be_undone(
    stack: Stack, browser: Browser
) -> None:
    page = sign_in(new_context(browser), stack, "lena")
    panel = open_panel(page, "Learning", "Assignments")
    panel.get_by_role("button", name=re.compile(PRACTICE)).click()
    panel.get_by_role("button", name="Get it").click()
    expect(page.locator(".jp-NotebookPanel:visible").get_by_role("heading", name=PRACTICE)).to_be_visible()
    # A kernel leaves its name in a notebook when it comes; saved after that, nothing in Lab is newer than the file.
    expect(page.get_by_text(re.compile(r"\| Idle"))).to_be_visible()
    page.locator(".jp-NotebookPanel:visible").focus()
    save_in_lab(page)
    expect(page.locator(".lm-DockPanel-tabBar .jp-mod-dirty")).to_have_count(0)
    notebook = stack.home("lena") / "assignments" / stack.course / NAME / f"{NAME}.ipynb"
    content = json.loads(notebook.read_text())
    _cell(content, "ps1-walk-code")["source"] = MINE
    notebook.write_text(json.dumps(content))
    _mend(stack)

    panel = open_panel(page, "Learning", "Assignments")
    panel.get_by_role("button", name="Refresh").click()
    expect(panel.get_by_role("heading", name="An update is offered")).to_be_visible()
    panel.get_by_role("button", name="See what changes").click()
    change = panel.get_by_role("region", name="What the update changes")
    expect(change).to_contain_text(NOTE)
    kept, told = change.get_by_role("group").all()
    # A cell is known by the heading above it, and the lines that differ are marked in both texts.
    expect(kept).to_have_accessible_name(
        "You and your teacher both changed this · Task 2: The way to school (2 points)"
    )
    expect(kept.get_by_role("radio", name="Mine")).to_be_checked()
    expect(kept.get_by_label("New", exact=True).locator("mark", has_text=ASKED)).to_be_visible()
    expect(told.get_by_role("radio", name="The new one", exact=True)).to_be_checked()
    expect(told.get_by_label("New", exact=True).locator("mark")).to_have_text("# Checked once more.")
    expect(told.get_by_label("Yours", exact=True).locator("mark")).to_have_count(0)
    change.scroll_into_view_if_needed()
    shot(page, "update-preview")

    assert page.evaluate(SET_LANGUAGE) == 204
    page.reload()
    panel = open_panel(page, "学习", "作业")
    page.locator(".jp-SideBar.jp-mod-left .lm-TabBar-tab.lm-mod-current").click()
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    panel.get_by_role("button", name=re.compile(PRACTICE)).click()
    panel.get_by_role("button", name="看看有什么变化").click()
    panel.get_by_role("button", name="更新", exact=True).scroll_into_view_if_needed()
    shot(page, "update-preview-narrow-chinese")
    _no_sideways(panel)
    panel.get_by_role("button", name="更新", exact=True).click()
    expect(panel.get_by_role("button", name="撤销更新")).to_be_visible()
    shot(page, "update-made-narrow-chinese")
    made = json.loads(notebook.read_text())
    assert "".join(_cell(made, "ps1-walk-code")["source"]) == MINE
    assert "# Checked once more." in "".join(_cell(made, "ps1-walk-tests")["source"])
    panel.get_by_role("button", name="撤销更新").click()
    expect(panel.get_by_role("button", name="撤销更新")).to_have_count(0)
    assert "# Checked once more." not in notebook.read_text()


def _mend(stack: Stack) -> None:
    """Give out a version in which a teacher changed a cell to answer in, and the test below it."""
    database, blobs = Database(f"sqlite:///{stack.state / 'learnspace.db'}"), BlobStore(stack.state / "blobs")
    with database.write() as session:
        row = store.get_assignment(session, stack.course, NAME)
        files = [FileEntry.model_validate(file) for file in row.files]
        at = next(number for number, file in enumerate(files) if file.path == f"{NAME}.ipynb")
        content = json.loads(blobs.read(files[at].sha256))
        for grade_id, line in (("ps1-walk-code", f"    {ASKED}"), ("ps1-walk-tests", "# Checked once more.")):
            cell = _cell(content, grade_id)
            cell["source"] = "".join(cell["source"]) + f"\n{line}"
        blob = blobs.put(json.dumps(content).encode())
        files[at] = FileEntry(path=files[at].path, sha256=blob.sha256, size=blob.size)
        assert store.release(session, row, files, row.max_score, NOTE)
    database.close()


def _cell(notebook: dict[str, object], grade_id: str) -> dict[str, object]:
    cells = notebook["cells"]
    assert isinstance(cells, list)
    return next(cell for cell in cells if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)  # type: ignore[no-any-return]


def _no_sideways(panel: Locator) -> None:
    width, room = panel.evaluate("main => [main.scrollWidth, main.clientWidth]")
    assert width <= room
