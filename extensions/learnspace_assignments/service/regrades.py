"""HTTP of grading again after a test was mended.

Rights: every verb here needs the role of a teacher in the course it names.
"""

from __future__ import annotations

from fastapi import Request

from learnspace_assignments import store
from learnspace_assignments.models import Regrade, RegradeApply
from learnspace_assignments.service.teaching import add_job
from learnspace_core.database import Database
from learnspace_core.errors import LearnspaceError, NotFound
from learnspace_core.models import Job
from learnspace_core.rights import require_role
from learnspace_core.routers import api_router
from learnspace_core.signin import Caller

api = api_router("regrading")


@api.post("/teach/{course}/{name}/regrade", status_code=202)
def regrade(request: Request, caller: Caller, course: str, name: str) -> Job:
    """Grade every graded submission again in a copy, in the background; the report of it changes nothing."""
    require_role(caller, "teacher", course)
    database: Database = request.app.state.database
    with database.read() as session:
        row = store.get_assignment(session, course, name, released=False)
    return Job.model_validate(add_job(request, row, "regrade", {"teacher": caller.id}, show=True), from_attributes=True)


@api.get("/teach/{course}/{name}/regrade")
def regrade_report(request: Request, caller: Caller, course: str, name: str) -> Regrade | None:
    """Return the newest report, or null before there is one."""
    require_role(caller, "teacher", course)
    database: Database = request.app.state.database
    with database.read() as session:
        found = store.get_report(session, store.get_assignment(session, course, name, released=False), "regrade")
    return Regrade.model_validate(found) if found is not None else None


@api.post("/teach/{course}/{name}/regrade/apply", status_code=202)
def apply_regrade(request: Request, caller: Caller, course: str, name: str, which: RegradeApply) -> Job:
    """Make the report count, in the background; a stale one is refused by the job before it changes anything."""
    require_role(caller, "teacher", course)
    database: Database = request.app.state.database
    with database.read() as session:
        row = store.get_assignment(session, course, name, released=False)
        found = store.get_report(session, row, "regrade")
    if found is None:
        raise NotFound("The report")
    report = Regrade.model_validate(found)
    if which.made_at.tzinfo is None or report.made_at != which.made_at:
        raise LearnspaceError("report_stale", "There is a newer report. Look at the new table first.", 409)
    payload: dict[str, object] = {
        "teacher": caller.id,
        "made_at": report.made_at.isoformat(),
        "lower": which.lower,
    }
    return Job.model_validate(add_job(request, row, "apply_regrade", payload, show=True), from_attributes=True)
