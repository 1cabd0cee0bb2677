"""What a teacher sees of a class at work: a row for each learner, a column for each question."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from learnspace_assignments.models.assignments import SubmissionState

CellState = Literal["unknown", "untouched", "failing", "stuck", "passing", "full", "part", "none", "to_mark"]
"""What the learner's own space says, or what grading gave: full, part or none of the points, or still to mark."""

RowState = Literal["not_started", "working", "passing", "stuck", "handed_in", "returned"]


class ClassQuestion(BaseModel):
    """A column: one question, and how many learners stand where."""

    notebook: str
    id: str
    title: str
    points: float
    checkable: bool
    untouched: int = 0
    failing: int = 0
    stuck: int = 0
    passing: int = 0
    graded: int = 0
    full: int = 0


class ClassCell(BaseModel):
    """One question of one learner; ``tries`` and ``since`` come from their space, ``score`` from grading."""

    state: CellState
    tries: int = 0
    since: datetime | None = None
    score: float | None = None


class ClassLearner(BaseModel):
    """A row: where one learner stands; ``cells`` are in the order of the questions.

    ``seen_at`` is when the platform last heard of their work on this assignment, ``asks`` whether a message of theirs
    waits for an answer. ``team`` is the name of their team, where the assignment is done in teams.
    """

    username: str
    name: str
    section: str
    team: str = ""
    state: RowState
    fetched_at: datetime | None
    received_at: datetime | None
    late: bool
    submission: str | None
    submission_state: SubmissionState | None
    formgrader_id: str
    score: float | None
    max_score: float | None
    seen_at: datetime | None
    asks: bool
    cells: list[ClassCell]


class ClassView(BaseModel):
    """The class at one assignment."""

    course: str
    name: str
    title: str
    due_at: datetime | None
    sections: list[str]
    questions: list[ClassQuestion]
    learners: list[ClassLearner]
