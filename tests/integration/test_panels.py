"""The panels as a reader meets them: in Chinese, on a narrow screen, by keyboard, in bad moments, in two browsers."""

from __future__ import annotations

import os
import re
import signal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.integration.conftest import NARROW, SET_LANGUAGE, Stack, new_context, open_panel, shot, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PRACTICE = "Practice 1: Numbers and names"
CHINESE = {"首页": "现在做什么？", "资源": "资源", "作业": "作业", "学习档案": "学习档案"}
"""A heading of each panel, by the panel's name."""
UNREACHABLE = "The platform cannot be reached just now. Your files are safe in your space."
PATIENCE = 25_000
"""Milliseconds: a panel gives a silent platform ten seconds, and asks again after at most half a minute."""
NEWS = """async () => {
  const { baseUrl } = JSON.parse(document.getElementById('jupyter-config-data').textContent);
  const headers = { 'X-XSRFToken': document.cookie.match(/_xsrf=([^;]+)/)[1] };
  const url = baseUrl + 'lab/api/settings/@jupyterlab/apputils-extension:notification';
  return (await (await fetch(url, { headers })).json()).schema.properties.fetchNews.default;
}"""
TABS = 80
"""How often Tab is pressed before something counts as out of reach: JupyterLab's own controls come first."""


@pytest.fixture(scope="module")
def lena_twice(stack: Stack, browser: Browser) -> tuple[Page, Page]:
    """Two browsers of one learner, both on Home."""
    return sign_in(new_context(browser), stack, "lena"), sign_in(new_context(browser), stack, "lena")


def test_keyboard_only_from_home_to_a_lesson(lena_twice: tuple[Page, Page]) -> None:
    page = lena_twice[0]
    # No question of JupyterLab's stands in the way: its plugin is off, and its setting says no.
    assert page.evaluate(NEWS) == "false"
    begin = page.get_by_role("main", name="Home").get_by_role("button", name=re.compile("^Begin: "))
    expect(begin).to_be_visible()
    _tab_to(page, begin)
    shot(page, "panels-keyboard-home")
    page.keyboard.press("Enter")
    open_it = page.get_by_role("main", name="Resources").get_by_role("button", name="Open in my space")
    expect(open_it).to_be_visible()
    _tab_to(page, open_it)
    shot(page, "panels-keyboard-resources")
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name="01-hello.ipynb")).to_be_visible()


def test_two_browsers_of_one_learner_both_show_the_hand_in(lena_twice: tuple[Page, Page]) -> None:
    first, second = (open_panel(page, "Learning", "Assignments") for page in lena_twice)
    first.get_by_role("button", name=re.compile(PRACTICE)).click()
    expect(second.get_by_role("button", name=re.compile(f"{PRACTICE}.*not started", re.DOTALL))).to_be_visible()
    first.get_by_role("button", name="Get it").click()
    expect(lena_twice[0].locator(".jp-NotebookPanel:visible").get_by_role("heading", name=PRACTICE)).to_be_visible(
        timeout=PATIENCE
    )
    open_panel(lena_twice[0], "Learning", "Assignments")
    first.get_by_role("button", name="Hand in", exact=True).click()
    first.get_by_role("button", name="Hand in now").click()
    # The button that was pressed is gone; who works by keyboard goes on at the receipt.
    receipt = first.get_by_role("region", name="Receipt")
    expect(receipt.get_by_role("button", name="Copy receipt")).to_be_focused(timeout=PATIENCE)
    second.get_by_role("button", name="Refresh").click()
    for number, (page, panel) in enumerate(zip(lena_twice, (first, second), strict=True), 1):
        expect(panel.get_by_role("button", name=re.compile(f"{PRACTICE}.*handed in", re.DOTALL))).to_be_visible()
        shot(page, f"panels-two-browsers-{number}")


def test_service_down_while_clicking_says_so_and_recovers_without_a_reload(
    stack: Stack, lena_twice: tuple[Page, Page]
) -> None:
    page = lena_twice[1]
    panel = open_panel(page, "Learning", "Assignments")
    page.evaluate("window.notReloaded = true")
    service = stack.pid("service")
    # Stopped, not killed: the supervisor would start a killed one again at once.
    os.kill(service, signal.SIGSTOP)
    try:
        panel.get_by_role("button", name="Refresh").click()
        problem = panel.get_by_role("alert")
        expect(problem).to_contain_text(UNREACHABLE, timeout=PATIENCE)
        expect(problem).to_contain_text("service_unreachable")
        expect(panel.get_by_role("button", name=re.compile(PRACTICE))).to_be_visible()
        shot(page, "panels-service-down")
    finally:
        os.kill(service, signal.SIGCONT)
    expect(panel.get_by_role("alert")).to_have_count(0, timeout=PATIENCE)
    assert page.evaluate("window.notReloaded")


def test_home_has_the_width_of_a_phone_at_the_first_sign_in(stack: Stack, browser: Browser) -> None:
    page = sign_in(new_context(browser, **NARROW), stack, "manager")
    home = page.get_by_role("main", name="Home")
    expect(home.get_by_role("heading", name="My school")).to_be_visible()
    expect(page.get_by_role("region", name="File Browser Section")).to_be_hidden()
    shot(page, "panels-phone-home")
    assert home.evaluate("main => main.clientWidth") > NARROW["width"] * 0.75


def test_panels_in_chinese_and_none_scrolls_sideways_at_360_px(stack: Stack, browser: Browser) -> None:
    page = sign_in(new_context(browser), stack, "ming")
    assert page.evaluate(SET_LANGUAGE) == 204
    page.reload()
    expect(page.get_by_role("main", name="首页")).to_be_visible()
    for number, (name, heading) in enumerate(CHINESE.items(), 1):
        panel = open_panel(page, "学习", name)
        expect(panel.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        shot(page, f"panels-chinese-{number}")
    # With something open in each: the preview of a resource, the steps of an assignment.
    open_panel(page, "学习", "资源").get_by_role("list", name="结果").get_by_role("button").first.click()
    open_panel(page, "学习", "作业").get_by_role("button", name=re.compile("练习一")).click()
    page.locator(".jp-SideBar.jp-mod-left .lm-TabBar-tab.lm-mod-current").click()
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    for number, name in enumerate(CHINESE, 1):
        page.locator(".lm-DockPanel-tabBar .lm-TabBar-tab").nth(number - 1).locator(".lm-TabBar-tabIcon").click()
        panel = page.get_by_role("main", name=name)
        expect(panel).to_be_visible()
        shot(page, f"panels-narrow-{number}")
        width, room = panel.evaluate("main => [main.scrollWidth, main.clientWidth]")
        assert width <= room, f"{name} is {width} px wide and has {room} px"
        around = panel.evaluate(
            "main => [main.closest('.ls-Panel').scrollWidth, main.closest('.ls-Panel').clientWidth]"
        )
        assert around[0] <= around[1], f"{name} scrolls sideways: {around}"


def _tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus, and see that a sighted reader sees where it is."""
    for _ in range(TABS):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            break
    expect(target).to_be_focused()
    assert target.evaluate("element => getComputedStyle(element).outlineStyle") != "none"
