"""The words of Home on the wire."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from learnspace_assignments.models import LearnerState


class Next(BaseModel):
    """The one thing to do now: ``kind`` is ``resource`` or ``assignment``, ``target`` its id or course/name."""

    kind: str
    target: str
    title: str
    course_title: str
    reason: str


class Due(BaseModel):
    """One assignment that is due, in order of the due date; scores are there once it is returned."""

    course: str
    course_title: str
    name: str
    title: str
    due_at: datetime | None
    state: LearnerState
    score: float | None = None
    max_score: float | None = None


class News(BaseModel):
    """Something new for the learner, such as returned feedback."""

    kind: str
    target: str
    title: str
    at: datetime


class CourseProgress(BaseModel):
    """A course of the learner: ``done`` of ``total`` resources and assignments."""

    id: str
    title: str
    summary: str
    done: int
    total: int


class ToGrade(BaseModel):
    """For a teacher: how many submissions of an assignment wait to be graded, marked, returned or looked at.

    ``to_look_at`` are withheld from grading, ``to_answer`` counts the learners who wait for an answer.
    """

    course: str
    course_title: str
    name: str
    title: str
    to_grade: int
    to_mark: int
    to_return: int
    to_look_at: int = 0
    to_answer: int = 0


class Home(BaseModel):
    """What do I do now: the answers in the order in which they are shown."""

    name: str
    next: Next | None
    due: list[Due]
    news: list[News]
    courses: list[CourseProgress]
    teaching: list[ToGrade]
