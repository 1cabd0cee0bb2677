"""HTTP of people and courses. Rights: everyone may ask about themselves; a manager sees their institutions' people."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from learnspace_core.database import Database
from learnspace_core.rendering import page
from learnspace_core.rights import require_manager
from learnspace_core.routers import api_router, page_router
from learnspace_core.signin import Caller, Reader
from learnspace_people import store
from learnspace_people.models import Person

api = api_router("people")
pages = page_router()


class Me(BaseModel):
    """Who is signed in, what they may do, and where the pages outside Lab are."""

    username: str
    name: str
    learns: list[str]
    teaches: list[str]
    manages: list[str]
    public_url: str


@api.get("/me")
def me(request: Request, caller: Caller) -> Me:
    """Say who is asking."""
    return Me(
        username=caller.username,
        name=caller.name,
        learns=caller.courses("learner"),
        teaches=caller.courses("teacher"),
        manages=caller.institutions(),
        public_url=request.app.state.settings.public_url,
    )


@api.get("/people")
def people(request: Request, caller: Caller) -> list[Person]:
    """List the people of the institutions that the caller manages, with their roles there."""
    institutions = require_manager(caller)
    database: Database = request.app.state.database
    with database.read() as session:
        return store.list_people(session, institutions)


@pages.get("/people")
def people_page(request: Request, reader: Reader) -> HTMLResponse:
    """Show a manager the people of their institutions."""
    database: Database = request.app.state.database
    with database.read() as session:
        titles = {course.id: course.title for course in store.list_courses(session)}
        institutions = store.list_institutions(session, reader.institutions())
    found = people(request, reader)
    return page(request, "people.html", person=reader, people=found, titles=titles, institutions=institutions)
