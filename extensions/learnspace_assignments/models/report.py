"""How an assignment went, question by question, with the learners behind every number."""

from __future__ import annotations

from pydantic import BaseModel


class ReportedLearner(BaseModel):
    """A learner who handed in; ``score`` once it is graded, ``seconds`` that the notebooks took in the sandbox.

    ``reason`` and its ``reason_code`` say why the submission was withheld, if it is.
    """

    submission: str
    username: str
    name: str
    state: str
    score: float | None
    seconds: float | None
    formgrader_id: str
    reason: str
    reason_code: str


class Failure(BaseModel):
    """What a test said where it did not pass, and to whom: places in the report's list of learners."""

    text: str
    learners: list[int]


class ReportedQuestion(BaseModel):
    """One question over the class.

    ``scores`` and ``seconds`` have a value for each learner of the report, in its order; none where there is none.
    ``to_mark`` are the places of those whose answer waits for a mark. ``failures`` has the most frequent first.
    """

    notebook: str
    id: str
    title: str
    max_score: float
    manual: bool
    scores: list[float | None]
    seconds: list[float | None]
    to_mark: list[int]
    failures: list[Failure]


class GradingReport(BaseModel):
    """The newest submissions of an assignment, and their marks by question, in the order of the notebook."""

    max_score: float
    learners: list[ReportedLearner]
    questions: list[ReportedQuestion]
