"""HTTP of assignments for teachers: who handed in, grade, return, release.

Rights: every verb here needs the role of a teacher in the course it names.
"""

from __future__ import annotations

from collections.abc import Collection

from fastapi import Request, Response
from pydantic import BaseModel
from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from learnspace_assignments import gradingruns, store
from learnspace_assignments.coursedir import course_directory, gradebook_time
from learnspace_assignments.models import Marks, SubmissionState, TaughtAssignment, TaughtSubmission, TeamMember
from learnspace_assignments.names import check_name
from learnspace_assignments.points import max_points
from learnspace_assignments.service.preparing import adopt_sources, is_there, release_state
from learnspace_assignments.tables import AssignmentRow, SubmissionRow
from learnspace_assignments.times import Times
from learnspace_assignments.uploads import UPLOAD_BODY, receive_files
from learnspace_core import jobs
from learnspace_core.database import Database
from learnspace_core.errors import LearnspaceError, NotFound
from learnspace_core.models import FileEntry, Job
from learnspace_core.rights import require_role
from learnspace_core.routers import api_router
from learnspace_core.runs import OPEN, told
from learnspace_core.signin import Caller
from learnspace_core.tables import JobRow
from learnspace_people import store as people
from learnspace_people.tables import PersonRow

api = api_router("teaching")


class Which(BaseModel):
    """Whose newest submissions; without usernames, everybody's that wait."""

    usernames: list[str] | None = None


class WhichToGrade(Which):
    """Without usernames it may be everybody's that were ``withheld``, in place of what waits."""

    withheld: bool = False


class CollectedSubmission(TaughtSubmission):
    """A submission with its files and the pages that were returned, for nbgrader's ``collect`` and ``list``."""

    files: list[FileEntry]
    digest: str
    pages: dict[str, str]


@api.get("/teach")
def teach(request: Request, caller: Caller) -> list[TaughtAssignment]:
    """List the assignments of the courses that the caller teaches, with each learner's newest submission."""
    database: Database = request.app.state.database
    courses = caller.courses("teacher")
    adopt_sources(request, courses)
    with database.read() as session:
        rows = store.list_assignments(session, courses, released=False)
        reading = _marks_being_read(session, courses)
        stale = [
            row
            for row, _ in rows
            if (row.course_id, row.name) not in reading and _marks_are_stale(request, session, row)
        ]
    for row in stale:
        add_job(request, row, "read_marks", {}, show=False)
    with database.read() as session:
        # Before the marks: a reading that ends in between would leave old ones here and say that nothing goes on.
        reading = _marks_being_read(session, courses)
        unread = _marks_unread(session, courses)
        granted = store.Granted(session, courses)
        rows = store.list_assignments(session, courses, released=False)
        taught = [_taught(request, session, row, title, granted) for row, title in rows if is_there(request, row)]
    for one in taught:
        one.reads_marks = (one.course, one.name) in reading
        one.marks_unread = (one.course, one.name) in unread
    return taught


@api.get("/teach/{course}/{name}/submissions")
def submissions(
    request: Request, caller: Caller, course: str, name: str, *, every: bool = False
) -> list[CollectedSubmission]:
    """List each learner's newest submission of one assignment with its files, or every version, the oldest first."""
    require_role(caller, "teacher", course)
    database: Database = request.app.state.database
    with database.read() as session:
        row = store.get_assignment(session, course, name, released=False)
        # A team's stands there once for each member: nbgrader has a folder for each student.
        found = store.every_submission(session, row) if every else store.newest_of_each(session, row)
        taught = _taught_submissions(session, row, found, store.Granted(session, [course]))
    return [
        CollectedSubmission(
            **each.model_dump(),
            files=[FileEntry.model_validate(file) for file in submission.files],
            digest=submission.digest,
            pages=dict(submission.feedback) if submission.state == "returned" else {},
        )
        for (submission, _), each in zip(found, taught, strict=True)
    ]


@api.get("/teach/{course}/{name}/submissions/{submission_id}/marks")
def marks(request: Request, caller: Caller, course: str, name: str, submission_id: str) -> Marks:
    """Return the marks of one graded submission, returned or not."""
    require_role(caller, "teacher", course)
    database: Database = request.app.state.database
    with database.read() as session:
        row, assignment = store.get_submission(session, submission_id)
    if (assignment.course_id, assignment.name) != (course, name):
        raise NotFound("The submission")
    if row.marks is None:
        raise LearnspaceError("not_graded", "This has not been graded yet. Grade it first.", 409)
    return Marks.model_validate(row.marks)


@api.post("/teach/{course}/{name}/grade", status_code=202)
def grade(request: Request, caller: Caller, course: str, name: str, which: WhichToGrade) -> Job:
    """Grade the newest submissions automatically, in the background; what is being graded already is not begun anew.

    The answer is the run that has them, which is an earlier one if that has all of them.
    """
    require_role(caller, "teacher", course)
    state = request.app.state
    states = ("withheld",) if which.withheld else ("handed_in",)
    with state.database.write() as session:
        row = store.get_assignment(session, course, name, released=False)
        run = gradingruns.ask_all(session, row, caller.id, which.usernames, states=states)
        row.job_id = run.id
        answer = told(session, run)
    state.queues["grading"].wake(run.id)
    return answer


@api.post("/teach/{course}/{name}/return", status_code=202)
def give_back(request: Request, caller: Caller, course: str, name: str, which: Which) -> Job:
    """Return marks and feedback to learners, in the background; who still needs a mark is left out and named."""
    return _begin(request, caller, course, name, "return", which)


@api.put("/assignments/{course}/{name}/release", openapi_extra=UPLOAD_BODY)
async def release(request: Request, caller: Caller, course: str, name: str) -> TaughtAssignment:
    """Release an assignment, or a new version of it, from the files of its release directory."""
    require_role(caller, "teacher", course)
    check_name(name)
    state = request.app.state
    database: Database = state.database
    entries = await receive_files(request, state.blobs, state.settings.uploads)

    def give_out() -> TaughtAssignment:
        points = max_points(entries, state.blobs)
        with database.write() as session:
            row = store.ensure_assignment(session, course, name, *_known(session, course, name))
            store.release(session, row, entries, points)
            return _taught(request, session, row, _title(session, course))

    return await run_in_threadpool(give_out)


@api.delete("/assignments/{course}/{name}/release", status_code=204, response_class=Response)
def unrelease(request: Request, caller: Caller, course: str, name: str) -> None:
    """Take an assignment back; what was handed in stays."""
    require_role(caller, "teacher", course)
    database: Database = request.app.state.database
    with database.write() as session:
        store.get_assignment(session, course, name).released_at = None


@api.get("/jobs/{job_id}")
def job(request: Request, caller: Caller, job_id: str) -> Job:
    """Say how far a job is; only the teachers of its course may ask."""
    database: Database = request.app.state.database
    with database.read() as session:
        row = session.get(JobRow, job_id)
        if row is None or row.course_id is None or not caller.has("teacher", row.course_id):
            raise NotFound("The job")
        return told(session, row)


def _begin(request: Request, caller: Caller, course: str, name: str, kind: str, which: Which) -> Job:
    require_role(caller, "teacher", course)
    database: Database = request.app.state.database
    with database.read() as session:
        row = store.get_assignment(session, course, name, released=False)
    payload: dict[str, object] = {"usernames": which.usernames, "teacher": caller.id}
    return Job.model_validate(add_job(request, row, kind, payload, show=True), from_attributes=True)


def add_job(request: Request, row: AssignmentRow, kind: str, payload: dict[str, object], *, show: bool) -> JobRow:
    """Add a job on an assignment and wake the graders; with ``show``, its teachers see how far it is."""
    database: Database = request.app.state.database
    payload = {"course": row.course_id, "name": row.name, **payload}
    with database.write() as session:
        added = jobs.add(session, "grading", kind, payload, course_id=row.course_id)
        if show:
            session.get_one(AssignmentRow, row.id).job_id = added.id
    request.app.state.queues["grading"].wake(added.id)
    return added


def _marks_are_stale(request: Request, session: Session, row: AssignmentRow) -> bool:
    """Tell whether the gradebook was written since its marks were read, as by a teacher in nbgrader's formgrader."""
    changed = gradebook_time(course_directory(request.app.state.settings, row.course_id))
    if changed <= row.marks_read_at:
        return False
    newest = store.newest_submissions(session, row)
    return any(submission.state in ("graded", "needs_marks", "handed_in", "returned") for submission, _ in newest)


def _marks_being_read(session: Session, courses: Collection[str]) -> set[tuple[str, str]]:
    """Return the assignments, as course and name, whose marks are being read, or wait to be, whoever asked for it."""
    return {_assignment_of(row) for row in session.scalars(_readings(courses, *OPEN))}


def _marks_unread(session: Session, courses: Collection[str]) -> set[tuple[str, str]]:
    """Return the assignments, as course and name, whose marks could not be read the last time."""
    failed = {_assignment_of(row): row.created_at for row in session.scalars(_readings(courses, "failed"))}
    if failed:
        read = session.scalars(_readings(courses, "done").where(JobRow.created_at > min(failed.values())))
        since = {_assignment_of(row): row.created_at for row in read}
        return {one for one, at in failed.items() if one not in since or since[one] < at}
    return set()


def _readings(courses: Collection[str], *states: str) -> Select[JobRow]:
    query = select(JobRow).where(JobRow.queue == "grading", JobRow.state.in_(states), JobRow.kind == "read_marks")
    return query.where(JobRow.course_id.in_(courses)).order_by(JobRow.created_at)


def _assignment_of(row: JobRow) -> tuple[str, str]:
    return row.payload["course"], row.payload["name"]


def _taught(
    request: Request, session: Session, row: AssignmentRow, course_title: str, granted: store.Granted | None = None
) -> TaughtAssignment:
    job_row = session.get(JobRow, row.job_id) if row.job_id else None
    granted = granted or store.Granted(session, [row.course_id])
    taught = _taught_submissions(
        session, row, store.newest_submissions(session, row), granted, gradingruns.being_graded(session, row)
    )
    learners = {each.username for each in people.list_members(session, row.course_id)}
    for each in taught:
        # Who left the course after they handed in is one of them still.
        learners |= {member.username for member in each.members} or {each.username}
    return TaughtAssignment(
        course=row.course_id,
        course_title=course_title,
        name=row.name,
        title=row.title,
        release=release_state(row),
        version=row.version,
        due_at=row.due_at,
        learners=len(learners),
        max_score=row.max_score,
        submissions=taught,
        isolated=request.app.state.settings.sandbox_kind == "docker",
        job=told(session, job_row) if job_row else None,
    )


def _taught_submissions(
    session: Session,
    row: AssignmentRow,
    found: list[tuple[SubmissionRow, PersonRow]],
    granted: store.Granted,
    running: Collection[str] = (),
) -> list[TaughtSubmission]:
    together = store.counts_for(session, (submission for submission, _ in found))
    names = store.team_names(session, row) if together else {}
    taught = []
    for submission, person in found:
        members = together.get(submission.id, [])
        times = granted.times(row, *([each.id for each in members] or [person.id]))
        one = _submission(submission, person, times, running)
        one.team = names.get(submission.team_id or "", "")
        one.members = [TeamMember(username=each.username, name=each.name) for each in members]
        taught.append(one)
    return taught


def _submission(row: SubmissionRow, person: PersonRow, times: Times, running: Collection[str] = ()) -> TaughtSubmission:
    state: SubmissionState = row.state  # type: ignore[assignment]
    if row.id in running and state != "returned":
        state = "grading"
    return TaughtSubmission(
        id=row.id,
        username=person.username,
        student=person.student,
        name=person.name,
        received_at=row.received_at,
        again_at=row.again_at,
        late=times.is_late(row.received_at),
        extended=times.extended,
        state=state,
        reason=row.reason,
        reason_code=row.reason_code,
        marks=Marks.model_validate(row.marks) if row.marks else None,
        marks_since=Marks.model_validate(row.marks_since) if row.marks_since and row.state == "returned" else None,
        formgrader_id=row.formgrader_id,
    )


def _title(session: Session, course: str) -> str:
    found = people.get_course(session, course)
    return found.title if found else course


def _known(session: Session, course: str, name: str) -> tuple[str, int]:
    """Return title and position of an assignment, archived or not, or its name and the first position for a new one."""
    row = store.known_before(session, course, name)
    return (row.title, row.position) if row else (name, 0)
