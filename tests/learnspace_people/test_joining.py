"""Joining a course by oneself: open courses, codes, and the page that does both without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from learnspace_core.database import Database, now
from learnspace_core.settings import PREFIX
from learnspace_core.tables import RecordRow
from learnspace_people import store
from learnspace_people.service import joining
from learnspace_people.tables import CourseRow, JoinCodeRow
from tests.conftest import as_person

Client = Callable[[str], httpx.AsyncClient]
sqlite = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def no_tries() -> None:
    """Let every test begin without wrong codes."""
    joining._tries._tries.clear()


@pytest.fixture
def open_art(school: Database) -> Database:
    """The course ``art``, open to all."""
    with school.write() as session:
        session.get_one(CourseRow, "art").open_to_all = True
    return school


async def test_anyone_joins_an_open_course_leaves_it_and_keeps_the_record(client: Client, open_art: Database) -> None:
    nobody = client("nobody")
    assert [one["id"] for one in (await nobody.get("courses/open")).json()] == ["art"]
    for _ in range(2):
        assert (await nobody.post("courses/art/join")).status_code == 204
    assert (await nobody.get("me")).json()["learns"] == ["art"]
    for _ in range(2):
        assert (await nobody.post("courses/art/leave")).status_code == 204
    assert (await nobody.get("me")).json()["learns"] == []
    with open_art.read() as session:
        assert [row.verb for row in session.query(RecordRow).order_by(RecordRow.id)] == ["joined", "left"]


@sqlite
async def test_a_closed_course_is_neither_listed_nor_joined_nor_left(client: Client) -> None:
    assert (await client("nobody").get("courses/open")).json() == []
    for course in ("art", "unknown"):
        assert (await client("nobody").post(f"courses/{course}/join")).status_code == 404
    assert (await client("amy").post("courses/art/leave")).status_code == 404
    assert (await client("amy").get("me")).json()["learns"] == ["art"]


async def test_a_code_lets_in_until_it_is_taken_back(client: Client) -> None:
    ted, nobody = client("ted"), client("nobody")
    made = (await ted.post("courses/art/codes", json={"section": "B"})).json()
    assert re.fullmatch(r"[a-hjkmnp-z2-9]{10}", made["code"])
    typed = f" {made['code'][:5].upper()}-{made['code'][5:]} "
    for _ in range(2):
        joined = await nobody.post("courses/join", json={"code": typed})
        assert (joined.status_code, joined.json()["id"]) == (200, "art")
    learners = (await ted.get("courses/art/members")).json()["learners"]
    assert [one["section"] for one in learners if one["username"] == "nobody"] == ["B"]
    for _ in range(2):
        assert (await ted.delete(f"courses/art/codes/{made['code']}")).status_code == 204
    refused = await client("eve").post("courses/join", json={"code": made["code"]})
    assert (refused.status_code, refused.json()["code"]) == (404, "bad_code")


@sqlite
async def test_a_code_that_ended_a_second_ago_is_like_one_that_never_was(client: Client, school: Database) -> None:
    with school.write() as session:
        ended = now() - timedelta(seconds=1)
        session.add(JoinCodeRow(code="aaaaaaaaaa", course_id="art", made_at=ended, ends_at=ended))
    answers = [await client("eve").post("courses/join", json={"code": code}) for code in ("aaaaaaaaaa", "bbbbbbbbbb")]
    assert [answer.json() for answer in answers] == [answers[0].json()] * 2
    assert answers[0].status_code == 404
    past = await client("ted").post("courses/art/codes", json={"ends_at": "2020-01-01T00:00:00Z"})
    assert past.status_code == 422


@sqlite
async def test_guessing_codes_is_slowed_down_for_the_guesser_alone(client: Client) -> None:
    made = (await client("ted").post("courses/art/codes", json={})).json()
    eve = client("eve")
    for number in range(joining.FREE_TRIES):
        assert (await eve.post("courses/join", json={"code": f"aaaaaaa{number}"})).status_code == 404
    waits = await eve.post("courses/join", json={"code": made["code"]})
    assert (waits.status_code, waits.json()["code"]) == (429, "too_many_tries")
    assert (await client("nobody").post("courses/join", json={"code": made["code"]})).status_code == 200


@sqlite
async def test_another_courses_teacher_cannot_take_back_a_code(client: Client) -> None:
    made = (await client("ted").post("courses/art/codes", json={})).json()
    assert (await client("una").delete(f"courses/biology/codes/{made['code']}")).status_code == 204
    assert (await client("nobody").post("courses/join", json={"code": made["code"]})).status_code == 200


@sqlite
async def test_who_teaches_a_course_does_not_join_it(client: Client, open_art: Database) -> None:
    assert (await client("ted").post("courses/art/join")).json()["code"] == "teaches_it"


@pytest.fixture
async def browser(app: FastAPI, browser: httpx.AsyncClient) -> httpx.AsyncClient:
    """The browser of ``nobody``, who may join."""
    as_person(app, "nobody")
    return browser


async def _csrf(browser: httpx.AsyncClient) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', (await browser.get("/courses")).text)
    assert found
    return found.group(1)


@sqlite
async def test_the_page_joins_and_leaves_without_javascript(browser: httpx.AsyncClient, open_art: Database) -> None:
    form = {"csrf": await _csrf(browser), "action": "join", "course": "art"}
    done = await browser.post("/courses", data=form)
    assert done.status_code == 303
    page = await browser.get(done.headers["location"].removeprefix(PREFIX))
    assert "You are in Art now" in page.text
    assert 'value="leave"' in page.text
    done = await browser.post("/courses", data={**form, "action": "leave"})
    assert "You left Art" in (await browser.get(done.headers["location"].removeprefix(PREFIX))).text


@sqlite
@pytest.mark.parametrize("sent", ["", "wrong", "ä"])
async def test_a_form_from_elsewhere_joins_nothing(browser: httpx.AsyncClient, open_art: Database, sent: str) -> None:
    await _csrf(browser)
    answer = await browser.post("/courses", data={"csrf": sent, "action": "join", "course": "art"})
    assert (answer.status_code, "form_expired" in answer.text) == (403, True)
    with open_art.read() as session:
        assert [one.username for one in store.members(session, "art", "learner")] == ["amy", "bob"]


@sqlite
async def test_a_form_with_no_session_joins_nothing(browser: httpx.AsyncClient, open_art: Database) -> None:
    answer = await browser.post("/courses", data={"csrf": "", "action": "join", "course": "art"})
    assert answer.status_code == 403


@sqlite
async def test_a_wrong_code_says_so_on_the_page(browser: httpx.AsyncClient, open_art: Database) -> None:
    csrf = await _csrf(browser)
    answer = await browser.post("/courses", data={"csrf": csrf, "action": "code", "code": "zzzz"})
    assert (answer.status_code, "This code is not good" in answer.text) == (404, True)
    answer = await browser.post("/courses", data={"csrf": csrf, "action": "boss"})
    assert answer.status_code == 404


@sqlite
async def test_an_endless_form_is_cut_off(browser: httpx.AsyncClient, open_art: Database) -> None:
    answer = await browser.post("/courses", data={"csrf": await _csrf(browser), "code": "a" * 30_000})
    assert answer.status_code == 413
