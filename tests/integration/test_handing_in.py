"""Handing in while the service is down, in a real browser: it waits, arrives by itself, and can be proved."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from learnspace_assignments import store as assignments
from learnspace_assignments.models import Receipt
from learnspace_assignments.receipts import verify
from learnspace_core.database import Database, now
from learnspace_core.settings import load_settings
from tests.integration.conftest import NARROW, SET_LANGUAGE, Stack, new_context, open_panel, shot, sign_in, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PRACTICE = "Practice 1: Numbers and names"
DECISIONS = "Practice 2: Decisions"
PATIENCE = 60_000
"""Milliseconds: the service starts again, and the space tries again."""


@pytest.fixture(scope="module")
def lena(stack: Stack, browser: Browser) -> Page:
    """A browser of lena's, on Home."""
    return sign_in(new_context(browser), stack, "lena")


@contextmanager
def service_down(stack: Stack) -> Iterator[None]:
    """Kill the service, and keep its supervisor from starting it again."""
    supervisor = int((stack.state / "run" / "supervisord.pid").read_text())
    service = stack.pid("service")
    os.kill(supervisor, signal.SIGSTOP)
    try:
        os.kill(service, signal.SIGKILL)
        yield
    finally:
        os.kill(supervisor, signal.SIGCONT)
        wait_until(lambda: stack.pid("service") != service)


def test_what_is_handed_in_while_the_service_is_down_arrives_by_itself(stack: Stack, lena: Page) -> None:
    panel = open_panel(lena, "Learning", "Assignments")
    panel.get_by_role("button", name=re.compile(PRACTICE)).click()
    panel.get_by_role("button", name="Get it").click()
    expect(lena.locator(".jp-NotebookPanel:visible").get_by_role("heading", name=PRACTICE)).to_be_visible(
        timeout=PATIENCE
    )
    panel = open_panel(lena, "Learning", "Assignments")
    with service_down(stack):
        panel.get_by_role("button", name="Hand in", exact=True).click()
        panel.get_by_role("button", name="Hand in now").click()
        waiting = panel.get_by_role("region", name=re.compile("Not handed in yet"))
        expect(waiting).to_contain_text("tried again by itself", timeout=PATIENCE)
        expect(waiting.get_by_role("button", name="Withdraw")).to_be_visible()
        waiting.scroll_into_view_if_needed()
        shot(lena, "handin-waiting")
    expect(panel.get_by_role("button", name=re.compile(f"{PRACTICE}.*handed in$", re.DOTALL))).to_be_visible(
        timeout=PATIENCE
    )
    expect(waiting).to_have_count(0)


def test_the_version_that_arrived_can_be_proved_looked_at_and_brought_back(stack: Stack, lena: Page) -> None:
    panel = open_panel(lena, "Learning", "Assignments")
    panel.get_by_text("Handed in so far: 1").click()
    version = panel.get_by_role("group", name=re.compile("The version handed in"))
    version.get_by_role("button", name="Receipt").click()
    receipt = panel.get_by_role("region", name="Receipt")
    expect(receipt).to_contain_text("It waited in your space since")
    receipt.scroll_into_view_if_needed()
    shot(lena, "handin-receipt")
    [kept] = (stack.home("lena") / "receipts").rglob("*.json")
    found = Receipt.model_validate(json.loads(kept.read_text()))
    assert verify(found)
    assert found.queued_at is not None
    assert found.queued_at < found.received_at
    version.get_by_role("button", name="Look at it").click()
    shown = panel.frame_locator("iframe").get_by_role("heading", name=re.compile(PRACTICE))
    expect(shown).to_be_visible(timeout=PATIENCE)
    shot(lena, "handin-look")
    version.get_by_role("button", name="Bring it back").click()
    expect(panel.get_by_text("It is beside your files now")).to_be_visible()
    assert len(list((stack.home("lena") / "assignments").glob("*/*/handed-in */*.ipynb"))) == 1


def test_a_terminal_knows_the_commands(stack: Stack, lena: Page) -> None:
    lena.get_by_role("button", name=re.compile("New Launcher")).first.click()
    lena.locator(".jp-LauncherCard:visible", has_text="Terminal").click()
    lena.locator(".jp-Terminal:visible .xterm-helper-textarea").focus()
    said = stack.home("lena") / "said.txt"
    lena.keyboard.type("learnspace receipt verify receipts/*/*/*.json > said.txt && nbgrader list >> said.txt 2>&1\n")
    wait_until(lambda: said.exists() and "Released assignments" in said.read_text())
    assert said.read_text().startswith("VALID")
    shot(lena, "handin-terminal")
    said.unlink()


def test_assignments_outside_lab_for_a_phone_a_printer_and_in_chinese(
    stack: Stack, browser: Browser, lena: Page
) -> None:
    page = lena.context.new_page()
    page.goto(f"{stack.url}/services/learnspace/assignments")
    expect(page.get_by_role("heading", name=PRACTICE)).to_be_visible()
    # As many days as the panel says: those of the calendar, in the reader's zone.
    panel = open_panel(lena, "Learning", "Assignments")
    expect(panel.get_by_role("button", name=re.compile("Due in 10 days"))).to_be_visible()
    expect(page.get_by_text("due in 10 days")).to_be_visible()
    shot(page, "handin-page")
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    _no_sideways(page)
    shot(page, "handin-page-narrow")
    page.get_by_role("link", name="Receipt").click()
    expect(page.get_by_text("Waited in the space since")).to_be_visible()
    _no_sideways(page)
    shot(page, "handin-receipt-narrow")
    page.set_viewport_size({"width": 1280, "height": 860})
    page.emulate_media(media="print")
    shot(page, "handin-receipt-print")
    chinese = browser.new_context(locale="zh-CN", storage_state=lena.context.storage_state()).new_page()
    chinese.goto(f"{stack.url}/services/learnspace/assignments")
    expect(chinese.get_by_role("heading", name="作业", exact=True)).to_be_visible()
    shot(chinese, "handin-page-chinese")
    stranger = new_context(browser).new_page()
    stranger.goto(f"{stack.url}/services/learnspace/receipt-key")
    expect(stranger.get_by_text("BEGIN PUBLIC KEY")).to_be_visible()
    shot(stranger, "handin-key")


def test_a_hand_in_after_the_end_says_that_it_was_not_taken_and_why(stack: Stack, lena: Page) -> None:
    panel = open_panel(lena, "Learning", "Assignments")
    panel.get_by_role("button", name=re.compile(DECISIONS)).click()
    panel.get_by_role("button", name="Get it").click()
    expect(lena.locator(".jp-NotebookPanel:visible").get_by_role("heading", name=DECISIONS)).to_be_visible(
        timeout=PATIENCE
    )
    panel = open_panel(lena, "Learning", "Assignments")
    panel.get_by_role("button", name="Hand in", exact=True).click()
    expect(panel.get_by_role("heading", name="What will be sent")).to_be_visible()
    database = Database(load_settings(stack.state / "run" / "learnspace.toml").database_url)
    with database.write() as session:
        row = assignments.get_assignment(session, stack.course, "ps2-decisions")
        row.closes_at = now() - timedelta(minutes=1)
    database.close()
    panel.get_by_role("button", name="Hand in now").click()
    expect(panel.get_by_text("It was not handed in.")).to_be_visible()
    expect(panel.get_by_text(re.compile("^▲ This closed .* Ask your teacher for more time.$"))).to_be_visible()
    # Nothing is left that could not work.
    expect(panel.get_by_role("heading", name="What will be sent")).to_have_count(0)
    expect(panel.get_by_role("button", name="Try again")).to_have_count(0)
    shot(lena, "handin-refused")


def test_what_waits_in_chinese_at_360_px(stack: Stack, lena: Page) -> None:
    assert lena.evaluate(SET_LANGUAGE) == 204
    lena.reload()
    panel = open_panel(lena, "学习", "作业")
    panel.get_by_role("button", name=re.compile(PRACTICE)).click()
    lena.locator(".jp-SideBar.jp-mod-left .lm-TabBar-tab.lm-mod-current").click()
    lena.set_viewport_size(NARROW)  # type: ignore[arg-type]
    [notebook] = (stack.home("lena") / "assignments").glob("*/*/ps1-*.ipynb")
    notebook.with_name("notes.txt").write_text("one more")
    with service_down(stack):
        panel.get_by_role("button", name="提交", exact=True).click()
        panel.get_by_role("button", name="现在提交").click()
        waiting = panel.get_by_role("region", name=re.compile("尚未提交"))
        expect(waiting).to_contain_text("自动重试", timeout=PATIENCE)
        waiting.scroll_into_view_if_needed()
        shot(lena, "handin-waiting-narrow-chinese")
        width, room = panel.evaluate("main => [main.scrollWidth, main.clientWidth]")
        assert width <= room
        waiting.get_by_role("button", name="撤回").click()
        expect(waiting).to_have_count(0)


def _no_sideways(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
