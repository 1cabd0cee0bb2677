"""Who may not see it: what is not released, what is another's and what is another course's, by every route there is.

That no verb is forgotten, and who may do what, is in ``test_rights.py``; here its table is walked with other
identifiers.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from learnspace_assignments import store
from learnspace_assignments.tables import AccommodationRow, AssignmentRow, SubmissionRow, TeamMemberRow, TeamRow
from learnspace_core.app import parts_of
from learnspace_core.blobs import BlobStore
from learnspace_core.database import Database, now
from learnspace_core.features import load_all
from learnspace_core.models import FileEntry
from learnspace_core.settings import PREFIX, Settings
from learnspace_people import store as people
from learnspace_people.tables import EnrolmentRow, JoinCodeRow
from tests.conftest import as_person
from tests.test_rights import VERBS, place, source

__all__ = ["place", "source"]

Client = Callable[[str], httpx.AsyncClient]
pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
SECRET = "gooseberry"
"""A word in everything that somebody else may not see."""
HIDDEN = ("unreleased", "unopened", "deleted")
NOT_AMY = ("bob", "eve", "una", "nobody")


@pytest.fixture
def hidden(place: dict[str, str], school: Database, blobs: BlobStore) -> None:
    """Assignments of the course that no learner knows of, each in its way."""
    blob = blobs.put(f'{{"cells":[],"metadata":{{"x":"{SECRET}"}},"nbformat":4,"nbformat_minor":5}}'.encode())
    entry = FileEntry(path="doubling.ipynb", sha256=blob.sha256, size=blob.size)
    with school.write() as session:
        for position, name in enumerate(HIDDEN, 5):
            row = store.ensure_assignment(session, "art", name, f"{SECRET} {name}", position)
            store.release(session, row, [entry], 5)
            row.team_size, row.team_signup = 2, True
        store.get_assignment(session, "art", "unreleased").released_at = None
        store.get_assignment(session, "art", "unopened").opens_at = now() + timedelta(days=1)
        store.get_assignment(session, "art", "deleted").archived_at = now()


async def _ask(client: httpx.AsyncClient, verb: str, where: dict[str, str]) -> httpx.Response:
    method, _, path = verb.partition(" ")
    return await client.request(method, path.lstrip("/").format(**where), **VERBS[verb][1])  # type: ignore[arg-type]


@pytest.mark.parametrize("name", HIDDEN)
async def test_what_is_not_released_does_not_exist_for_learners_by_any_verb(
    client: Client, hidden: None, place: dict[str, str], name: str
) -> None:
    asked = 0
    for verb in VERBS:
        for username in ("amy", *NOT_AMY) if "{name}" in verb else ():
            answer = await _ask(client(username), verb, {**place, "name": name})
            assert answer.status_code in (403, 404), f"{username}: {verb}: {answer.text}"
            assert SECRET not in answer.text
            asked += 1
    assert asked > 100
    for verb in VERBS:
        if verb.startswith("GET ") and "{" not in verb:
            assert SECRET not in (await _ask(client("amy"), verb, place)).text, verb


@pytest.fixture
def amys(place: dict[str, str], school: Database, blobs: BlobStore) -> dict[str, str]:
    """The secret word in all that amy handed in and got; una teaches an assignment of her own."""
    blob = blobs.put(f'{{"cells":[],"metadata":{{"x":"{SECRET}"}},"nbformat":4,"nbformat_minor":5}}'.encode())
    entry = FileEntry(path=f"{SECRET}.ipynb", sha256=blob.sha256, size=blob.size)
    with school.write() as session:
        amy = people.find_person(session, "amy")
        assert amy is not None
        row = store.get_assignment(session, "art", "doubling")
        receipt, _ = store.submit(session, amy, row, [entry], "00" * 32)
        submission, _ = store.get_submission(session, receipt.submission)
        submission.marks = {"score": 1, "max_score": 5, "questions": []}
        page = blobs.put(f"<p>{SECRET}</p>".encode()).sha256
        store.note_returned(session, submission, row, {"doubling": page}, "ted")
        session.get_one(AccommodationRow, place["accommodation_id"]).note = SECRET
        cells = store.ensure_assignment(session, "biology", "cells", "Cells")
        store.release(session, cells, [FileEntry(path="cells.ipynb", sha256=blob.sha256, size=1)], 5)
        cells.team_size = 2
    return {**place, "submission_id": receipt.submission, "path": f"{SECRET}.ipynb", "notebook": "doubling"}


async def test_nothing_of_amys_is_in_any_answer_to_anybody_else(
    client: Client, app: FastAPI, browser: httpx.AsyncClient, amys: dict[str, str]
) -> None:
    """As pages, too, and in what is listed without any identifier."""
    for username in NOT_AMY:
        for verb in VERBS:
            if verb.startswith("GET "):
                assert SECRET not in (await _ask(client(username), verb, amys)).text, f"{username}: {verb}"
        as_person(app, username)
        for path in _page_paths():
            answer = await browser.get(path.format(**amys))
            assert SECRET not in answer.text, f"{username}: {path}"
            if "{submission_id}" in path:
                assert answer.status_code in (403, 404), f"{username}: {path}"
    # The pages are the right ones: their owner reads them.
    as_person(app, "amy")
    pages = [path for path in _page_paths() if "{submission_id}" in path]
    assert len(pages) >= 3
    for path in pages:
        assert (await browser.get(path.format(**amys))).status_code == 200, path


async def test_a_teacher_of_another_course_reaches_nothing_through_their_own_course(
    client: Client, amys: dict[str, str], school: Database, settings: Settings
) -> None:
    """Una names her own course and assignment, with the identifiers of what is in the other one."""
    before = _all_of_art(school)
    where = {**amys, "course": "biology", "name": "cells"}
    for verb in VERBS:
        if "{course}" in verb and verb.count("{") > 1:
            answer = await _ask(client("una"), verb, where)
            assert SECRET not in answer.text, verb
            assert answer.status_code < 500, verb
    for method in ("GET", "PUT", "DELETE", "POST"):
        for path in ("cells/submissions/{submission_id}/marks", "accommodations/{accommodation_id}"):
            body = {"json": {"username": "eve", "extra_attempts": 1}} if method == "PUT" else {}
            answer = await client("una").request(method, f"teach/biology/{path.format(**amys)}", **body)  # type: ignore[arg-type]
            assert answer.status_code in (404, 405), f"{method} {path}: {answer.text}"
    assert _all_of_art(school) == before


def _all_of_art(school: Database) -> list[str]:
    queries = (
        select(SubmissionRow.id, SubmissionRow.state, SubmissionRow.marks, SubmissionRow.receipt),
        select(AccommodationRow.id, AccommodationRow.person_id, AccommodationRow.note).filter_by(course_id="art"),
        select(EnrolmentRow.person_id, EnrolmentRow.role, EnrolmentRow.section).filter_by(course_id="art"),
        select(JoinCodeRow.code, JoinCodeRow.ends_at).filter_by(course_id="art"),
        select(TeamRow.id, TeamRow.name).join(AssignmentRow).where(AssignmentRow.course_id == "art"),
        select(TeamMemberRow.person_id).join(AssignmentRow).where(AssignmentRow.course_id == "art"),
    )
    with school.read() as session:
        return [repr(sorted(map(repr, session.execute(query)))) for query in queries]


def _page_paths() -> list[str]:
    """Return the paths of all pages that are read, relative to the service."""

    pages = [part.pages for room in load_all("service") for part in parts_of(room) if hasattr(part, "pages")]
    routes = [route for router in pages for route in router.routes if "GET" in route.methods]
    found = sorted({route.path.removeprefix(PREFIX) for route in routes})
    assert "/submissions/{submission_id}/receipt" in found
    return found
