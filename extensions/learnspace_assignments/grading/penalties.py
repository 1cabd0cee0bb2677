"""Lateness in nbgrader's gradebook: due date, extension and penalty, as nbgrader itself keeps them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import LateSubmissionPlugin
from traitlets import Dict

from learnspace_assignments.grading.openbook import OpenBook
from learnspace_assignments.models import LatePolicy, Marks
from learnspace_assignments.times import Times, percent_off, points_off


class LatePolicyPlugin(LateSubmissionPlugin):
    """nbgrader's plugin for penalties, by the policy of the assignment that is graded."""

    policy = Dict(help="A LatePolicy").tag(config=True)

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        """Return the points that a notebook loses, or None."""
        policy = LatePolicy.model_validate(self.policy)
        return points_off(score, percent_off(policy, timedelta(seconds=total_seconds_late))) or None


def settle(book: OpenBook, name: str, student: str, due_at: datetime | None, times: Times) -> None:
    """Write due date, extension and penalties of one submission into an open gradebook; marks stay as they are.

    nbgrader sets penalties once, while it grades; points that a person gives later, or an extension, change them.
    What stands there already is not written again, so that the gradebook's file does not change.

    Args:
        book: nbgrader's gradebook.
        name: the assignment.
        student: the learner's name in the gradebook.
        due_at: when it is due for the class.
        times: those of the learner.
    """
    assignment = book.find_assignment(name)
    _set(assignment, "duedate", _naive(due_at))
    submission = book.find_submission(name, student)
    extension = times.due_at - due_at if times.due_at and due_at else None
    _set(submission, "extension", extension or None)
    percent = times.percent_off(submission.timestamp.replace(tzinfo=UTC)) if submission.timestamp else 0
    for notebook in book.submitted_notebooks(submission):
        score = sum(grade.score for grade in book.grades_of(notebook)) if percent else 0
        _set(notebook, "late_submission_penalty", points_off(score, percent) or None)
    book.db.commit()


def ensure_due(book: Gradebook, name: str, due_at: datetime | None) -> None:
    """Write the due date of an assignment that the gradebook knows."""
    try:
        _set(book.find_assignment(name), "duedate", _naive(due_at))
    except MissingEntry:
        return
    book.db.commit()


def penalised(marks: Marks, percent: float) -> Marks:
    """Return marks with that much off for being late, instead of what was off before."""
    earned: dict[str, float] = {}
    for question in marks.questions:
        earned[question.notebook] = earned.get(question.notebook, 0) + question.score
    penalty = round(sum(points_off(score, percent) for score in earned.values()), 2)
    if penalty == marks.penalty:
        return marks
    score = round(marks.score + marks.penalty - penalty, 2)
    return marks.model_copy(update={"penalty": penalty, "score": score})


def _naive(at: datetime | None) -> datetime | None:
    return at.astimezone(UTC).replace(tzinfo=None) if at else None


def _set(row: Any, field: str, value: object) -> None:
    if getattr(row, field) != value:
        setattr(row, field, value)
