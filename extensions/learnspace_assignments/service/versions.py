"""HTTP of the versions of a released assignment.

Rights: who may read an assignment's files may read those of its released versions, and note which one they have; only
teachers of the course list the versions and put words to what changed. A new one is released in ``preparing.py``.
"""

from __future__ import annotations

from fastapi import Request, Response
from fastapi.responses import FileResponse

from learnspace_assignments import store
from learnspace_assignments.models import TaughtVersion, Version, VersionNote
from learnspace_assignments.service.learning import send_file
from learnspace_core.database import Database
from learnspace_core.rights import require_member, require_role
from learnspace_core.routers import api_router
from learnspace_core.signin import Caller

api = api_router("versions")


@api.get("/assignments/{course}/{name}/versions/{number}")
def version(request: Request, caller: Caller, course: str, name: str, number: int) -> Version:
    """Return one released version with its files."""
    require_member(caller, course)
    database: Database = request.app.state.database
    with database.read() as session:
        return store.get_version(session, store.get_assignment_for(session, caller, course, name), number)


@api.get("/assignments/{course}/{name}/versions/{number}/files/{path:path}", response_class=FileResponse)
def version_file(request: Request, caller: Caller, course: str, name: str, number: int, path: str) -> FileResponse:
    """Return the bytes of one file of a released version."""
    found = version(request, caller, course, name, number)
    return send_file(request, [file.model_dump() for file in found.files], path)


@api.put("/assignments/{course}/{name}/versions/{number}/fetched", status_code=204, response_class=Response)
def version_fetched(request: Request, caller: Caller, course: str, name: str, number: int) -> None:
    """Note that the caller has this version in their home now."""
    require_member(caller, course)
    database: Database = request.app.state.database
    with database.write() as session:
        store.note_version(session, caller, store.get_assignment_for(session, caller, course, name), number)


@api.get("/teach/{course}/{name}/versions")
def versions(request: Request, caller: Caller, course: str, name: str) -> list[TaughtVersion]:
    """List the released versions, newest first, with how many learners have each."""
    require_role(caller, "teacher", course)
    database: Database = request.app.state.database
    with database.read() as session:
        return store.taught_versions(session, store.get_assignment(session, course, name, released=False))


@api.put("/teach/{course}/{name}/versions/{number}")
def reword_version(
    request: Request, caller: Caller, course: str, name: str, number: int, said: VersionNote
) -> list[TaughtVersion]:
    """Put other words to what changed in a version."""
    require_role(caller, "teacher", course)
    database: Database = request.app.state.database
    with database.write() as session:
        row = store.get_assignment(session, course, name, released=False)
        store.reword(session, row, number, said.note)
        return store.taught_versions(session, row)
