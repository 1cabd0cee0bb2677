"""HTTP of making courses.

Rights: who teaches in an institution, or manages it, makes courses there and teaches them; a course to begin with must
be one that they teach, or a folder of the platform.
"""

from __future__ import annotations

from fastapi import Request

from learnspace_core.database import Database
from learnspace_core.errors import Forbidden
from learnspace_core.routers import api_router
from learnspace_core.signin import Caller
from learnspace_people import store as people
from learnspace_people.models import Choice, NewCourse, TaughtCourse, TeachingCourses
from learnspace_resources import creation

api = api_router("courses")


@api.get("/teach/courses")
def taught(request: Request, caller: Caller) -> TeachingCourses:
    """List the courses that the caller teaches, where they may make new ones, and what those may begin with."""
    state = request.app.state
    database: Database = state.database
    with database.read() as session:
        courses = people.taught_courses(session, caller.courses("teacher"))
        institutions = people.choices_of_institutions(session, caller.staff_of())
    folders = creation.folders(state.settings) if institutions else {}
    templates = [Choice(id=course.id, title=course.title) for course in courses]
    templates += [Choice(id=f"{creation.FOLDER}{name}", title=title) for name, title in folders.items()]
    return TeachingCourses(courses=courses, institutions=institutions, templates=templates)


@api.post("/courses", status_code=201)
def create(request: Request, caller: Caller, new: NewCourse) -> TaughtCourse:
    """Make a course, empty or from a template; the caller becomes its teacher."""
    if new.institution not in caller.staff_of():
        raise Forbidden("Only who teaches at an institution, or manages it, may make courses there.")
    state = request.app.state
    made = creation.create_course(state.settings, state.database, state.blobs, caller, new)
    for queue, job_id in made.jobs:
        state.queues[queue].wake(job_id)
    database: Database = state.database
    with database.read() as session:
        return people.taught_courses(session, [new.id])[0]
