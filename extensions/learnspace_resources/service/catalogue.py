"""HTTP of the catalogue. Rights: people see the resources of the courses in which they learn or teach."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Request, Response
from fastapi.responses import FileResponse

from learnspace_core.blobs import BlobStore
from learnspace_core.database import Database
from learnspace_core.errors import LearnspaceError, NotFound
from learnspace_core.models import Html
from learnspace_core.routers import api_router
from learnspace_core.signin import Caller
from learnspace_resources import store
from learnspace_resources.models import Resource, ResourceDetail

api = api_router("resources", "/resources")

ResourceId = Annotated[int, Path(ge=1, le=2**31 - 1)]


@api.get("")
def resources(request: Request, caller: Caller, q: str = "", course: str = "", language: str = "") -> list[Resource]:
    """Search the resources of the caller's courses; without words, list them all."""
    database: Database = request.app.state.database
    with database.read() as session:
        return store.search(session, caller.courses("learner", "teacher"), q, course, language)


@api.get("/{resource_id}")
def resource(request: Request, caller: Caller, resource_id: ResourceId) -> ResourceDetail:
    """Return one resource with its outline and files."""
    database: Database = request.app.state.database
    with database.read() as session:
        return store.get(session, caller.courses("learner", "teacher"), resource_id)


@api.get("/{resource_id}/preview")
def preview(request: Request, caller: Caller, resource_id: ResourceId) -> Html:
    """Return the resource as a page to look at."""
    database: Database = request.app.state.database
    blobs: BlobStore = request.app.state.blobs
    with database.read() as session:
        row = store.get_row(session, caller.courses("learner", "teacher"), resource_id)
    if row.preview_sha256 is None:
        raise LearnspaceError("preview_not_ready", "The preview is being made. It is here in a few seconds.", 409)
    return Html(html=blobs.read(row.preview_sha256).decode())


@api.get("/{resource_id}/files/{path:path}", response_class=FileResponse)
def resource_file(request: Request, caller: Caller, resource_id: ResourceId, path: str) -> FileResponse:
    """Return the bytes of one file of the resource."""
    database: Database = request.app.state.database
    blobs: BlobStore = request.app.state.blobs
    with database.read() as session:
        detail = store.get(session, caller.courses("learner", "teacher"), resource_id)
    for file in detail.files:
        if file.path == path:
            return FileResponse(blobs.path(file.sha256), media_type="application/octet-stream")
    raise NotFound("The file")


@api.post("/{resource_id}/opened", status_code=204, response_class=Response)
def opened(request: Request, caller: Caller, resource_id: ResourceId) -> None:
    """Record that the caller opened the resource."""
    database: Database = request.app.state.database
    with database.write() as session:
        store.note_opened(session, caller, store.get_row(session, caller.courses("learner", "teacher"), resource_id))
