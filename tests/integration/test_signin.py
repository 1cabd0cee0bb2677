"""Signing in with a password: who arrives where, and who is not let in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.integration.conftest import Classroom, Stack, new_context, shot

pytestmark = pytest.mark.browser

ELSEWHERE = ["//evil.example", "https://evil.example/", "/\\evil.example", "/%09/evil.example"]


@pytest.fixture(scope="module")
def stack(shared_stack: Stack) -> Iterator[Classroom]:
    """Learnspace, where nobody but the manager is on a roster."""
    with Classroom(shared_stack, "signin", enrolled=False) as classroom:
        yield classroom


def enter_password(page: Page, stack: Stack, who: str, password: str, path: str = "/hub/login") -> None:
    page.goto(stack.url + path)
    page.locator("input[name=username]").fill(stack.username(who))
    page.locator("input[name=password]").fill(password)
    page.locator("button[type=submit]").click()


def is_signed_in(page: Page, stack: Stack) -> bool:
    page.goto(f"{stack.url}/hub/home")
    return urlsplit(page.url).path == "/hub/home"


def test_a_wrong_password_says_so_and_lets_in_nobody(stack: Stack, browser: Browser) -> None:
    page = new_context(browser).new_page()
    enter_password(page, stack, "manager", "wrong")
    expect(page.get_by_role("alert")).to_have_text("Invalid username or password")
    expect(page.locator("input[name=password]")).to_be_focused()
    assert not is_signed_in(page, stack)


def test_an_unknown_name_gets_the_same_answer(stack: Stack, browser: Browser) -> None:
    page = new_context(browser).new_page()
    enter_password(page, stack, "no-such-person", "wrong")
    expect(page.get_by_role("alert")).to_have_text("Invalid username or password")


def test_who_guesses_has_to_wait_and_is_told_in_chinese(stack: Stack, browser: Browser) -> None:
    page = new_context(browser, locale="zh-CN", width=360).new_page()
    for _ in range(5):
        enter_password(page, stack, "ming", "wrong")
        expect(page.get_by_role("alert")).to_have_text("用户名或密码不对。")
    enter_password(page, stack, "ming", stack.password("ming"))
    expect(page.get_by_role("alert")).to_have_text(re.compile(r"密码错误次数过多。请等 \d+ 秒再试。"))
    shot(page, "signin-throttled-zh")
    assert not is_signed_in(page, stack)


def test_the_right_password_leads_into_the_space(stack: Stack, browser: Browser) -> None:
    page = new_context(browser).new_page()
    enter_password(page, stack, "manager", stack.password("manager"))
    page.wait_for_url(f"{stack.url}/user/{stack.username('manager')}/**", timeout=60_000)


def test_a_space_sleeps_when_told_to_and_begins_in_the_language_of_the_browser(stack: Stack, browser: Browser) -> None:
    page = new_context(browser).new_page()
    enter_password(page, stack, "manager", stack.password("manager"))
    expect(page.get_by_role("main", name="Home")).to_be_visible(timeout=60_000)
    page.goto(f"{stack.url}/hub/home")
    page.get_by_role("button", name="Put my space to sleep").press("Enter")
    expect(page.get_by_text("Your space is asleep. Your files are safe.")).to_be_visible(timeout=60_000)
    chinese = new_context(browser, locale="zh-CN", width=360).new_page()
    enter_password(chinese, stack, "manager", stack.password("manager"))
    expect(chinese.get_by_role("main", name="首页")).to_be_visible(timeout=60_000)
    chinese.goto(f"{stack.url}/hub/home")
    expect(chinese.get_by_role("button", name="让我的空间休眠")).to_be_visible()
    shot(chinese, "hub-home-awake-zh")


def test_who_is_on_no_roster_is_told_whom_to_ask(stack: Stack, browser: Browser) -> None:
    page = new_context(browser).new_page()
    enter_password(page, stack, "lena", stack.password("lena"))
    expect(page.get_by_role("main")).to_contain_text(
        f"{stack.username('lena')} is on no roster yet. Join an open course"
    )
    assert not stack.home("lena").exists()


@pytest.mark.parametrize("target", ELSEWHERE)
def test_a_link_to_the_sign_in_leads_nowhere_else(stack: Stack, browser: Browser, target: str) -> None:
    page = new_context(browser).new_page()
    enter_password(page, stack, "lena", stack.password("lena"), "/hub/login?" + urlencode({"next": target}))
    expect(page.get_by_role("main")).to_be_visible()
    assert page.url.startswith(f"{stack.url}/")


def test_a_sign_in_without_a_username_is_a_mistake_and_no_fault(stack: Stack) -> None:
    with httpx.Client(base_url=stack.url, trust_env=False) as client:
        client.get("/hub/login")
        answer = client.post("/hub/login", data={"_xsrf": client.cookies["_xsrf"]})
    assert answer.status_code == 400
    assert "Login form invalid or expired. Try again." in answer.text


@pytest.mark.parametrize(
    "header",
    [
        "X-Forwarded-For",
        "X-Real-Ip",
    ],
)
def test_who_guesses_cannot_pretend_to_be_many(stack: Stack, header: str) -> None:
    with httpx.Client(base_url=stack.url, trust_env=False) as client:
        client.get("/hub/login")
        form = {"_xsrf": client.cookies["_xsrf"], "username": f"not-{header.lower()}", "password": "wrong"}
        answers = [client.post("/hub/login", data=form, headers={header: f"192.0.2.{n}"}) for n in range(6)]
    assert [answer.status_code for answer in answers] == [403] * 5 + [429]


def test_the_hub_knows_every_setting(stack: Stack) -> None:
    assert "not recognized" not in stack.log("hub")
