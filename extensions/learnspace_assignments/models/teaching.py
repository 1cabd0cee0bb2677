"""What a teacher reads: who handed in what, and when an assignment is due."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, field_validator

from learnspace_assignments.models.assignments import Marks, SubmissionState
from learnspace_core.models import Job


class TaughtSubmission(BaseModel):
    """The newest submission of one learner as the teacher sees it.

    ``student`` is the learner's name in the gradebook, ``formgrader_id`` nbgrader's id of the submission there, empty
    before it is graded.
    """

    id: str
    username: str
    student: str
    name: str
    received_at: datetime
    late: bool
    state: SubmissionState
    reason: str = ""
    marks: Marks | None = None
    formgrader_id: str = ""


class TaughtAssignment(BaseModel):
    """An assignment as its teacher sees it: how many learners the course has and who handed in."""

    course: str
    course_title: str
    name: str
    title: str
    due_at: datetime | None
    learners: int
    max_score: float
    submissions: list[TaughtSubmission]
    job: Job | None = None


class DueDate(BaseModel):
    """When an assignment is due; empty means never."""

    due_at: datetime | None

    @field_validator("due_at")
    @classmethod
    def _within_reason(cls, value: datetime | None) -> datetime | None:
        if value is not None and not 2000 <= value.year < 2200:
            raise ValueError("choose a year from 2000 to 2199")
        return value
