"""HTTP of assignments for learners.

Rights: members of a course see its released assignments; learners fetch and hand in; a submission is read by who
handed it in, by who was in the team that did, and by the teachers of its course. The teachers' verbs are in
``teaching.py``.
"""

from __future__ import annotations

from fastapi import BackgroundTasks, Request, Response
from fastapi.responses import FileResponse, HTMLResponse
from sqlalchemy.orm import Session

from learnspace_assignments import store
from learnspace_assignments.limits import check_notebook
from learnspace_assignments.markwords import parts_of
from learnspace_assignments.models import Assignment, Marks, QueuedAt, Receipt, Submission
from learnspace_assignments.tables import AssignmentRow, SubmissionRow
from learnspace_assignments.uploads import UPLOAD_BODY, receive_files
from learnspace_assignments.whengraded import grade_on_hand_in
from learnspace_core.blobs import BlobStore
from learnspace_core.database import Database, now
from learnspace_core.errors import LearnspaceError, NotFound
from learnspace_core.groupcommit import GroupCommit
from learnspace_core.keys import secret
from learnspace_core.models import FileEntry, Html
from learnspace_core.rendering import SECURITY_HEADERS, page
from learnspace_core.rights import require_member, require_role
from learnspace_core.routers import api_router, page_router
from learnspace_core.signin import Caller, Reader
from learnspace_core.words import language_of, translator
from learnspace_people import store as people
from learnspace_people.models import Person

api = api_router("assignments")
pages = page_router()


@api.get("/assignments")
def assignments(request: Request, caller: Caller) -> list[Assignment]:
    """List the released assignments of the courses in which the caller learns."""
    database: Database = request.app.state.database
    with database.read() as session:
        return store.all_for_learner(session, caller, store.list_open(session, caller.courses("learner")))


@api.get("/assignments/{course}/{name}")
def assignment(request: Request, caller: Caller, course: str, name: str) -> Assignment:
    """Return one released assignment."""
    require_member(caller, course)
    database: Database = request.app.state.database
    with database.read() as session:
        row = store.get_assignment_for(session, caller, course, name)
        found = people.get_course(session, course)
        return store.for_learner(session, caller, row, found.title if found else course)


@api.get("/assignments/{course}/{name}/files/{path:path}", response_class=FileResponse)
def assignment_file(request: Request, caller: Caller, course: str, name: str, path: str) -> FileResponse:
    """Return the bytes of one released file."""
    require_member(caller, course)
    database: Database = request.app.state.database
    with database.read() as session:
        row = store.get_assignment_for(session, caller, course, name)
    return send_file(request, row.files, path)


@api.post("/assignments/{course}/{name}/fetched", status_code=204, response_class=Response)
def fetched(request: Request, caller: Caller, course: str, name: str) -> None:
    """Record that the caller fetched the assignment."""
    require_member(caller, course)
    database: Database = request.app.state.database
    with database.write() as session:
        store.note_fetched(session, caller, store.get_assignment_for(session, caller, course, name))


@api.post(
    "/assignments/{course}/{name}/submissions", status_code=201, response_model=Receipt, openapi_extra=UPLOAD_BODY
)
async def submit(
    request: Request,
    caller: Caller,
    course: str,
    name: str,
    afterwards: BackgroundTasks,
    queued_at: QueuedAt | None = None,
) -> Response:
    """Hand in files; the answer is a receipt, the same one for the same bytes (then with status 200).

    ``queued_at`` is the learner's space's word for when it began to wait there; ``received_at`` is what counts.
    """
    require_role(caller, "learner", course)
    state = request.app.state
    entries = await receive_files(request, state.blobs, state.settings.uploads)
    # The hand-in is here; what follows is the platform's own time.
    received_at = now()
    check_notebook(entries)
    seed = secret(state.settings.state, "receipt_key")

    def take(session: Session) -> tuple[Receipt, bool, str | None]:
        row = store.get_assignment(session, course, name)
        receipt, new = store.submit(session, caller, row, entries, seed, received_at, queued_at)
        return receipt, new, grade_on_hand_in(session, row, receipt.submission)

    commits: GroupCommit = state.commits
    receipt, new, job = await commits.run(take)
    if job is not None:
        # After the answer: the receipt waits for no queue.
        afterwards.add_task(state.queues["grading"].wake, job)
    return Response(
        receipt.model_dump_json(), 201 if new else 200, media_type="application/json", background=afterwards
    )


@api.get("/submissions/{submission_id}")
def submission(request: Request, caller: Caller, submission_id: str) -> Submission:
    """Return one submission, without marks before they are returned."""
    row, assignment_row = find_submission(request, caller, submission_id)
    database: Database = request.app.state.database
    with database.read() as session:
        return store.one_submission(session, row, assignment_row)


@api.get("/submissions/{submission_id}/files/{path:path}", response_class=FileResponse)
def submission_file(request: Request, caller: Caller, submission_id: str, path: str) -> FileResponse:
    """Return the bytes of one file that was handed in."""
    row, _ = find_submission(request, caller, submission_id)
    return send_file(request, row.files, path)


@api.get("/submissions/{submission_id}/feedback")
def feedback(request: Request, caller: Caller, submission_id: str) -> Html:
    """Return the feedback on a returned submission; several notebooks follow one another."""
    return Html(html="<hr>".join(_feedback(request, caller, submission_id).values()))


@api.get("/submissions/{submission_id}/feedback/{notebook}", response_class=HTMLResponse)
def notebook_feedback(request: Request, caller: Caller, submission_id: str, notebook: str) -> HTMLResponse:
    """Return the feedback on one notebook as a document, as nbgrader's ``fetch_feedback`` keeps it."""
    found = _feedback(request, caller, submission_id).get(notebook.removesuffix(".html"))
    if found is None:
        raise NotFound("The feedback")
    return HTMLResponse(found, headers=SECURITY_HEADERS | {"Content-Security-Policy": "sandbox"})


@pages.get("/submissions/{submission_id}/feedback")
def feedback_page(request: Request, reader: Reader, submission_id: str) -> HTMLResponse:
    """Show the marks and all that was said outside Lab, what went well first, with the way to the whole notebook."""
    notebooks = _feedback(request, reader, submission_id)
    row, assignment_row = find_submission(request, reader, submission_id)
    marks = Marks.model_validate(row.marks or {"score": 0, "max_score": 0, "questions": []})
    language = language_of(request.headers.get("accept-language", ""))
    parts = parts_of(marks, translator(language))
    comma = "、" if language == "zh-CN" else ", "
    return page(
        request,
        "feedback.html",
        person=reader,
        title=assignment_row.title,
        marks=marks,
        parts=parts,
        well=comma.join(part.name for part in parts if part.full),
        again=comma.join(part.name for part in parts if not part.full),
        received_at=row.received_at,
        notebooks=list(notebooks),
        submission=submission_id,
    )


@pages.get("/submissions/{submission_id}/feedback/{notebook}")
def notebook_feedback_page(request: Request, reader: Reader, submission_id: str, notebook: str) -> HTMLResponse:
    """Show one notebook with its feedback, as a page of no origin that may load and run nothing."""
    found = _feedback(request, reader, submission_id).get(notebook)
    if found is None:
        raise NotFound("The feedback")
    policy = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    return HTMLResponse(found, headers=SECURITY_HEADERS | {"Content-Security-Policy": policy})


def find_submission(request: Request, person: Person, submission_id: str) -> tuple[SubmissionRow, AssignmentRow]:
    """Return a submission and its assignment, if the person may read it; to everyone else it does not exist."""
    database: Database = request.app.state.database
    with database.read() as session:
        row, assignment_row = store.get_submission(session, submission_id)
        theirs = store.may_read(session, row, person.id)
    if not theirs and not person.has("teacher", assignment_row.course_id):
        raise NotFound("The submission")
    return row, assignment_row


def _feedback(request: Request, person: Person, submission_id: str) -> dict[str, str]:
    row, assignment_row = find_submission(request, person, submission_id)
    database: Database = request.app.state.database
    with database.read() as session:
        times = store.submission_times(session, assignment_row, row)
    teaches = person.has("teacher", assignment_row.course_id)
    if row.state != "returned" or not (teaches or store.feedback_is_shown(row, times)):
        raise LearnspaceError("not_returned", "There is no feedback yet. Your teacher has not returned it.", 404)
    blobs: BlobStore = request.app.state.blobs
    return {name: blobs.read(sha256).decode() for name, sha256 in row.feedback.items()}


def send_file(request: Request, files: list[dict[str, object]], path: str) -> FileResponse:
    """Answer with the bytes of one of the files.

    Raises:
        NotFound: if none has this path.
    """
    blobs: BlobStore = request.app.state.blobs
    for file in files:
        entry = FileEntry.model_validate(file)
        if entry.path == path:
            return FileResponse(
                blobs.path(entry.sha256),
                media_type="application/octet-stream",
                headers={"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"},
            )
    raise NotFound("The file")
