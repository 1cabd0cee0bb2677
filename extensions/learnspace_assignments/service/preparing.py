"""HTTP of preparing an assignment: what learners will get, the check before release, the release; and stopping a job.

Rights: every verb here needs the role of a teacher in the course it names; a job is stopped by teachers of its course.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from fastapi import Request
from sqlalchemy.exc import IntegrityError

from learnspace_assignments import store
from learnspace_assignments.models.checks import CheckReport, CheckState
from learnspace_assignments.models.preparing import Draft, NewAssignment, ReleaseNote
from learnspace_assignments.models.teaching import ReleaseState
from learnspace_assignments.preparing.newassignment import make
from learnspace_assignments.preparing.sources import (
    digest_of_source,
    read_source,
    refuse_faults,
    source_folder,
    source_names,
    title_of,
)
from learnspace_assignments.tables import AssignmentRow
from learnspace_core import jobs
from learnspace_core.database import Database, now
from learnspace_core.errors import LearnspaceError, NotFound
from learnspace_core.models import Job
from learnspace_core.rights import require_role
from learnspace_core.routers import api_router
from learnspace_core.runs import told
from learnspace_core.settings import Settings
from learnspace_core.signin import Caller
from learnspace_core.tables import JobRow
from learnspace_people import store as people
from learnspace_people.models import Person

api = api_router("preparing")


@api.post("/courses/{course}/assignments", status_code=201)
def new_assignment(request: Request, caller: Caller, course: str, new: NewAssignment) -> Draft:
    """Begin an assignment: a folder in the course's ``source/``, from a small example or from another assignment."""
    require_role(caller, "teacher", course)
    adopt_sources(request, [course])
    with _database(request).read() as session:
        store.refuse_known(session, course, new.name)
        found = people.get_course(session, course)
    language = found.language if found else "en"
    make(request.app.state.settings, course, new.name, new.title or new.name, language, new.like)
    return draft(request, caller, course, new.name)


@api.get("/teach/{course}/{name}/release")
def draft(request: Request, caller: Caller, course: str, name: str) -> Draft:
    """Say what learners would get if the assignment were released now, and what keeps it from that."""
    row, folder = _prepared(request, caller, course, name)
    source = read_source(folder)
    questions = source.questions()
    newest = max(((folder / file.path).stat().st_mtime for file in source.files), default=0)
    with _database(request).read() as session:
        released = store.newest_release(session, row)
        job = store.newest_job(session, row, "release")
    return Draft(
        files=source.files,
        questions=questions,
        points=sum(question.points for question in questions),
        problems=source.problems,
        released_at=released,
        version=row.version,
        changed=released is not None and datetime.fromtimestamp(newest, UTC) > released,
        job=job_of(job) if job else None,
    )


@api.post("/teach/{course}/{name}/release", status_code=202)
def release(request: Request, caller: Caller, course: str, name: str, said: ReleaseNote) -> Job:
    """Make the learners' version from the source and release it, in the background; without a change it stays."""
    row, folder = _prepared(request, caller, course, name)
    source = read_source(folder)
    refuse_faults(source)
    with _database(request).write() as session:
        store.check_release(session, row, [file.path for file in source.files])
    return _ask(request, row, "release", {"note": said.note.strip(), "teacher": caller.id})


@api.get("/teach/{course}/{name}/check")
def checked(request: Request, caller: Caller, course: str, name: str) -> CheckState:
    """Return the newest check of the assignment, whether the source is still that one, and how far the next one is."""
    row, folder = _prepared(request, caller, course, name)
    with _database(request).read() as session:
        body = store.get_report(session, row, "check")
        job = store.newest_job(session, row, "check")
    report = CheckReport.model_validate(body) if body else None
    return CheckState(
        report=report,
        current=report is not None and report.digest == digest_of_source(folder),
        job=job_of(job) if job else None,
    )


@api.post("/teach/{course}/{name}/check", status_code=202)
def check(request: Request, caller: Caller, course: str, name: str) -> Job:
    """Check the assignment before release, in the background; one that waits or runs already is the answer."""
    row, _ = _prepared(request, caller, course, name)
    return _ask(request, row, "check", {"teacher": caller.id})


@api.post("/jobs/{job_id}/cancel")
def cancel(request: Request, caller: Caller, job_id: str) -> Job:
    """Stop a job or a run: what waits is not begun, what runs ends at its next step. What has ended stays so."""
    with _database(request).write() as session:
        row = session.get(JobRow, job_id)
        if row is None or row.course_id is None or not caller.has("teacher", row.course_id):
            raise NotFound("The job")
        jobs.cancel(session, row)
        return told(session, row)


def adopt_sources(request: Request, courses: list[str]) -> None:
    """Take assignments that somebody made as folders in ``source/`` of these courses into the table."""
    settings: Settings = request.app.state.settings
    for course in courses:
        names = source_names(settings, course)
        with _database(request).read() as session:
            unknown = set(names) - store.assignment_names(session, course)
        if not unknown:
            continue
        titles = {
            name: title_of(source_folder(settings, course, name)) for name in _without_links(settings, course, unknown)
        }
        try:
            with _database(request).write() as session:
                store.adopt_sources(session, course, titles)
        except IntegrityError:
            # Somebody else took it in at the same moment.
            continue


def is_there(request: Request, row: AssignmentRow) -> bool:
    """Tell whether there is anything of an assignment: one that was never released needs its folder."""
    return row.version > 0 or row.name in source_names(request.app.state.settings, row.course_id)


def release_state(row: AssignmentRow) -> ReleaseState:
    """Return how an assignment stands for the class as a whole, at this moment."""
    moment = now()
    if row.released_at is None:
        return "not_released"
    if row.opens_at is not None and row.opens_at > moment:
        return "scheduled"
    return "closed" if row.closes_at is not None and row.closes_at <= moment else "open"


def job_of(row: JobRow) -> Job:
    """Return a job as its teachers see it."""
    return Job.model_validate(row, from_attributes=True)


def _prepared(request: Request, caller: Person, course: str, name: str) -> tuple[AssignmentRow, Path]:
    """Return the assignment and its source's folder, for a teacher of the course."""
    require_role(caller, "teacher", course)
    adopt_sources(request, [course])
    with _database(request).read() as session:
        row = store.get_assignment(session, course, name, released=False)
    return row, source_folder(request.app.state.settings, course, name)


def _ask(request: Request, row: AssignmentRow, kind: str, payload: dict[str, object]) -> Job:
    """Add a job on an assignment, unless one of that kind waits or runs."""
    with _database(request).write() as session:
        held = store.newest_job(session, row, kind)
        if held is not None and held.state in ("waiting", "running"):
            return job_of(held)
        named = {"course": row.course_id, "name": row.name, **payload}
        added = job_of(jobs.add(session, "grading", kind, named, course_id=row.course_id))
    request.app.state.queues["grading"].wake(added.id)
    return added


def _without_links(settings: Settings, course: str, names: set[str]) -> list[str]:
    """Return those of the names whose folders can be read."""
    found = []
    for name in names:
        try:
            source_folder(settings, course, name)
        except LearnspaceError:
            continue
        found.append(name)
    return found


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database
