"""HTTP of the portfolio. Rights: everyone reads their own, nobody another's."""

from __future__ import annotations

from itertools import groupby

from fastapi import Request
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from learnspace_assignments import store as assignments
from learnspace_core import record
from learnspace_core.database import Database
from learnspace_core.rendering import page
from learnspace_core.routers import api_router, page_router
from learnspace_core.signin import Caller, Reader
from learnspace_core.tables import RecordRow
from learnspace_core.words import language_of, translator
from learnspace_people import store as people
from learnspace_people.models import Person
from learnspace_portfolio.models import Entry
from learnspace_portfolio.sentences import sentence

api = api_router("portfolio")
pages = page_router()


@api.get("/portfolio")
def portfolio(request: Request, caller: Caller) -> list[Entry]:
    """Return what the caller did, newest first."""
    return _timeline(request, caller)


@pages.get("/portfolio")
def portfolio_page(request: Request, reader: Reader) -> HTMLResponse:
    """Show the reader what they did, by month."""
    entries = _timeline(request, reader)
    months = [(month, list(group)) for month, group in groupby(entries, key=lambda entry: f"{entry.at:%Y-%m}")]
    return page(request, "portfolio.html", person=reader, months=months)


def _timeline(request: Request, person: Person) -> list[Entry]:
    database: Database = request.app.state.database
    translate = translator(language_of(request.headers.get("accept-language", "")))
    with database.read() as session:
        rows = record.of_person(session, person.id)
        leads = _to_feedback(session, person, rows)
        titles = {course.id: course.title for course in people.list_courses(session)}
        return [
            Entry(
                id=row.id,
                at=row.at,
                verb=row.verb,
                object_type=row.object_type,
                object_id=row.object_id,
                title=row.object_title,
                course=row.course_id,
                course_title=titles.get(row.course_id or ""),
                result=row.result,
                sentence=sentence(row, translate),
                feedback=f"submissions/{row.object_id}/feedback" if row.id in leads else None,
            )
            for row in rows
        ]


def _to_feedback(session: Session, person: Person, rows: list[RecordRow]) -> set[int]:
    """Return the statements that lead to feedback: of each submission the last that tells of marks."""
    last: dict[str, int] = {}
    for row in rows:
        if row.object_type == "submission" and row.verb in ("scored", "rescored"):
            last.setdefault(row.object_id, row.id)
    readable = assignments.readable_feedback(session, person.id, last)
    return {row_id for submission_id, row_id in last.items() if submission_id in readable}
