"""Dates in a browser: a teacher sets them and grants more time, the learner reads them; and marks without a teacher."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, expect

from tests.integration.conftest import NARROW, SET_LANGUAGE, Classroom, Stack, new_context, open_panel, shot, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PRACTICE = "Practice 1: Numbers and names"
DECISIONS = "Practice 2: Decisions"
ZONE = ZoneInfo("Asia/Shanghai")
"""The zone of the browsers."""


@pytest.fixture
def stack(request: pytest.FixtureRequest, shared_stack: Stack) -> Iterator[Classroom]:
    """Learnspace with a course and people of each test's own: a test may change a person's language."""
    with Classroom(shared_stack, "late" if "late" in request.node.name else "checked") as classroom:
        yield classroom


def test_late_with_a_penalty_until_the_teacher_grants_more_time(stack: Stack, browser: Browser) -> None:
    teacher = sign_in(new_context(browser), stack, "li")
    panel = open_panel(teacher, "Learning", "Teach")
    panel.get_by_role("button", name=re.compile(PRACTICE)).click()
    panel.get_by_role("tab", name="Settings").click()
    due = datetime.now(UTC) - timedelta(hours=26)
    local = due.astimezone(ZONE)
    panel.get_by_label("Due date", exact=True).fill(f"{local:%Y-%m-%dT%H:%M}")
    expect(panel.get_by_text("Your time zone: Asia/Shanghai")).to_be_visible()
    panel.get_by_label("Late work is").select_option("penalty")
    panel.get_by_label("Percent off").fill("10")
    panel.get_by_label("At most, in percent").fill("50")
    expect(panel.get_by_text("Late work: 10 % off for each day, at most 50 %.")).to_be_visible()
    panel.get_by_label("Solution").select_option("after_due")
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_role("alert")).to_contain_text("Set a closing time")
    panel.get_by_label("Closes").fill(f"{local + timedelta(days=9):%Y-%m-%dT%H:%M}")
    panel.get_by_label("Attempts", exact=True).fill("2")
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_text("Saved")).to_be_visible()
    expect(panel.get_by_label("Due date", exact=True)).to_have_value(f"{local:%Y-%m-%dT%H:%M}")
    shot(teacher, "times-settings")

    learner = sign_in(new_context(browser), stack, "lena")
    mine = open_panel(learner, "Learning", "Assignments")
    row = mine.get_by_role("button", name=re.compile(PRACTICE))
    row.click()
    expect(row).to_contain_text("past due")
    expect(mine.get_by_text("2 attempts left of 2")).to_be_visible()
    mine.get_by_role("button", name="Get it").click()
    expect(learner.locator(".jp-NotebookPanel:visible").get_by_role("heading", name=PRACTICE)).to_be_visible(
        timeout=25_000
    )
    open_panel(learner, "Learning", "Assignments")
    mine.get_by_role("button", name="Hand in", exact=True).click()
    expect(mine.get_by_text("Handed in now, it loses 20 % of its points.")).to_be_visible()
    shot(learner, "times-late")

    panel.get_by_role("tab", name="More time").click()
    panel.get_by_label("For", exact=True).select_option(label=f"Lena ({stack.username('lena')})")
    panel.get_by_label("More time", exact=True).fill("3")
    panel.get_by_label("Note for teachers").fill("was ill")
    panel.get_by_role("button", name="Grant", exact=True).click()
    granted = panel.get_by_role("list", name="Granted")
    expect(granted).to_contain_text("3 days more")
    shot(teacher, "times-more-time")
    panel.get_by_role("button", name="Take back: Lena").click()
    expect(granted).to_have_count(0)
    panel.get_by_role("button", name="Undo").click()
    expect(granted).to_contain_text("was ill")

    mine.get_by_role("button", name="Not yet").click()
    mine.get_by_role("button", name="Refresh").click()
    expect(row).to_contain_text("extended for you")
    expect(row).not_to_contain_text("past due")
    mine.get_by_role("button", name="Hand in", exact=True).click()
    expect(mine.get_by_role("button", name="Hand in now")).to_be_visible()
    expect(mine.get_by_text("This was due")).to_have_count(0)
    mine.get_by_role("button", name="Hand in now").click()
    expect(mine.get_by_role("region", name="Receipt")).to_be_visible()
    expect(mine.get_by_text("1 attempt left of 2")).to_be_visible()
    shot(learner, "times-extended")

    assert teacher.evaluate(SET_LANGUAGE) == 204
    teacher.reload()
    panel = open_panel(teacher, "学习", "教学")
    teacher.locator(".jp-SideBar.jp-mod-left .lm-TabBar-tab.lm-mod-current").click()
    teacher.set_viewport_size(NARROW)  # type: ignore[arg-type]
    panel.get_by_role("button", name=re.compile(PRACTICE)).click()
    for tab, name in (("设置", "settings"), ("延期", "more-time")):
        panel.get_by_role("tab", name=tab).click()
        expect(panel.get_by_role("textbox").last).to_be_visible()
        shot(teacher, f"times-narrow-{name}")
        width, room = panel.evaluate("main => [main.scrollWidth, main.clientWidth]")
        assert width <= room, f"{name} is {width} px wide and has {room} px"


def test_checked_before_and_marked_after_handing_in_without_the_teacher(stack: Stack, browser: Browser) -> None:
    teacher = sign_in(new_context(browser), stack, "li")
    panel = open_panel(teacher, "Learning", "Teach")
    panel.get_by_role("button", name=re.compile(DECISIONS)).click()
    panel.get_by_role("tab", name="Settings").click()
    panel.get_by_label("Work is graded").select_option("on_hand_in")
    panel.get_by_label("Give marks and feedback back by itself").check()
    panel.get_by_label("Runs").select_option("hidden_too")
    panel.get_by_label("Checks in 24 hours").fill("2")
    panel.get_by_label("It tells").select_option("messages")
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_text("Saved")).to_be_visible()
    panel.get_by_role("group", name="Grading").scroll_into_view_if_needed()
    shot(teacher, "whengraded-settings")

    learner = sign_in(new_context(browser), stack, "lena")
    mine = open_panel(learner, "Learning", "Assignments")
    row = mine.get_by_role("button", name=re.compile(DECISIONS))
    row.click()
    expect(mine.get_by_text("It is graded as soon as you hand in.")).to_be_visible()
    mine.get_by_role("button", name="Get it").click()
    expect(learner.locator(".jp-NotebookPanel:visible").get_by_role("heading", name=DECISIONS)).to_be_visible(
        timeout=25_000
    )
    open_panel(learner, "Learning", "Assignments")
    check = mine.get_by_role("region", name="Check with the grader")
    expect(check).to_contain_text("2 checks left of 2")
    check.get_by_role("button", name="Check with the grader").click()
    expect(check.get_by_role("list", name="What the grader found")).to_contain_text("not begun", timeout=60_000)
    expect(check).to_contain_text("1 check left of 2")
    shot(learner, "practice-found")

    mine.get_by_role("button", name="Hand in", exact=True).click()
    shot(learner, "whengraded-before")
    mine.get_by_role("button", name="Hand in now").click()
    # Nobody grades, returns or reloads.
    expect(mine.get_by_text("Your work is graded:")).to_be_visible(timeout=60_000)
    expect(row).to_contain_text("returned 0 of 10")
    shot(learner, "whengraded-arrived")

    assert learner.evaluate(SET_LANGUAGE) == 204
    learner.reload()
    mine = open_panel(learner, "学习", "作业")
    learner.locator(".jp-SideBar.jp-mod-left .lm-TabBar-tab.lm-mod-current").click()
    learner.set_viewport_size(NARROW)  # type: ignore[arg-type]
    mine.get_by_role("button", name=re.compile(DECISIONS)).click()
    expect(mine.get_by_role("region", name="请评分程序检查")).to_contain_text("还可检查 1 次")
    mine.get_by_role("region", name="请评分程序检查").scroll_into_view_if_needed()
    shot(learner, "practice-narrow")
    width, room = mine.evaluate("main => [main.scrollWidth, main.clientWidth]")
    assert width <= room
