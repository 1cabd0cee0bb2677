"""What somebody handed in and got back stays theirs to read after they left the course, or were taken out of it."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from fastapi import FastAPI

from learnspace_assignments import store
from learnspace_core.database import Database
from tests.conftest import as_person
from tests.test_rights import place

__all__ = ["place"]

Client = Callable[[str], httpx.AsyncClient]
pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
OWN = "/submissions/{submission_id}"
VERBS = [OWN, f"{OWN}/receipt", f"{OWN}/files/{{path}}", f"{OWN}/feedback", f"{OWN}/feedback/doubling"]
PAGES = [f"{OWN}/receipt", f"{OWN}/receipt.json", f"{OWN}/feedback", f"{OWN}/feedback/doubling"]


@pytest.fixture(params=["leaves", "is taken out"])
async def left(request: pytest.FixtureRequest, client: Client, place: dict[str, str]) -> dict[str, str]:
    """Amy is in the course no more."""
    if request.param == "leaves":
        gone = await client("amy").post("courses/art/leave")
    else:
        gone = await client("ted").delete("courses/art/learners/amy")
    assert gone.is_success
    assert (await client("amy").get("assignments")).json() == []
    return place


async def test_who_left_reads_what_was_theirs_and_nobody_else_does(
    client: Client, app: FastAPI, browser: httpx.AsyncClient, left: dict[str, str]
) -> None:
    for username, status in (("amy", 200), ("ted", 200), ("bob", 404), ("una", 404), ("eve", 404)):
        for path in VERBS:
            assert (await client(username).get(path.lstrip("/").format(**left))).status_code == status, (username, path)
        as_person(app, username)
        for path in PAGES:
            assert (await browser.get(path.format(**left))).status_code == status, (username, path)


async def test_the_portfolio_leads_to_feedback(
    client: Client, app: FastAPI, browser: httpx.AsyncClient, left: dict[str, str], school: Database
) -> None:
    with school.write() as session:
        submission, row = store.get_submission(session, left["submission_id"])
        store.note_scored(session, submission, row, "ted")
    address = f"submissions/{left['submission_id']}/feedback"
    entries = (await client("amy").get("portfolio")).json()
    scored = [one["feedback"] for one in entries if one["verb"] == "scored"]
    # What was said before is not what the page says now.
    assert scored == [address, None]
    assert {one["feedback"] for one in entries if one["verb"] != "scored"} == {None}
    as_person(app, "amy")
    page = (await browser.get("/portfolio", headers={"Accept-Language": "zh-CN"})).text
    assert page.count(f'href="/services/learnspace/{address}"') == 1
    assert "查看反馈" in page
    assert (await browser.get(f"/{address}")).status_code == 200


async def test_the_portfolio_leads_to_no_feedback_that_may_not_be_read(
    client: Client, left: dict[str, str], school: Database
) -> None:
    with school.write() as session:
        store.get_assignment(session, "art", "doubling").shows = {"feedback": "never"}
    assert {one["feedback"] for one in (await client("amy").get("portfolio")).json()} == {None}
