"""A teacher prepares an assignment in Teach: what learners get, the check before release, the release."""

from __future__ import annotations

import re

import nbformat
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.integration.classroom import Classroom
from tests.integration.conftest import NARROW, SET_LANGUAGE, new_context, open_panel, shot, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PRACTICE = "Practice 1: Numbers and names"
LONG = 200_000
"""Milliseconds in which a check is done on a busy machine."""


@pytest.fixture(scope="module")
def li(stack: Classroom, browser: Browser) -> Page:
    """The teacher's Lab."""
    return sign_in(new_context(browser), stack, "li")


def _list(page: Page) -> Locator:
    """Return Teach, with its list of assignments in front."""
    panel = open_panel(page, "Learning", "Teach")
    back = panel.get_by_role("button", name="Back to all assignments")
    expect(back.or_(panel.get_by_role("button", name="New assignment"))).to_be_visible()
    if back.is_visible():
        back.click()
    return panel


def test_a_new_assignment_is_written_checked_and_released(stack: Classroom, li: Page) -> None:
    panel = _list(li)
    panel.get_by_role("button", name="New assignment").click()
    panel.get_by_label("Course").select_option(stack.course)
    panel.get_by_label("Title").fill("Warm-up: Sums")
    panel.get_by_role("button", name="Make it").click()
    expect(panel.get_by_role("tab", name="Prepare")).to_have_attribute("aria-selected", "true")
    expect(panel.get_by_text("Nothing is released yet.")).to_be_visible()
    expect(panel.get_by_text("Not checked yet.")).to_be_visible()
    shot(li, "preparing-1-new")
    panel.get_by_role("list", name="Files").get_by_role("button").first.click()
    notebook = li.locator(".jp-NotebookPanel:visible")
    cell = notebook.locator(".jp-MarkdownCell").first
    cell.dblclick()
    cell.locator(".cm-content").press("Control+End")
    cell.locator(".cm-content").press_sequentially("\nTake your time.")
    shot(li, "preparing-2-source")
    panel = open_panel(li, "Learning", "Teach")
    panel.get_by_role("button", name="Check now").click()
    expect(panel.get_by_role("button", name="Stop")).to_be_visible()
    expect(panel.get_by_role("region", name="Tests")).to_be_visible(timeout=LONG)
    expect(panel.get_by_text(re.compile("^. Ready to release"))).to_be_visible()
    expect(panel.get_by_text("The source changed since this check.")).to_be_hidden()
    shot(li, "preparing-3-checked")
    panel.get_by_role("button", name="Release", exact=True).click()
    expect(panel.get_by_role("status").filter(has_text="Version 1 is out")).to_be_visible(timeout=60_000)
    expect(panel.get_by_text("The source changed since this check.")).to_be_hidden()
    shot(li, "preparing-4-released")
    (given,) = (stack.home("li") / "courses").glob("*/release/warm-up-sums/*.ipynb")
    assert "Take your time." in given.read_text(), "what was open was not saved before the release"


def test_a_test_that_gives_points_only_by_hand_is_named(stack: Classroom, li: Page) -> None:
    panel = _list(li)
    panel.get_by_role("button", name="New assignment").click()
    panel.get_by_label("Course").select_option(stack.course)
    panel.get_by_label("Title").fill("Warm-up: Threads")
    panel.get_by_role("button", name="Make it").click()
    expect(panel.get_by_text("Not checked yet.")).to_be_visible()
    (path,) = (stack.home("li") / "courses").glob("*/source/warm-up-threads/*.ipynb")
    notebook = nbformat.read(path, as_version=4)
    tests = [cell for cell in notebook.cells if cell.cell_type == "code" and "assert" in cell.source]
    tests[0].source = f"import threading\n{tests[0].source}"
    nbformat.write(notebook, path)
    panel.get_by_role("button", name="Check now").click()
    said = "It cannot be judged from outside the notebook, because it uses threading."
    expect(panel.get_by_text(said)).to_be_visible(timeout=LONG)
    expect(panel.get_by_text("Look at what is marked, then release")).to_be_visible()
    panel.get_by_text(said).scroll_into_view_if_needed()
    shot(li, "preparing-5-by-hand")


def test_a_second_version_is_released_with_what_is_new(stack: Classroom, li: Page) -> None:
    panel = _list(li)
    panel.get_by_role("button", name=re.compile(PRACTICE)).click()
    panel.get_by_role("tab", name="Prepare").click()
    expect(panel.get_by_role("list", name="Files")).to_contain_text("ps1-numbers-and-names.ipynb")
    panel.get_by_label("What is new in this version").fill("A clearer first task.")
    panel.get_by_role("button", name="Release", exact=True).click()
    expect(panel.get_by_role("status").filter(has_text=re.compile(r"Version \d+ is out"))).to_be_visible(timeout=60_000)


def test_preparing_in_chinese_and_at_360_px(stack: Classroom, li: Page) -> None:
    assert li.evaluate(SET_LANGUAGE) == 204
    li.reload()
    panel = open_panel(li, "学习", "教学")
    panel.get_by_role("button", name=re.compile(PRACTICE)).click()
    panel.get_by_role("tab", name="准备", exact=True).click()
    expect(panel.get_by_text("学生现在会拿到的内容")).to_be_visible()
    panel.get_by_role("button", name="现在检查").click()
    expect(panel.get_by_role("region", name="测试")).to_be_visible(timeout=LONG)
    shot(li, "preparing-6-chinese")
    li.locator(".jp-SideBar.jp-mod-left .lm-TabBar-tab.lm-mod-current").click()
    li.set_viewport_size(NARROW)  # type: ignore[arg-type]
    width, room = panel.evaluate(
        "main => [main.closest('.ls-Panel').scrollWidth, main.closest('.ls-Panel').clientWidth]"
    )
    assert width <= room, f"Prepare is {width} px wide and has {room} px"
    shot(li, "preparing-7-narrow")
