"""HTTP of the class at work: a learner's space says how questions stand, teachers see the class.

Rights: members of a course read the questions of its released assignments; learners tell their own progress; teachers
of the course see the class. What a space says never becomes a mark.
"""

from __future__ import annotations

from fastapi import Request, Response

from learnspace_assignments import store
from learnspace_assignments.models.classview import ClassView
from learnspace_assignments.models.inbox import Waiting
from learnspace_assignments.models.progress import AskedQuestion, Progress
from learnspace_assignments.questions import questions_of
from learnspace_assignments.store.classview import class_view
from learnspace_assignments.store.inbox import waiting
from learnspace_assignments.store.progress import note_progress
from learnspace_assignments.tables import AssignmentRow
from learnspace_core.database import Database
from learnspace_core.models import FileEntry
from learnspace_core.rights import require_member, require_role
from learnspace_core.routers import api_router
from learnspace_core.signin import Caller

api = api_router("class")


@api.get("/assignments/{course}/{name}/questions")
def questions(request: Request, caller: Caller, course: str, name: str) -> list[AskedQuestion]:
    """List the questions of the released version."""
    require_member(caller, course)
    database: Database = request.app.state.database
    with database.read() as session:
        return asked(request, store.get_assignment_for(session, caller, course, name))


@api.put("/assignments/{course}/{name}/progress")
def progress(request: Request, caller: Caller, course: str, name: str, told: Progress) -> Progress:
    """Keep how the caller's questions stand in their space; those that the released version lacks are left out."""
    require_role(caller, "learner", course)
    database: Database = request.app.state.database
    with database.write() as session:
        row = store.get_assignment_for(session, caller, course, name)
        return Progress(questions=note_progress(session, caller, row, told.questions, asked(request, row)))


@api.get("/teach/{course}/{name}/class", response_model=ClassView)
def class_at_work(request: Request, caller: Caller, course: str, name: str) -> Response:
    """Show where each learner stands with each question; nobody's server is opened for it."""
    require_role(caller, "teacher", course)
    database: Database = request.app.state.database
    with database.read() as session:
        row = store.get_assignment(session, course, name, released=False)
        view = class_view(session, row, asked(request, row))
    # Written as JSON once, here: FastAPI would look at each of ten thousand cells again, and in its event loop.
    return Response(view.model_dump_json(), media_type="application/json")


@api.get("/teach/inbox")
def inbox(request: Request, caller: Caller) -> list[Waiting]:
    """List what waits for the caller in all courses that they teach, the oldest first."""
    database: Database = request.app.state.database
    with database.read() as session:
        return waiting(session, caller.courses("teacher"))


def asked(request: Request, row: AssignmentRow) -> list[AskedQuestion]:
    """Return the questions of an assignment's released version."""
    return questions_of([FileEntry.model_validate(file) for file in row.files], request.app.state.blobs)
