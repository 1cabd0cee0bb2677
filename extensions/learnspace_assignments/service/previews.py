"""HTTP of looking at what was handed in. Rights: who handed it in, and the teachers of the course."""

from __future__ import annotations

from fastapi import Request

from learnspace_assignments.service.learning import find_submission
from learnspace_assignments.submittedview import view
from learnspace_core.blobs import BlobStore
from learnspace_core.errors import NotFound
from learnspace_core.models import FileEntry, Html
from learnspace_core.routers import api_router
from learnspace_core.signin import Caller
from learnspace_core.words import language_of

api = api_router("assignments")


@api.get("/submissions/{submission_id}/preview")
def preview(request: Request, caller: Caller, submission_id: str, path: str = "") -> Html:
    """Return one notebook that was handed in as a sanitised document; without ``path`` the first one."""
    row, _ = find_submission(request, caller, submission_id)
    files = [FileEntry.model_validate(file) for file in row.files]
    notebooks = [file for file in files if file.path.endswith(".ipynb") and path in ("", file.path)]
    if not notebooks:
        raise NotFound("The notebook")
    blobs: BlobStore = request.app.state.blobs
    language = language_of(request.headers.get("accept-language", ""))
    return Html(html=view(blobs.path(notebooks[0].sha256), notebooks[0], language))
