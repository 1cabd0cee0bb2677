"""Courses on a real hub: made and filled in Lab, joined on a page without JavaScript, and usernames that change."""

from __future__ import annotations

import re
import subprocess
import sysconfig
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.integration.conftest import NARROW, SET_LANGUAGE, Stack, new_context, open_panel, shot, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def li(stack: Stack, browser: Browser) -> Page:
    """The teacher's Lab."""
    return sign_in(new_context(browser), stack, "li")


def test_a_teacher_makes_a_course_brings_learners_in_and_has_its_folder_at_once(stack: Stack, li: Page) -> None:
    ming = stack.username("ming")
    teach = open_panel(li, "Learning", "Teach")
    teach.get_by_role("tab", name="Courses").click()
    teach.get_by_role("button", name="New course").click()
    teach.get_by_label("Title", exact=True).fill("Pottery: the first kiln")
    expect(teach.get_by_label("Short name")).to_have_value("pottery-the-first-kiln")
    teach.get_by_label("Begin with").select_option(stack.course)
    shot(li, "courses-new")
    teach.get_by_role("button", name="Make the course").click()
    expect(teach.get_by_text("The course is made, and you teach it.")).to_be_visible()
    expect(teach.get_by_text("Its folder in your space: courses/pottery-the-first-kiln")).to_be_visible()
    assert (stack.home("li") / "courses/pottery-the-first-kiln/source").is_dir()
    teach.get_by_label("Class list").fill(f"{ming}\nzoe, Zoë Ng, B\n../x")
    teach.get_by_role("button", name="See what will change").click()
    expect(teach.get_by_role("alert")).to_contain_text("line 3: '../x' is no username")
    teach.get_by_label("Class list").fill(f"{ming}\nzoe, Zoë Ng, B")
    teach.get_by_role("button", name="See what will change").click()
    expect(teach.get_by_role("region", name="What will change")).to_contain_text("new here, joins the course")
    shot(li, "courses-preview")
    teach.get_by_role("button", name="Change 2 learners").click()
    expect(teach.get_by_role("list", name="Learners").get_by_role("listitem")).to_have_count(2)
    # Far down the page, what went wrong is told where one sees it, and the list of assignments knows the new ones.
    teach.get_by_label("Username of another teacher").fill("nobody-here")
    teach.get_by_role("button", name="Add", exact=True).click()
    expect(teach.get_by_text("Nobody here has this username.")).to_be_in_viewport()
    teach.get_by_role("tab", name="Assignments").click()
    expect(teach.get_by_role("region", name="Pottery").get_by_text("0 of 2 learners").first).to_be_visible()
    teach.get_by_role("tab", name="Courses").click()
    teach.get_by_role("button", name="Make a code").click()
    expect(teach.locator(".ls-Code")).to_be_visible()
    shot(li, "courses-people")


def test_a_learner_joins_with_a_code_on_a_page_without_javascript(stack: Stack, browser: Browser, li: Page) -> None:
    code = li.get_by_role("main", name="Teach").locator(".ls-Code").inner_text()
    context = browser.new_context(java_script_enabled=False, viewport=NARROW, locale="en-GB")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{stack.url}/services/learnspace/courses")
    page.get_by_label("Username", exact=True).fill(stack.username("lena"))
    page.get_by_label("Password", exact=True).fill(stack.password("lena"))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto(f"{stack.url}/services/learnspace/courses")
    page.get_by_label("Code from your teacher").fill(code.upper())
    page.get_by_role("button", name="Join", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("You are in Pottery: the first kiln now.")
    shot(page, "courses-page-narrow")
    width, room = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert width <= room
    page.get_by_label("Code from your teacher").fill("wrong")
    page.get_by_role("button", name="Join", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("This code is not good")
    context.close()


def test_the_courses_in_chinese_and_at_360_px(stack: Stack, browser: Browser, li: Page) -> None:
    assert li.evaluate(SET_LANGUAGE) == 204
    li.reload()
    teach = open_panel(li, "学习", "教学")
    teach.get_by_role("tab", name="课程").click()
    shot(li, "courses-chinese")
    teach.get_by_role("button", name=re.compile("Pottery")).click()
    expect(teach.get_by_role("list", name="学习者").get_by_role("listitem")).to_have_count(3)
    li.locator(".jp-SideBar.jp-mod-left .lm-TabBar-tab.lm-mod-current").click()
    li.set_viewport_size(NARROW)  # type: ignore[arg-type]
    shot(li, "courses-narrow")
    width, room = teach.evaluate(
        "main => [main.closest('.ls-Panel').scrollWidth, main.closest('.ls-Panel').clientWidth]"
    )
    assert width <= room
    teach.get_by_role("heading", name="加入码").scroll_into_view_if_needed()
    shot(li, "courses-narrow-codes")
    page = new_context(browser, locale="zh-CN").new_page()
    page.goto(f"{stack.url}/services/learnspace/courses")
    page.get_by_label("用户名").fill(stack.username("ming"))
    page.get_by_label("密码").fill(stack.password("ming"))
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="课程", exact=True)).to_be_visible()
    shot(page, "courses-page-chinese")
    page.context.close()


def test_a_renamed_learner_keeps_the_space_and_somebody_new_with_the_name_gets_another(
    stack: Stack, browser: Browser
) -> None:
    page = sign_in(new_context(browser), stack, "lena")
    (stack.home("lena") / "mine.txt").write_text("mine")
    lena, elena = stack.username("lena"), stack.username("elena")
    assert f"{lena} is {elena} now" in _learnspace(stack, "people", "rename", lena, elena)
    page.goto(f"{stack.url}/services/learnspace/courses")
    expect(page.get_by_label("Username", exact=True)).to_be_visible()  # signed out: the old name opens nothing
    _sign_in_as(page, stack, elena, stack.password("lena"))
    page.wait_for_url(f"**/user/{elena}/**", timeout=120_000)
    expect(page.get_by_role("main", name="Home")).to_be_visible(timeout=120_000)
    expect(page.locator(".jp-DirListing-item", has_text="mine.txt")).to_be_visible()
    assert f"{elena} is removed" in _learnspace(stack, "people", "remove", elena)
    roster = stack.state / "again.csv"
    roster.write_text(f"username,name,institution,course,role\n{elena},Another Elena,demo,{stack.course},learner\n")
    _learnspace(stack, "people", "import", str(roster))
    _learnspace(stack, "people", "password", elena, typed="a new secret\na new secret\n")
    _sign_in_as(page, stack, elena, stack.password("lena"))
    expect(page.get_by_role("alert")).to_contain_text("Invalid username or password")
    _sign_in_as(page, stack, elena, "a new secret")
    expect(page.get_by_role("main", name="Home")).to_be_visible(timeout=120_000)
    expect(page.locator(".jp-DirListing-content")).to_be_visible()
    expect(page.locator(".jp-DirListing-item", has_text="mine.txt")).to_have_count(0)
    assert list(stack.home("elena").glob("*.txt")) == []
    page.context.close()


def _sign_in_as(page: Page, stack: Stack, username: str, password: str) -> None:
    page.goto(f"{stack.url}/hub/login?next=%2Fhub%2Fspawn")
    page.get_by_label("Username", exact=True).fill(username)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def _learnspace(stack: Stack, *words: str, typed: str = "") -> str:
    """Run a command on the running stack and return what it said."""
    environment = {**stack.environment, "LEARNSPACE_CONFIG": str(_config(stack))}
    command = [Path(sysconfig.get_path("scripts")) / "learnspace", *words]
    done = subprocess.run(command, env=environment, input=typed, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _config(stack: Stack) -> Path:
    return next((stack.state / "run").glob("*.toml"))
