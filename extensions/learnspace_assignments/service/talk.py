"""HTTP of the talk about an assignment.

Rights: learners read and write their own talk with the teachers of the course; teachers read and answer all of their
course's. Nobody reads the talk of another learner.
"""

from __future__ import annotations

from fastapi import Request, Response

from learnspace_assignments import store
from learnspace_assignments.models.talk import Message, NewMessage, Talk
from learnspace_assignments.service.classview import asked
from learnspace_assignments.store.talk import partner, say, talk_of, talks
from learnspace_assignments.tables import AssignmentRow
from learnspace_core.database import Database
from learnspace_core.errors import LearnspaceError
from learnspace_core.rights import require_role
from learnspace_core.routers import api_router
from learnspace_core.signin import Caller

api = api_router("talk")


@api.get("/assignments/{course}/{name}/messages")
def my_talk(request: Request, caller: Caller, course: str, name: str) -> list[Message]:
    """Return what the caller and their teachers said about the assignment, oldest first."""
    require_role(caller, "learner", course)
    database: Database = request.app.state.database
    with database.read() as session:
        row = store.get_assignment_for(session, caller, course, name)
        return talk_of(session, row, caller.id, _titles(request, row))


@api.post("/assignments/{course}/{name}/messages", status_code=201)
def ask(
    request: Request, response: Response, caller: Caller, course: str, name: str, message: NewMessage
) -> list[Message]:
    """Ask the teachers of the course, perhaps about one question; return the talk (200 if it was sent already)."""
    require_role(caller, "learner", course)
    database: Database = request.app.state.database
    with database.write() as session:
        row = store.get_assignment_for(session, caller, course, name)
        titles = _titles(request, row, message)
        _, new = say(session, caller, row, caller.id, message)
        response.status_code = 201 if new else 200
        return talk_of(session, row, caller.id, titles)


@api.get("/teach/{course}/{name}/messages")
def class_talk(request: Request, caller: Caller, course: str, name: str) -> list[Talk]:
    """Return the talks of all learners about the assignment; who waits for an answer comes first."""
    require_role(caller, "teacher", course)
    database: Database = request.app.state.database
    with database.read() as session:
        row = store.get_assignment(session, course, name, released=False)
        return talks(session, row, _titles(request, row))


@api.post("/teach/{course}/{name}/messages/{username}", status_code=201)
def answer(
    request: Request,
    response: Response,
    caller: Caller,
    course: str,
    name: str,
    username: str,
    message: NewMessage,
) -> list[Message]:
    """Answer a learner, or write to one who did not ask; return the talk (200 if it was sent already)."""
    require_role(caller, "teacher", course)
    database: Database = request.app.state.database
    with database.write() as session:
        row = store.get_assignment(session, course, name, released=False)
        titles = _titles(request, row, message)
        person_id = partner(session, row, username)
        _, new = say(session, caller, row, person_id, message)
        response.status_code = 201 if new else 200
        return talk_of(session, row, person_id, titles)


def _titles(request: Request, row: AssignmentRow, message: NewMessage | None = None) -> dict[str, str]:
    """Return the headings of the questions by grade id, and refuse a message about none of them."""
    titles = {one.id: one.title or one.id for one in asked(request, row)}
    if message is not None and message.question and message.question not in titles:
        raise LearnspaceError(
            "unknown_question", f"The assignment has no question {message.question}. Choose one of its questions.", 422
        )
    return titles
