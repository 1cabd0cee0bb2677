"""Signing in as people do it: with a password, and with a real OpenID provider; and those who are not let in."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from learnspace_core.database import Database
from learnspace_people.models import Person
from learnspace_people.store import find_person
from tests.conftest import free_port
from tests.integration.conftest import Stack, free_ports, new_context, shot, wait_until

pytestmark = pytest.mark.browser

PROVIDER = Path(__file__).parent / "oidc"
# What a careless client gets wrong in the Authorization header.
CLIENT_SECRET = "a+b/c%20=:secret"
INTERRUPTED = "The sign-in was interrupted or took too long. Start it again."
ELSEWHERE = ["//evil.example", "https://evil.example/", "/\\evil.example", "/%09/evil.example"]


class School(Stack):
    """Learnspace that asks a provider; ``claims`` is what the provider says of its people."""

    def __init__(self, folder: Path) -> None:
        port, self.provider_port = free_ports(), free_port()
        secret = folder / "client_secret"
        secret.write_text(CLIENT_SECRET)
        config = f"""
            [signin]
            method = "oidc"
            institution = "school"
            [signin.oidc]
            issuer = "http://127.0.0.1:{self.provider_port}"
            client_id = "learnspace"
            client_secret_file = "{secret}"
            roles = {{ teachers = "teacher:chemistry", heads = "manager" }}
        """
        super().__init__(folder / "state", port=port, config=config)
        self.people_file = folder / "people.json"
        self.database = Database(f"sqlite:///{self.state / 'learnspace.db'}")

    def claims(self, **people: object) -> None:
        self.people_file.write_text(json.dumps(people))

    def person(self, username: str) -> Person | None:
        with self.database.read() as session:
            return find_person(session, username)

    def hub_users(self) -> list[str]:
        with sqlite3.connect(self.state / "hub.db") as hub:
            return [name for (name,) in hub.execute("SELECT name FROM users")]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    started = Stack(tmp_path_factory.mktemp("passwords") / "state")
    try:
        started.start()
        yield started
    finally:
        started.stop()


@pytest.fixture(scope="module")
def provider_packages() -> None:
    """The provider's packages, as its lock has them."""
    lock, installed = PROVIDER / "package-lock.json", PROVIDER / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        command = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(command, cwd=PROVIDER, check=True, capture_output=True, timeout=120)
        installed.touch()


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory, provider_packages: None) -> Iterator[School]:
    """A school whose provider knows tara, a teacher; zoe, whom nobody here knows; and the manager of our rosters."""
    folder = tmp_path_factory.mktemp("oidc")
    school = School(folder)
    node = shutil.which("node")
    assert node, "node is missing"
    environment = {
        **os.environ,
        "PORT": str(school.provider_port),
        "CLIENT_ID": "learnspace",
        "CLIENT_SECRET": CLIENT_SECRET,
        "REDIRECT_URI": f"{school.url}/hub/oauth_callback",
        "PEOPLE": str(school.people_file),
    }
    with (folder / "provider.log").open("wb") as log:
        provider = subprocess.Popen([node, "provider.mjs"], cwd=PROVIDER, env=environment, stdout=log, stderr=log)
    try:
        school.start()
        yield school
    finally:
        school.stop()
        school.database.close()
        provider.terminate()
        provider.wait(10)


def enter_password(page: Page, stack: Stack, username: str, password: str, path: str = "/hub/login") -> None:
    page.goto(stack.url + path)
    page.locator("input[name=username]").fill(username)
    page.locator("input[name=password]").fill(password)
    page.locator("button[type=submit]").click()


def enter_at_provider(page: Page, username: str) -> None:
    """Follow the button to the provider, sign in there and agree."""
    page.get_by_role("main").get_by_role("link").click()
    page.locator("input[name=login]").fill(username)
    page.locator("input[name=password]").fill("any")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()


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
    page.wait_for_url(f"{stack.url}/user/manager/**", timeout=60_000)


def test_who_is_on_no_roster_is_told_whom_to_ask(stack: Stack, browser: Browser) -> None:
    page = new_context(browser).new_page()
    enter_password(page, stack, "lena", stack.password("lena"))
    expect(page.get_by_role("main")).to_contain_text("lena is on no roster yet. Ask your teacher")
    assert not (stack.state / "homes" / "lena").exists()


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


def test_the_hub_knows_every_setting(stack: Stack) -> None:
    assert "not recognized" not in stack.log("hub")


def test_a_member_of_a_mapped_group_arrives_with_the_role(school: School, browser: Browser) -> None:
    school.claims(tara={"name": "Tara Teacher", "groups": "teachers"})
    page = new_context(browser).new_page()
    page.goto(school.url)
    shot(page, "signin-oidc")
    enter_at_provider(page, "tara")
    page.wait_for_url(f"{school.url}/user/tara/**", timeout=60_000)
    tara = school.person("tara")
    assert tara is not None
    assert (tara.name, tara.courses("teacher")) == ("Tara Teacher", ["chemistry"])
    assert CLIENT_SECRET not in school.log("hub")
    assert "not recognized" not in school.log("hub")


def test_a_group_taken_away_takes_the_role_at_the_next_sign_in(school: School, browser: Browser) -> None:
    for groups, roles in ([["teachers", "heads"], ["manager", "teacher"]], [["heads"], ["manager"]]):
        school.claims(tom={"groups": groups})
        page = new_context(browser).new_page()
        page.goto(f"{school.url}/hub/login?next=/hub/home")
        enter_at_provider(page, "tom")
        page.wait_for_url(f"{school.url}/hub/home")
        tom = school.person("tom")
        assert tom is not None
        assert sorted(e.role for e in tom.enrolments) == roles


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en-GB", "You are on no list of this school yet. Ask your teacher or your school's manager to add you."),
        ("zh-CN", "你还不在这所学校的名单上。请让老师或学校管理员把你加进来。"),
    ],
)
def test_a_stranger_is_refused_and_leaves_no_trace(school: School, browser: Browser, locale: str, words: str) -> None:
    school.claims(zoe={"groups": ["elsewhere"]})
    page = new_context(browser, locale).new_page()
    page.goto(school.url)
    enter_at_provider(page, "zoe")
    expect(page.get_by_role("main")).to_contain_text(words)
    shot(page, f"signin-stranger-{locale}")
    assert not is_signed_in(page, school)
    assert school.person("zoe") is None
    assert "zoe" not in school.hub_users()
    assert not (school.state / "homes" / "zoe").exists()


def test_who_is_on_a_roster_needs_no_group(school: School, browser: Browser) -> None:
    school.claims(m1={"preferred_username": "manager"})
    page = new_context(browser).new_page()
    page.goto(f"{school.url}/hub/login?next=/hub/home")
    enter_at_provider(page, "m1")
    page.wait_for_url(f"{school.url}/hub/home")


@pytest.mark.parametrize("claimed", ["Manager", "../manager", "manager ", "经理", "", 7])
def test_a_name_that_would_have_to_be_changed_is_refused(school: School, browser: Browser, claimed: object) -> None:
    school.claims(m2={"preferred_username": claimed, "groups": ["heads"]})
    page = new_context(browser).new_page()
    page.goto(school.url)
    enter_at_provider(page, "m2")
    expect(page.get_by_role("main")).to_contain_text("Your account's username cannot be used here.")
    assert not is_signed_in(page, school)


def test_a_callback_that_nobody_began_is_refused(school: School, browser: Browser) -> None:
    page = new_context(browser).new_page()
    page.goto(f"{school.url}/hub/oauth_callback?code=any&state=any")
    expect(page.get_by_role("main")).to_contain_text(INTERRUPTED)


def test_an_error_in_the_callback_chooses_no_words(school: School, browser: Browser) -> None:
    page = new_context(browser).new_page()
    page.goto(f"{school.url}/hub/oauth_callback?error=x&error_description=Send+your+password+to+evil.example")
    expect(page.get_by_role("main")).to_contain_text(INTERRUPTED)
    expect(page.get_by_role("main")).not_to_contain_text("evil")


def callback_of(page: Page, school: School, username: str) -> dict[str, str]:
    """Sign in at the provider, but keep the browser from coming back; return what it would have brought."""
    kept: list[str] = []

    def keep(route: Route) -> None:
        kept.append(route.request.url)
        route.abort()

    page.route("**/hub/oauth_callback*", keep)
    page.goto(f"{school.url}/hub/login?next=/hub/home")
    enter_at_provider(page, username)
    wait_until(lambda: kept or page.wait_for_timeout(50), 10)
    page.unroute("**/hub/oauth_callback*")
    return {key: values[0] for key, values in parse_qs(urlsplit(kept[0]).query).items()}


def test_a_changed_state_is_refused(school: School, browser: Browser) -> None:
    school.claims(tara={"groups": ["teachers"]})
    page = new_context(browser).new_page()
    brought = callback_of(page, school, "tara") | {"state": "eyJzdGF0ZV9pZCI6ICJvdGhlciJ9"}
    page.goto(f"{school.url}/hub/oauth_callback?{urlencode(brought)}")
    expect(page.get_by_role("main")).to_contain_text(INTERRUPTED)
    assert not is_signed_in(page, school)


def test_a_code_from_another_browser_is_refused(school: School, browser: Browser) -> None:
    school.claims(tara={"groups": ["teachers"]}, tom={"groups": ["heads"]})
    attacker, victim = new_context(browser).new_page(), new_context(browser).new_page()
    stolen = callback_of(victim, school, "tom")["code"]
    own = callback_of(attacker, school, "tara")
    attacker.goto(f"{school.url}/hub/oauth_callback?{urlencode(own | {'code': stolen})}")
    expect(attacker.get_by_role("main")).to_contain_text(INTERRUPTED)
    assert not is_signed_in(attacker, school)


@pytest.mark.parametrize("target", ELSEWHERE)
def test_a_link_to_the_provider_leads_nowhere_else(school: School, browser: Browser, target: str) -> None:
    school.claims(tom={"groups": ["heads"]})
    page = new_context(browser).new_page()
    page.goto(f"{school.url}/hub/login?" + urlencode({"next": target}))
    enter_at_provider(page, "tom")
    page.wait_for_url(f"{school.url}/**")
    expect(page.locator("body")).to_be_visible()
    assert page.url.startswith(f"{school.url}/")
