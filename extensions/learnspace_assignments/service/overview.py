"""The assignments outside Lab, for a phone or while the space sleeps. Rights: everyone reads their own."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import NamedTuple
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse

from learnspace_assignments import store
from learnspace_assignments.duewords import DueWords, due_words
from learnspace_assignments.models import Assignment, Submission
from learnspace_core.database import Database, now
from learnspace_core.rendering import page
from learnspace_core.routers import page_router
from learnspace_core.signin import Reader
from learnspace_core.words import language_of, translator

pages = page_router()
SPACE = "/hub/user-redirect/lab"


class Shown(NamedTuple):
    """An assignment, its due time in words, whether that is past, its newest submission, where it opens in Lab."""

    one: Assignment
    due: DueWords
    past: bool
    newest: Submission | None
    returned: Submission | None
    address: str


@pages.get("/assignments")
def assignments_page(request: Request, reader: Reader) -> HTMLResponse:
    """Show the reader's assignments by course, by due time in each; what has none comes last."""
    database: Database = request.app.state.database
    with database.read() as session:
        mine = store.all_for_learner(session, reader, store.list_open(session, reader.courses("learner")))
    mine.sort(key=lambda one: (one.course_title, one.course, one.due_at is None, one.due_at or now()))
    language = language_of(request.headers.get("accept-language", ""))
    courses = [
        (ones[0].course_title, [_shown(one, language, now()) for one in ones])
        for ones in (list(group) for _, group in groupby(mine, key=lambda one: one.course))
    ]
    return page(request, "assignments.html", person=reader, courses=courses)


def _shown(one: Assignment, language: str, at: datetime) -> Shown:
    done = one.state in ("handed_in", "returned")
    notebook = next((file.path for file in one.files if file.path.endswith(".ipynb")), "")
    opens = f"/tree/assignments/{quote(one.course)}/{quote(one.name)}/{quote(notebook)}"
    return Shown(
        one=one,
        due=due_words(one.due_at, at, translator(language), done=done),
        past=one.due_at is not None and one.due_at < at,
        newest=one.submissions[0] if one.submissions else None,
        returned=next((each for each in one.submissions if each.state == "returned"), None),
        # Before it is fetched there is no file to open.
        address=SPACE if one.state == "not_started" or not notebook else SPACE + opens,
    )
