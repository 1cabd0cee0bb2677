"""HTTP of Home: a reading of the other features. Rights: everyone reads their own."""

from __future__ import annotations

from datetime import datetime, timedelta

from fastapi import Request
from sqlalchemy.orm import Session

from learnspace_assignments import store as assignments
from learnspace_assignments.models import Assignment
from learnspace_assignments.store.inbox import waiting
from learnspace_assignments.store.talk import answers
from learnspace_assignments.tables import AssignmentRow
from learnspace_core import record
from learnspace_core.database import Database, now
from learnspace_core.routers import api_router
from learnspace_core.signin import Caller
from learnspace_home.models import CourseProgress, Due, Home, News, Next, ToGrade
from learnspace_people import store as people
from learnspace_people.models import Person
from learnspace_resources import store as resources
from learnspace_resources.tables import ResourceRow

api = api_router("home")

MOST_NEWS = 5
NEW = timedelta(days=14)
"""How long an answer counts as new."""


@api.get("/home")
def home(request: Request, caller: Caller) -> Home:
    """Say what is next, what is due, what is new, how the courses go, and what waits in one's classes."""
    database: Database = request.app.state.database
    with database.read() as session:
        courses = people.list_courses(session, caller.courses("learner"))
        rows = assignments.list_open(session, caller.courses("learner"))
        mine = assignments.all_for_learner(session, caller, rows)
        answered = answers(session, caller.id, [row.id for row, _ in rows], now() - NEW)
        opened = _opened(session, caller)
        listed = {course.id: resources.list_of_course(session, course.id) for course in courses}
        return Home(
            name=caller.name,
            next=_next(mine, opened, listed, {course.id: course.title for course in courses}),
            due=_due(mine),
            news=_news(mine, [(row, answered[row.id]) for row, _ in rows if row.id in answered]),
            courses=[
                CourseProgress(
                    id=course.id,
                    title=course.title,
                    summary=course.summary,
                    done=sum(str(row.id) in opened for row in listed[course.id])
                    + sum(one.course == course.id and bool(one.submissions) for one in mine),
                    total=len(listed[course.id]) + sum(one.course == course.id for one in mine),
                )
                for course in courses
            ],
            teaching=_teaching(session, caller),
        )


def _opened(session: Session, person: Person) -> list[str]:
    """Return the ids of the resources the person opened, the last one first."""
    rows = record.of_person(session, person.id)
    return [row.object_id for row in rows if row.verb == "opened" and row.object_type == "resource"]


def _next(
    mine: list[Assignment], opened: list[str], listed: dict[str, list[ResourceRow]], titles: dict[str, str]
) -> Next | None:
    """Choose the one thing to do now: work begun, then the next lesson, then the next assignment."""
    for one in sorted(mine, key=_by_due):
        if one.state == "working":
            return _assignment_next(one, "You have begun this")
    for course, rows in listed.items():
        left = [row for row in rows if str(row.id) not in opened]
        if left:
            reason = "The next lesson" if len(left) < len(rows) else "A good place to begin"
            return Next(
                kind="resource", target=str(left[0].id), title=left[0].title, course_title=titles[course], reason=reason
            )
    for one in sorted(mine, key=_by_due):
        if one.state == "not_started":
            return _assignment_next(one, "The next thing due")
    return None


def _assignment_next(one: Assignment, reason: str) -> Next:
    return Next(
        kind="assignment",
        target=f"{one.course}/{one.name}",
        title=one.title,
        course_title=one.course_title,
        reason=reason,
    )


def _due(mine: list[Assignment]) -> list[Due]:
    dues = []
    for one in sorted(mine, key=_by_due):
        marks = one.submissions[0].marks if one.submissions else None
        dues.append(
            Due(
                course=one.course,
                course_title=one.course_title,
                name=one.name,
                title=one.title,
                due_at=one.due_at,
                state=one.state,
                score=marks.score if marks else None,
                max_score=marks.max_score if marks else None,
            )
        )
    return dues


def _by_due(one: Assignment) -> tuple[bool, float]:
    return (one.due_at is None, one.due_at.timestamp() if one.due_at else 0)


def _news(mine: list[Assignment], answered: list[tuple[AssignmentRow, datetime]]) -> list[News]:
    returned = [(one, one.submissions[0]) for one in mine if one.state == "returned"]
    news = [
        News(
            kind="feedback",
            target=f"{one.course}/{one.name}",
            title=one.title,
            at=submission.returned_at or submission.received_at,
        )
        for one, submission in returned
    ]
    news += [News(kind="answer", target=f"{row.course_id}/{row.name}", title=row.title, at=at) for row, at in answered]
    news += [
        News(kind="update", target=f"{one.course}/{one.name}", title=one.title, at=one.update.released_at)
        for one in mine
        if one.update is not None and one.state != "returned"
    ]
    return sorted(news, key=lambda one: one.at, reverse=True)[:MOST_NEWS]


def _teaching(session: Session, person: Person) -> list[ToGrade]:
    """Add up what waits for a teacher, by assignment; the one that has waited longest comes first."""
    found: dict[tuple[str, str], ToGrade] = {}
    for one in waiting(session, person.courses("teacher")):
        total = found.setdefault(
            (one.course, one.name),
            ToGrade(
                course=one.course,
                course_title=one.course_title,
                name=one.name,
                title=one.title,
                to_grade=0,
                to_mark=0,
                to_return=0,
            ),
        )
        match one.kind:
            case "to_grade":
                total.to_grade += one.count
            case "to_mark":
                total.to_mark += one.count
            case "to_return":
                total.to_return += one.count
            case "withheld":
                total.to_look_at += one.count
            case "to_answer":
                total.to_answer += 1
    return list(found.values())
