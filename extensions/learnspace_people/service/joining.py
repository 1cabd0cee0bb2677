"""HTTP of joining a course by oneself, in Lab and on a page.

Rights: whoever may sign in sees the open courses, joins and leaves them, and may type a code; wrong codes are slowed
down for each person.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from learnspace_core.database import Database
from learnspace_core.errors import LearnspaceError, NotFound
from learnspace_core.forms import SentForm, csrf_token
from learnspace_core.rendering import page
from learnspace_core.routers import api_router, page_router
from learnspace_core.settings import PREFIX
from learnspace_core.signin import Caller, Reader
from learnspace_core.throttle import Throttle
from learnspace_people import store
from learnspace_people.models import Course, OpenCourse, Person, TypedCode

api = api_router("courses", "/courses")
pages = page_router()

FREE_TRIES = 10
"""Wrong codes that one person may type before they have to wait."""
_tries = Throttle(FREE_TRIES)


@api.get("/open")
def open_courses(request: Request, caller: Caller) -> list[OpenCourse]:
    """List the courses that anyone may join, and how the caller stands in them."""
    database: Database = request.app.state.database
    with database.read() as session:
        return store.open_courses(session, caller)


@api.post("/join")
def join_by_code(request: Request, caller: Caller, typed: TypedCode) -> Course:
    """Join the course that a code belongs to; safe to repeat."""
    course = _join_by_code(request, caller, typed.code)
    database: Database = request.app.state.database
    with database.read() as session:
        joined = store.get_course(session, course)
    if joined is None:
        raise NotFound("The course")
    return joined


@api.post("/{course}/join", status_code=204, response_class=Response)
def join(request: Request, caller: Caller, course: str) -> None:
    """Join an open course; safe to repeat."""
    _join(request, caller, course)


@api.post("/{course}/leave", status_code=204, response_class=Response)
def leave(request: Request, caller: Caller, course: str) -> None:
    """Leave an open course; what was handed in and the record stay."""
    _leave(request, caller, course)


@pages.get("/courses")
def courses_page(request: Request, reader: Reader, done: str = "", course: str = "") -> HTMLResponse:
    """Show the open courses and one's own, with a form for each and one for a code."""
    return _page(request, reader, done=done, course=course)


@pages.post("/courses")
async def courses_form(request: Request, reader: Reader, form: SentForm) -> Response:
    """Do what a form of the page asks, and show the page again."""
    action, value = form.get("action", ""), form.get("course") or form.get("code", "")
    try:
        if action not in ACTIONS:
            raise NotFound("The form")
        done, act = ACTIONS[action]
        course = await run_in_threadpool(act, request, reader, value)
    except LearnspaceError as error:
        return await run_in_threadpool(_page, request, reader, error=error)
    return RedirectResponse(f"{PREFIX}/courses?{urlencode({'done': done, 'course': course})}", status_code=303)


def _join_by_code(request: Request, person: Person, code: str) -> str:
    wait = _tries.wait_seconds(person.id)
    if wait:
        raise LearnspaceError(
            "too_many_tries", f"Too many wrong codes. Wait {math.ceil(wait)} seconds, then try again.", 429
        )
    _tries.count(person.id)
    database: Database = request.app.state.database
    with database.write() as session:
        course = store.join_by_code(session, person, code).id
    _tries.forget(person.id)
    return course


def _join(request: Request, person: Person, course: str) -> str:
    database: Database = request.app.state.database
    with database.write() as session:
        return store.join_open(session, person, course).id


def _leave(request: Request, person: Person, course: str) -> str:
    database: Database = request.app.state.database
    with database.write() as session:
        return store.leave_open(session, person, course).id


ACTIONS: dict[str, tuple[str, Callable[[Request, Person, str], str]]] = {
    "join": ("joined", _join),
    "leave": ("left", _leave),
    "code": ("joined", _join_by_code),
}
"""What a form may ask for: the word for it when it is done, and what does it."""


def _page(
    request: Request, reader: Person, *, done: str = "", course: str = "", error: LearnspaceError | None = None
) -> HTMLResponse:
    database: Database = request.app.state.database
    with database.read() as session:
        fresh = store.find_person(session, reader.username) or reader
        found = store.open_courses(session, fresh)
        mine = store.list_courses(session, fresh.courses("learner", "teacher"))
    titles = {one.id: one.title for one in [*found, *mine]}
    return page(
        request,
        "courses.html",
        person=fresh,
        status=error.status if error else 200,
        found=found,
        mine=mine,
        done=done if done in ("joined", "left") else "",
        title=titles.get(course, ""),
        error=error,
        csrf=csrf_token(request),
    )
