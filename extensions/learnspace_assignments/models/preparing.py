"""What a teacher reads before learners do: an assignment's source, what learners will get, what is wrong with it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from learnspace_core.models import Job
from learnspace_people.models import Line

ProblemCode = Literal[
    "no_notebook",
    "bad_notebook",
    "bad_file",
    "bad_language",
    "old_metadata",
    "new_metadata",
    "bad_metadata",
    "no_id",
    "bad_id",
    "duplicate_id",
    "no_points",
    "bad_points",
    "zero_points",
    "not_an_answer",
    "task_is_code",
    "nested_region",
    "no_end",
    "no_begin",
    "solution_elsewhere",
    "hidden_elsewhere",
    "autotest",
    "nothing_graded",
]


class Problem(BaseModel):
    """What is wrong with the source of an assignment.

    ``cell`` is the grade id, or without one the cell's number from 1; ``message`` says it in plain English with what
    to do. An ``error`` keeps the assignment from being released, a ``warning`` does not.
    """

    code: ProblemCode
    severity: Literal["error", "warning"] = "error"
    notebook: str = ""
    cell: str = ""
    detail: str = ""
    message: str


class SourceFile(BaseModel):
    """One file that learners will get, with forward slashes, and its size in the source, in bytes."""

    path: str
    size: int


class SourceQuestion(BaseModel):
    """One graded cell of the source; ``manual`` says that a person marks it."""

    notebook: str
    id: str
    title: str
    points: float
    manual: bool


class Draft(BaseModel):
    """What learners would get if the assignment were released now.

    ``version`` counts the versions that were released, ``changed`` says whether the source was written since the
    newest one; ``job`` is the newest release that was asked for.
    """

    files: list[SourceFile]
    questions: list[SourceQuestion]
    points: float
    problems: list[Problem]
    released_at: datetime | None
    version: int
    changed: bool
    job: Job | None = None


class NewAssignment(BaseModel):
    """An assignment to begin; ``like`` names the one of the same course whose files it begins with, if any."""

    name: str = Field(min_length=1, max_length=240)
    title: Annotated[Line, Field(max_length=300)] = ""
    like: str = ""


class ReleaseNote(BaseModel):
    """What is new in this version, in the teacher's words."""

    note: str = Field("", max_length=2000)
