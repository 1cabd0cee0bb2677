"""HTTP of the check with the grader: work that is not handed in is tried there, within a quota, and leaves no mark.

Rights: learners of the course check their own work, and read their own checks; to everybody else these do not exist.
"""

from __future__ import annotations

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from learnspace_assignments import store
from learnspace_assignments.limits import check_notebook
from learnspace_assignments.models.practice import Practice
from learnspace_assignments.practicefiles import PracticeFiles
from learnspace_assignments.uploads import UPLOAD_BODY, receive_files
from learnspace_core.database import Database
from learnspace_core.rights import require_role
from learnspace_core.routers import api_router
from learnspace_core.signin import Caller

api = api_router("assignments")


@api.get("/assignments/{course}/{name}/practice")
def practice(request: Request, caller: Caller, course: str, name: str) -> Practice:
    """Say how often the caller may still check, and what their newest check found."""
    require_role(caller, "learner", course)
    database: Database = request.app.state.database
    with database.read() as session:
        return store.practice_of(session, store.get_assignment_for(session, caller, course, name), caller.id)


@api.post("/assignments/{course}/{name}/practice", status_code=202, openapi_extra=UPLOAD_BODY)
async def check(request: Request, caller: Caller, course: str, name: str) -> Practice:
    """Check files with the grader, in the background; they are handed in to nobody, and removed afterwards."""
    require_role(caller, "learner", course)
    state = request.app.state
    database: Database = state.database

    def admit() -> None:
        with database.write() as session:
            row = store.get_assignment_for(session, caller, course, name)
            store.admit_practice(session, row, caller.id)

    # Before anything is received: what would be refused must not fill the disk first.
    await run_in_threadpool(admit)
    practice_id = store.new_practice_id()
    files = await run_in_threadpool(PracticeFiles, state.settings, practice_id)

    def take() -> Practice:
        with database.write() as session:
            row = store.get_assignment_for(session, caller, course, name)
            held, job_id = store.add_practice(session, row, caller.id, practice_id, entries)
        state.queues["grading"].wake(job_id)
        return held

    try:
        entries = await receive_files(request, files, state.settings.uploads)
        check_notebook(entries)
        return await run_in_threadpool(take)
    except BaseException:
        await run_in_threadpool(files.remove)
        raise
