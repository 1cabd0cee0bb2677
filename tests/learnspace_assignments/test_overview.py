"""The assignments as a page outside Lab: a phone without JavaScript, a printer, a reader of Chinese."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from learnspace_assignments import duewords, store
from learnspace_assignments.duewords import due_words
from learnspace_core.database import Database, now
from learnspace_core.models import FileEntry
from learnspace_core.settings import PREFIX
from learnspace_core.words import translator
from tests.conftest import as_person

Client = Callable[[str], httpx.AsyncClient]
pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
URL = "assignments/art/doubling/submissions"
NOTEBOOK = ("files", ("练习.ipynb", b"{}"))
AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def released(school: Database) -> Database:
    with school.write() as session:
        for name, due in (("doubling", now() + timedelta(days=3, hours=1)), ("<i>halving", None)):
            row = store.ensure_assignment(session, "art", name.removeprefix("<i>"), name)
            row.due_at = due
            store.release(session, row, [FileEntry(path="练习.ipynb", sha256="0" * 64, size=1)], 5)
    return school


async def test_what_is_open_is_said_with_how_long_is_left(
    app: FastAPI, browser: httpx.AsyncClient, released: Database
) -> None:
    as_person(app, "amy")
    shown = (await browser.get("/assignments")).text
    assert "due in 3 days" in shown
    assert "no due date" in shown
    assert shown.index("doubling") < shown.index("halving"), "what has no due date comes last"
    assert "&lt;i&gt;halving" in shown
    assert 'href="/hub/user-redirect/lab"' in shown


async def test_what_was_handed_in_has_its_receipt_to_print(
    app: FastAPI, browser: httpx.AsyncClient, client: Client, released: Database
) -> None:
    receipt = (await client("amy").post(URL, files=[NOTEBOOK])).json()
    as_person(app, "amy")
    shown = (await browser.get("/assignments")).text
    [link] = re.findall(rf'href="{PREFIX}(/submissions/[^"]+/receipt)"', shown)
    assert "due in" not in shown
    page = (await browser.get(link)).text
    for value in (receipt["digest"], receipt["files"][0]["sha256"], receipt["signature"], "Amy"):
        assert value in page
    assert "Waited in the space" not in page
    saved = await browser.get(f"{link}.json")
    assert saved.json() == receipt
    assert saved.headers["content-disposition"].startswith("attachment")


async def test_a_receipt_of_a_hand_in_that_waited_says_both_times(
    app: FastAPI, browser: httpx.AsyncClient, client: Client, released: Database
) -> None:
    said = {"queued_at": "2026-11-20T09:30:00+08:00"}
    receipt = (await client("amy").post(URL, params=said, files=[NOTEBOOK])).json()
    as_person(app, "amy")
    page = (await browser.get(f"/submissions/{receipt['submission']}/receipt")).text
    assert "2026-11-20 01:30:00 UTC" in page
    assert "Waited in the space since" in page


async def test_nobody_elses_receipt_can_be_read(
    app: FastAPI, browser: httpx.AsyncClient, client: Client, released: Database
) -> None:
    receipt = (await client("amy").post(URL, files=[NOTEBOOK])).json()
    for username in ("bob", "eve", "una", "max", "nobody"):
        as_person(app, username)
        for ending in ("receipt", "receipt.json"):
            assert (await browser.get(f"/submissions/{receipt['submission']}/{ending}")).status_code == 404
        assert "doubling" not in (await browser.get("/assignments")).text or username == "bob"
    as_person(app, "ted")
    assert (await browser.get(f"/submissions/{receipt['submission']}/receipt")).status_code == 200


async def test_the_page_is_in_the_readers_language(
    app: FastAPI, browser: httpx.AsyncClient, released: Database
) -> None:
    as_person(app, "amy")
    shown = (await browser.get("/assignments", headers={"Accept-Language": "zh-CN"})).text
    assert "还有 3 天截止" in shown
    assert re.findall(r">\s*[A-Z][a-z]+ [a-z]+", shown.split("<main", 1)[1]) == []


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=2), "due in 2 days"),
        (timedelta(days=2, seconds=-1), "due in 47 hours"),
        (timedelta(minutes=119), "due in 119 minutes"),
        (timedelta(0), "due within two minutes"),
        (timedelta(seconds=-1), "was due just now"),
        (timedelta(hours=-3), "was due 3 hours ago"),
        (timedelta(days=-40), "was due 40 days ago"),
    ],
)
def test_below_two_days_never_more_time_is_said_than_there_is(settings: object, left: timedelta, words: str) -> None:
    assert due_words(AT + left, AT, translator("en"), done=False).words == words
    assert due_words(AT + left, AT, translator("en"), done=True).words == ""


def test_days_are_those_of_the_calendar_as_in_the_panel(settings: object) -> None:
    late_on_the_third_day = AT + timedelta(days=2, hours=11)
    early_on_the_fourth = AT + timedelta(days=2, hours=13)
    assert due_words(late_on_the_third_day, AT, translator("en"), done=False).words == "due in 2 days"
    assert due_words(early_on_the_fourth, AT, translator("en"), done=False).words == "due in 3 days"
    assert due_words(early_on_the_fourth, AT, translator("zh-CN"), done=False).days == "还有 {count} 天截止"
    assert due_words(AT + timedelta(hours=3), AT, translator("en"), done=False).days == ""


def test_every_word_of_a_due_time_is_translated(settings: object) -> None:
    path = Path(duewords.__file__).parents[1] / "learnspace_core/locale/zh_CN/pages.json"
    words = json.loads(path.read_text(encoding="utf-8"))
    texts = {text for _, _, text in duewords.AHEAD + duewords.PAST} | {
        duewords.NOW, duewords.JUST_PAST, duewords.NEVER
    }  # fmt: skip
    assert texts - set(words) == set()


async def test_what_has_closed_says_so(app: FastAPI, browser: httpx.AsyncClient, released: Database) -> None:
    with released.write() as session:
        row = store.get_assignment(session, "art", "doubling")
        row.due_at, row.closes_at, row.attempts = now() - timedelta(days=2), now() - timedelta(days=1), 2
    as_person(app, "amy")
    shown = (await browser.get("/assignments")).text
    assert "Closed <time" in shown
    assert "Closes" not in shown
    assert "Attempts left" not in shown
