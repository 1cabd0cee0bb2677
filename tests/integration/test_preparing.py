"""A teacher prepares an assignment in Teach: what learners get, the check before release, the release."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.integration.conftest import Stack, new_context, open_panel, shot, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PRACTICE = "Practice 1: Numbers and names"


def test_a_teacher_checks_an_assignment_reads_the_verdict_and_releases_it(stack: Stack, browser: Browser) -> None:
    page = sign_in(new_context(browser), stack, "li")
    panel = open_panel(page, "Learning", "Teach")
    panel.get_by_role("button", name=re.compile(PRACTICE)).click()
    panel.get_by_role("tab", name="Prepare").click()
    expect(panel.get_by_text("What learners would get now")).to_be_visible()
    expect(panel.get_by_role("list", name="Files")).to_contain_text("ps1-numbers-and-names.ipynb")
    expect(panel.get_by_text("Not checked yet.")).to_be_visible()
    panel.get_by_role("button", name="Check before release").click()
    expect(panel.get_by_role("button", name="Stop")).to_be_visible()
    expect(panel.get_by_role("region", name="Tests")).to_be_visible(timeout=200_000)
    expect(panel.get_by_text(re.compile("^. (Ready to release|Look at what is marked)"))).to_be_visible()
    shot(page, "preparing-1-checked")
    panel.get_by_label("What is new in this version").fill("A clearer first task.")
    panel.get_by_role("button", name="Release", exact=True).click()
    expect(panel.get_by_role("status").filter(has_text=re.compile(r"Version \d+ is out"))).to_be_visible(timeout=60_000)
    panel.get_by_role("heading", name="Release", exact=True).scroll_into_view_if_needed()
    shot(page, "preparing-2-released")
    page.locator(".jp-SideBar.jp-mod-left .lm-TabBar-tab.lm-mod-current").click()
    page.set_viewport_size({"width": 360, "height": 740})
    around = panel.evaluate("main => [main.closest('.ls-Panel').scrollWidth, main.closest('.ls-Panel').clientWidth]")
    assert around[0] <= around[1], f"Prepare scrolls sideways: {around}"
    shot(page, "preparing-3-narrow")
    chinese = sign_in(new_context(browser, "zh-CN"), stack, "li")
    taught = open_panel(chinese, "学习", "教学")
    taught.get_by_role("button", name=re.compile(PRACTICE)).first.click()
    taught.get_by_role("tab", name="准备", exact=True).click()
    expect(taught.get_by_text("学生现在会拿到的内容")).to_be_visible()
    expect(taught.get_by_role("region", name="测试")).to_be_visible()
    shot(chinese, "preparing-4-chinese")
