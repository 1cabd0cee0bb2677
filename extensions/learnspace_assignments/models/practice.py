"""The words of the check with the grader: work that is not handed in is tried there, and leaves no mark."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

PracticeState = Literal["waiting", "done", "failed"]
MOST_A_DAY = 100


class PracticePolicy(BaseModel):
    """Whether learners may try their work in the grader before they hand in, how often, and what they are told.

    ``tests``: which are run, ``hidden_too`` the ones that learners do not see as well. ``per_day`` counts for each
    learner, in any 24 hours. ``tells``: only the ``number`` of questions that pass, which ``questions`` pass, or also
    the ``messages`` of the tests that learners can read. Of hidden tests no more is ever told than whether they pass.
    """

    model_config = ConfigDict(extra="forbid")

    tests: Literal["off", "visible", "hidden_too"] = "off"
    per_day: int = Field(default=3, ge=1, le=MOST_A_DAY)
    tells: Literal["number", "questions", "messages"] = "questions"


class PracticeQuestion(BaseModel):
    """One cell with tests. ``message`` is what its visible tests say; ``hidden`` that only hidden ones do not pass."""

    notebook: str
    id: str
    title: str = ""
    passes: bool
    message: str = ""
    hidden: bool = False


class PracticeResult(BaseModel):
    """What the teacher chose to tell: ``questions`` is empty if that is only the number.

    ``ended`` is why a notebook did not come to its end, or could not be read: a code such as ``timeout``.
    """

    passing: int
    total: int
    questions: list[PracticeQuestion] = []
    ended: str = ""


class PracticeCheck(BaseModel):
    """One check: it waits or runs, is done, or failed for a reason that is the platform's; that one does not count."""

    id: str
    asked_at: datetime
    state: PracticeState
    result: PracticeResult | None = None


class Practice(BaseModel):
    """How often a learner may still check now, when the next one is free if none is, and their newest check."""

    policy: PracticePolicy
    left: int
    next_at: datetime | None = None
    newest: PracticeCheck | None = None
