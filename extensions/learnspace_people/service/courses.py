"""HTTP of a course for its teachers: its settings, its people, its codes.

Rights: every verb here needs the role of a teacher in the course it names. Making a course is a verb of
``learnspace_resources``, which knows what a new one can begin with.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Request, Response
from sqlalchemy.orm import Session

from learnspace_core import homes, hub
from learnspace_core.database import Database
from learnspace_core.errors import LearnspaceError
from learnspace_core.rights import require_role
from learnspace_core.routers import api_router
from learnspace_core.settings import Settings
from learnspace_core.signin import Caller
from learnspace_people import classlist, store
from learnspace_people.models import (
    ClassList,
    CourseMembers,
    CourseSettings,
    JoinCode,
    Listed,
    Moved,
    NewCode,
    Person,
    RoleName,
    TaughtCourse,
    Username,
)

api = api_router("courses", "/courses/{course}")
Name = Annotated[str, Path(max_length=64)]


@api.put("")
def change(request: Request, caller: Caller, course: str, settings: CourseSettings) -> TaughtCourse:
    """Change the course's title, summary and language, and whether anyone may join it."""
    require_role(caller, "teacher", course)
    with _database(request).write() as session:
        store.change_course(session, caller.id, course, settings)
        session.flush()
        return store.taught_courses(session, [course])[0]


@api.get("/members")
def members(request: Request, caller: Caller, course: str) -> CourseMembers:
    """List who is in the course, and the codes that are good."""
    require_role(caller, "teacher", course)
    with _database(request).read() as session:
        return _members(session, course)


@api.post("/teachers")
def add_teacher(request: Request, caller: Caller, course: str, new: Username) -> CourseMembers:
    """Make somebody a teacher of the course."""
    require_role(caller, "teacher", course)
    with _database(request).write() as session:
        person = _known(session, new.username)
        store.add_teacher(session, caller, course, person)
        answer = _members(session, course)
    _relink(request, person.username)
    return answer


@api.delete("/teachers/{username}")
def remove_teacher(request: Request, caller: Caller, course: str, username: Name) -> CourseMembers:
    """Take a teacher's role from somebody; the last teacher stays. A container that has the folder is ended."""
    answer = _remove(request, caller, course, username, "teacher")
    settings: Settings = request.app.state.settings
    _relink(request, username)
    if settings.spaces.kind == "docker":
        hub.stop_space(settings, username)
    return answer


@api.delete("/learners/{username}")
def remove_learner(request: Request, caller: Caller, course: str, username: Name) -> CourseMembers:
    """Take a learner out of the course; what they handed in stays."""
    return _remove(request, caller, course, username, "learner")


@api.put("/sections")
def move(request: Request, caller: Caller, course: str, moved: Moved) -> CourseMembers:
    """Move learners into a section, or with an empty name out of theirs."""
    require_role(caller, "teacher", course)
    with _database(request).write() as session:
        store.move(session, caller, course, moved.usernames, moved.section)
        return _members(session, course)


@api.post("/learners/preview")
def preview(request: Request, caller: Caller, course: str, given: ClassList) -> list[Listed]:
    """Say what taking a class list would change, and change nothing."""
    require_role(caller, "teacher", course)
    entries = classlist.read_class_list(given.text)
    with _database(request).read() as session:
        return classlist.plan(session, course, entries, given.section)


@api.post("/learners")
def enrol(request: Request, caller: Caller, course: str, given: ClassList) -> list[Listed]:
    """Take a class list: all of it, or nothing. Safe to repeat."""
    require_role(caller, "teacher", course)
    entries = classlist.read_class_list(given.text)
    with _database(request).write() as session:
        planned = classlist.plan(session, course, entries, given.section)
        classlist.enrol(session, caller, course, planned)
        return planned


@api.post("/codes", status_code=201)
def make_code(request: Request, caller: Caller, course: str, new: NewCode) -> JoinCode:
    """Make a code with which learners join by themselves."""
    require_role(caller, "teacher", course)
    with _database(request).write() as session:
        return store.make_code(session, caller, course, new)


@api.delete("/codes/{code}", status_code=204, response_class=Response)
def revoke_code(request: Request, caller: Caller, course: str, code: Name) -> None:
    """Take a code back; who joined with it stays."""
    require_role(caller, "teacher", course)
    with _database(request).write() as session:
        store.revoke_code(session, caller, course, code)


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def _members(session: Session, course: str) -> CourseMembers:
    return CourseMembers(
        teachers=store.members(session, course, "teacher"),
        learners=store.members(session, course, "learner"),
        codes=store.codes(session, course),
    )


def _known(session: Session, username: str) -> Person:
    person = store.find_person(session, username.strip().lower())
    if person is None:
        raise LearnspaceError(
            "nobody_called_so",
            f"Nobody here is called {username!r}. Check the spelling; new people come by a class list or a roster.",
            404,
        )
    return person


def _remove(request: Request, caller: Person, course: str, username: str, role: RoleName) -> CourseMembers:
    require_role(caller, "teacher", course)
    with _database(request).write() as session:
        store.remove_member(session, caller, course, _known(session, username), role)
        return _members(session, course)


def _relink(request: Request, username: str) -> None:
    """Let the folder appear in, or vanish from, the person's home at once, where spaces are processes."""
    with _database(request).read() as session:
        person = store.find_person(session, username)
        if person is not None:
            student = store.student_of(session, person.id)
            homes.relink(request.app.state.settings, student, person.courses("teacher"))
