"""Signing in with a real OpenID provider: who arrives, with which roles, and who and what is refused."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from learnspace_core.database import Database
from learnspace_people.models import Person
from learnspace_people.store import find_person
from tests.conftest import free_port
from tests.integration.conftest import Stack, free_ports, new_context, shot
from tests.integration.test_signin import ELSEWHERE, is_signed_in

pytestmark = pytest.mark.browser

PROVIDER = Path(__file__).parent / "oidc"
# What a careless client gets wrong in the Authorization header.
CLIENT_SECRET = "a+b/c%20=:secret"
INTERRUPTED = "The sign-in was interrupted or took too long. Start it again."


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


def enter_at_provider(page: Page, username: str) -> None:
    """Follow the button to the provider, sign in there and agree."""
    page.get_by_role("main").get_by_role("link").click()
    page.locator("input[name=login]").fill(username)
    page.locator("input[name=password]").fill("any")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()


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


@pytest.mark.parametrize(
    ("locale", "button", "words"),
    [
        (
            "en-GB",
            "Sign in with your school account",
            "You are on no list of this school yet. Ask your teacher or your school's manager to add you.",
        ),
        ("zh-CN", "用 学校账号 登录", "你还不在这所学校的名单上。请让老师或学校管理员把你加进来。"),
    ],
)
def test_a_stranger_is_refused_and_leaves_no_trace(
    school: School, browser: Browser, locale: str, button: str, words: str
) -> None:
    school.claims(zoe={"groups": ["elsewhere"]})
    page = new_context(browser, locale).new_page()
    page.goto(school.url)
    expect(page.get_by_role("main").get_by_role("link")).to_have_text(button)
    enter_at_provider(page, "zoe")
    expect(page.get_by_role("main")).to_contain_text(words)
    shot(page, f"signin-stranger-{locale}")
    assert not is_signed_in(page, school)
    assert school.person("zoe") is None
    assert "zoe" not in school.hub_users()
    assert not (school.state / "homes" / "zoe").exists()


class Visitor:
    """A browser that can be stopped on its way back from the provider."""

    def __init__(self, school: School) -> None:
        self.school = school
        self.http = httpx.Client(trust_env=False, timeout=30)

    def until_callback(self, username: str) -> httpx.URL:
        """Sign in at the provider and agree; return the address that it sends the browser back to."""
        page = self.http.get(f"{self.school.url}/hub/login?next=/hub/home")
        link = re.search(r'href="([^"]*/oauth_login[^"]*)"', page.text)
        assert link is not None
        answer = self.http.get(self.school.url + html.unescape(link[1]))
        for form in ({"prompt": "login", "login": username, "password": "any"}, {"prompt": "consent"}):
            while answer.next_request is not None:
                answer = self.http.send(answer.next_request)
            action = re.search(r'action="([^"]+)"', answer.text)
            assert action is not None
            answer = self.http.post(action[1], data=form)
        while answer.next_request is not None:
            if answer.next_request.url.path == "/hub/oauth_callback":
                return answer.next_request.url
            answer = self.http.send(answer.next_request)
        raise AssertionError(answer.text)

    def arrive(self, callback: httpx.URL) -> httpx.Response:
        return self.http.get(callback, follow_redirects=True)

    def is_signed_in(self) -> bool:
        return self.http.get(f"{self.school.url}/hub/home").status_code == 200


@pytest.fixture
def visitor(school: School) -> Iterator[Visitor]:
    visitor = Visitor(school)
    yield visitor
    visitor.http.close()


def test_who_is_on_a_roster_needs_no_group(school: School, visitor: Visitor) -> None:
    school.claims(m1={"preferred_username": "manager"})
    assert visitor.arrive(visitor.until_callback("m1")).status_code == 200
    assert visitor.is_signed_in()


def test_a_group_taken_away_takes_the_role_at_the_next_sign_in(school: School, visitor: Visitor) -> None:
    steps: list[tuple[list[str], list[str]]] = [
        (["teachers", "heads"], ["manager", "teacher"]),
        (["heads"], ["manager"]),
        ([], []),
    ]
    for groups, roles in steps:
        school.claims(tom={"groups": groups})
        visitor.http.cookies.clear()
        answer = visitor.arrive(visitor.until_callback("tom"))
        tom = school.person("tom")
        assert tom is not None
        assert sorted(e.role for e in tom.enrolments) == roles
        assert visitor.is_signed_in() == bool(roles)
    assert answer.status_code == 403


@pytest.mark.parametrize("claimed", ["Manager", "../manager", "manager ", "经理", "", 7])
def test_a_name_that_would_have_to_be_changed_is_refused(school: School, visitor: Visitor, claimed: object) -> None:
    school.claims(m2={"preferred_username": claimed, "groups": ["heads"]})
    answer = visitor.arrive(visitor.until_callback("m2"))
    assert answer.status_code == 403
    assert "username cannot be used here." in answer.text
    assert not visitor.is_signed_in()


def test_a_callback_that_nobody_began_is_refused(school: School, visitor: Visitor) -> None:
    answer = visitor.arrive(httpx.URL(f"{school.url}/hub/oauth_callback?code=any&state=any"))
    assert (answer.status_code, INTERRUPTED in answer.text) == (400, True)


def test_an_error_in_the_callback_chooses_no_words(school: School, visitor: Visitor) -> None:
    params = {"error": "denied", "error_description": "Send your password to evil.example"}
    answer = visitor.arrive(httpx.URL(f"{school.url}/hub/oauth_callback", params=params))
    assert (answer.status_code, INTERRUPTED in answer.text) == (400, True)
    assert "evil" not in answer.text


@pytest.mark.parametrize("state", ["", "eyJzdGF0ZV9pZCI6ICJvdGhlciJ9", "W10=", "é"])
def test_a_changed_state_is_refused(school: School, visitor: Visitor, state: str) -> None:
    school.claims(tom={"groups": ["heads"]})
    answer = visitor.arrive(visitor.until_callback("tom").copy_set_param("state", state))
    assert (answer.status_code, INTERRUPTED in answer.text) == (400, True)
    assert not visitor.is_signed_in()


def test_a_code_of_another_browser_is_refused(school: School, visitor: Visitor) -> None:
    school.claims(tara={"groups": ["teachers"]}, tom={"groups": ["heads"]})
    victim = Visitor(school)
    stolen = victim.until_callback("tom").params["code"]
    answer = visitor.arrive(visitor.until_callback("tara").copy_set_param("code", stolen))
    assert (answer.status_code, INTERRUPTED in answer.text) == (400, True)
    assert not visitor.is_signed_in()


def test_a_code_is_good_once(school: School, visitor: Visitor) -> None:
    school.claims(tom={"groups": ["heads"]})
    callback = visitor.until_callback("tom")
    assert visitor.arrive(callback).status_code == 200
    visitor.http.cookies.clear()
    assert visitor.arrive(callback).status_code == 400


@pytest.mark.parametrize("target", ELSEWHERE)
def test_a_link_to_the_provider_leads_nowhere_else(school: School, browser: Browser, target: str) -> None:
    school.claims(tom={"groups": ["heads"]})
    page = new_context(browser).new_page()
    page.goto(f"{school.url}/hub/login?" + urlencode({"next": target}))
    enter_at_provider(page, "tom")
    expect(page).to_have_url(re.compile(re.escape(school.url) + "/(?!hub/(login|oauth_))"))
