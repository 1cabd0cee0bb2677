"""HTTP of solutions.

Rights: teachers of the course read them always; its learners once the assignment's settings say so, and never while
anybody can still hand in.
"""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import HTMLResponse

from learnspace_assignments import store
from learnspace_assignments.solutions import solution_page, source_notebooks
from learnspace_core.database import Database
from learnspace_core.errors import LearnspaceError
from learnspace_core.models import Html
from learnspace_core.rendering import SECURITY_HEADERS
from learnspace_core.rights import require_member
from learnspace_core.routers import api_router, page_router
from learnspace_core.signin import Caller, Reader
from learnspace_people.models import Person

api = api_router("assignments")
pages = page_router()


@api.get("/assignments/{course}/{name}/solution")
def solution(request: Request, caller: Caller, course: str, name: str) -> Html:
    """Return the teacher's version of an assignment, without hidden tests, once it may be read."""
    return Html(html=_solution(request, caller, course, name))


@pages.get("/assignments/{course}/{name}/solution")
def page_of_solution(request: Request, reader: Reader, course: str, name: str) -> HTMLResponse:
    """Show the solution outside Lab, as a page of no origin that may load and run nothing."""
    policy = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    html = _solution(request, reader, course, name)
    return HTMLResponse(html, headers=SECURITY_HEADERS | {"Content-Security-Policy": policy})


def _solution(request: Request, person: Person, course: str, name: str) -> str:
    require_member(person, course)
    database: Database = request.app.state.database
    with database.read() as session:
        row = store.get_assignment_for(session, person, course, name)
        if not person.has("teacher", course) and not store.for_learner(session, person, row, "").solution:
            raise LearnspaceError(
                "no_solution_yet", "The solution is not shown yet, or not at all. Ask your teacher when it is.", 404
            )
    return solution_page(source_notebooks(request.app.state.settings, course, name), row.title)
