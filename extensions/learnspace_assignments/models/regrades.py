"""What grading again would change: of each learner the scores before and after, shown before any of it counts."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel


class RegradedQuestion(BaseModel):
    """One question before and after; none where there was no such question. A mark that was given ``by_hand`` stays."""

    notebook: str
    id: str
    title: str
    old: float | None
    new: float | None
    max_score: float
    by_hand: bool


class RegradedLearner(BaseModel):
    """One graded submission before and after; ``reason`` says why it could not be graded again and stays as it is.

    ``student`` is the learner's name in the gradebook. ``returned`` says that the learner has the old marks already.
    """

    submission: str
    username: str
    student: str
    name: str
    returned: bool
    old: float
    new: float
    max_score: float
    questions: list[RegradedQuestion]
    reason: str = ""


class Regrade(BaseModel):
    """The newest report of grading again, with sums over all learners; ``applied_at`` once it counts."""

    made_at: datetime
    applied_at: datetime | None = None
    learners: list[RegradedLearner]
    raised: int
    lowered: int
    old_sum: float
    new_sum: float


class RegradeApply(BaseModel):
    """Which report is to count; ``lower`` lets it lower learners' scores too, or else these stay as they are."""

    made_at: datetime
    lower: bool = False
