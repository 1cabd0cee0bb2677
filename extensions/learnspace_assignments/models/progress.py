"""How far learners are with the questions of an assignment, as their own spaces say."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

CheckState = Literal["passing", "failing", "untouched"]
MOST_QUESTIONS = 500

Name = Annotated[str, Field(max_length=200)]


class AskedQuestion(BaseModel):
    """One graded cell of a released assignment: ``id`` is nbgrader's grade id, ``title`` the heading above the cell.

    ``checkable`` says that a learner can see and run its test. ``solutions`` holds the cells the test looks at as they
    were released, by grade id: an answer that still reads so is untouched.
    """

    notebook: str
    id: str
    title: str = ""
    points: float
    checkable: bool
    solutions: dict[str, str] = {}


class CheckedQuestion(BaseModel):
    """How one question stands in a learner's space; nothing of what they wrote."""

    notebook: Name
    question: Name
    state: CheckState


class Progress(BaseModel):
    """The questions that a learner's space looked at."""

    questions: Annotated[list[CheckedQuestion], Field(max_length=MOST_QUESTIONS)]
