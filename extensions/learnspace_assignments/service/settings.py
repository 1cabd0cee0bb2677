"""HTTP of an assignment's settings, and of the accommodations of a course.

Rights: every verb here needs the role of a teacher in the course it names. What was granted in another course does not
exist here.
"""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from learnspace_assignments import store
from learnspace_assignments.models import Accommodation, Accommodations, AssignmentSettings, NewAccommodation
from learnspace_assignments.tables import AssignmentRow
from learnspace_core import jobs
from learnspace_core.database import Database
from learnspace_core.rights import require_role
from learnspace_core.routers import api_router
from learnspace_core.signin import Caller
from learnspace_people.models import Person

api = api_router("teaching")


@api.get("/teach/{course}/accommodations")
def accommodations(request: Request, caller: Caller, course: str) -> Accommodations:
    """List what was granted in a course, and to whom something can be granted."""
    require_role(caller, "teacher", course)
    database: Database = request.app.state.database
    with database.read() as session:
        return store.accommodations_of(session, course)


@api.post("/teach/{course}/accommodations", status_code=201)
def grant(request: Request, response: Response, caller: Caller, course: str, wanted: NewAccommodation) -> Accommodation:
    """Grant more time or more attempts, before or after handing in; granted already, it is answered with status 200."""
    require_role(caller, "teacher", course)
    database: Database = request.app.state.database
    with database.write() as session:
        accommodation_id, new = store.grant(session, course, wanted, caller.id)
        work = _add_jobs(session, caller, course, [wanted.assignment])
        granted = _one(session, course, accommodation_id)
    _wake(request, work)
    response.status_code = 201 if new else 200
    return granted


@api.put("/teach/{course}/accommodations/{accommodation_id}")
def change_grant(
    request: Request, caller: Caller, course: str, accommodation_id: str, wanted: NewAccommodation
) -> Accommodation:
    """Replace what an accommodation grants, and to whom."""
    require_role(caller, "teacher", course)
    database: Database = request.app.state.database
    with database.write() as session:
        row = store.get_grant(session, course, accommodation_id)
        before = _one(session, course, accommodation_id).assignment
        store.change_grant(session, row, wanted, caller.id)
        work = _add_jobs(session, caller, course, [before, wanted.assignment])
        granted = _one(session, course, accommodation_id)
    _wake(request, work)
    return granted


@api.delete("/teach/{course}/accommodations/{accommodation_id}", status_code=204, response_class=Response)
def take_back(request: Request, caller: Caller, course: str, accommodation_id: str) -> None:
    """Take an accommodation back; lateness and penalties follow."""
    require_role(caller, "teacher", course)
    database: Database = request.app.state.database
    with database.write() as session:
        row = store.get_grant(session, course, accommodation_id)
        assignment = _one(session, course, accommodation_id).assignment
        store.take_back(session, row, caller.id)
        work = _add_jobs(session, caller, course, [assignment])
    _wake(request, work)


@api.get("/teach/{course}/{name}/settings")
def settings(request: Request, caller: Caller, course: str, name: str) -> AssignmentSettings:
    """Return the settings of an assignment."""
    require_role(caller, "teacher", course)
    database: Database = request.app.state.database
    with database.read() as session:
        return store.settings_of(session, store.get_assignment(session, course, name, released=False))


@api.put("/teach/{course}/{name}/settings")
def change_settings(
    request: Request, caller: Caller, course: str, name: str, wanted: AssignmentSettings
) -> AssignmentSettings:
    """Replace the settings of an assignment; lateness and penalties of what was handed in follow."""
    require_role(caller, "teacher", course)
    database: Database = request.app.state.database
    with database.write() as session:
        row = store.get_assignment(session, course, name, released=False)
        changed = store.change_settings(session, row, wanted, caller.id)
        work = _add_jobs(session, caller, course, [name]) if {"due_at", "late"} & set(changed) else []
        held = store.settings_of(session, row)
    _wake(request, work)
    return held


@api.delete("/teach/{course}/{name}", status_code=204, response_class=Response)
def archive(request: Request, caller: Caller, course: str, name: str) -> None:
    """Delete an assignment: nobody sees it any more. What was handed in stays, and releasing it brings it back."""
    require_role(caller, "teacher", course)
    database: Database = request.app.state.database
    with database.write() as session:
        store.archive(session, store.get_assignment(session, course, name, released=False), caller.id)


def _one(session: Session, course: str, accommodation_id: str) -> Accommodation:
    granted = store.accommodations_of(session, course).granted
    return next(one for one in granted if one.id == accommodation_id)


def _add_jobs(session: Session, teacher: Person, course: str, names: list[str | None]) -> list[str]:
    """Add the work of writing times through for these assignments, without a name for all; only where marks stand."""
    rows: list[AssignmentRow] = [row for row, _ in store.list_assignments(session, [course], released=False)]
    chosen = [row for row in rows if (None in names or row.name in names) and store.has_marks(session, row)]
    payloads = [{"course": course, "name": row.name, "teacher": teacher.id} for row in chosen]
    return [jobs.add(session, "grading", "times", payload, course_id=course).id for payload in payloads]


def _wake(request: Request, work: list[str]) -> None:
    for job_id in work:
        request.app.state.queues["grading"].wake(job_id)
