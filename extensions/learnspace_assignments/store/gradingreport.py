"""A reading of the submissions of one assignment: marks, times and failures by question."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from learnspace_assignments.models import Marks, Question
from learnspace_assignments.models.report import Failure, GradingReport, ReportedLearner, ReportedQuestion
from learnspace_assignments.store.newest import newest
from learnspace_assignments.tables import WHOLE_NOTEBOOK, AssignmentRow, SubmissionRow
from learnspace_people.tables import PersonRow

MOST_FAILURES = 8
"""Different failures of one question that are told apart; with more, each is a case of its own."""


def grading_report(session: Session, assignment: AssignmentRow) -> GradingReport:
    """Return how the newest submissions of an assignment went."""
    counts = newest(SubmissionRow.assignment_id == assignment.id)
    query = (
        select(
            SubmissionRow.id,
            SubmissionRow.state,
            SubmissionRow.reason,
            SubmissionRow.reason_code,
            SubmissionRow.marks,
            SubmissionRow.seconds,
            SubmissionRow.failures,
            SubmissionRow.formgrader_id,
            PersonRow.username,
            PersonRow.name,
        )
        .join(counts, counts.c.id == SubmissionRow.id)
        # A team's work is that of each member.
        .join(PersonRow, PersonRow.id == counts.c.learner_id)
        .order_by(PersonRow.username)
    )
    rows = list(session.execute(query))
    marks = [Marks.model_validate(row.marks) if row.marks else None for row in rows]
    return GradingReport(
        max_score=assignment.max_score,
        learners=[_learner(row, each) for row, each in zip(rows, marks, strict=True)],
        questions=_questions(marks, rows),
    )


def _learner(row: Row[Any], marks: Marks | None) -> ReportedLearner:
    whole = [tests[WHOLE_NOTEBOOK] for tests in row.seconds.values() if WHOLE_NOTEBOOK in tests]
    return ReportedLearner(
        submission=row.id,
        username=row.username,
        name=row.name,
        state=row.state,
        score=marks.score if marks else None,
        seconds=round(sum(whole), 3) if whole else None,
        formgrader_id=row.formgrader_id,
        reason=row.reason if row.state == "withheld" else "",
        reason_code=row.reason_code if row.state == "withheld" else "",
    )


def _questions(marks: list[Marks | None], rows: list[Row[Any]]) -> list[ReportedQuestion]:
    """Return the questions with what every submission has for them; a later version's may be others."""
    found: dict[tuple[str, str], ReportedQuestion] = {}
    for place, each in enumerate(marks):
        for question in each.questions if each else []:
            key = question.notebook, question.id
            if key not in found:
                found[key] = _empty(question, len(marks))
            took = rows[place].seconds.get(question.notebook, {}).get(question.id)
            said = rows[place].failures.get(question.notebook, {}).get(question.id)
            # What was graded by an earlier version has only what its learner reads.
            _add(found[key], place, question, took, [said] if said else question.messages)
    for one in found.values():
        one.failures = sorted(one.failures, key=lambda failure: -len(failure.learners))[:MOST_FAILURES]
    return list(found.values())


def _empty(question: Question, learners: int) -> ReportedQuestion:
    named = {name: getattr(question, name) for name in ("notebook", "id", "title", "max_score", "manual")}
    return ReportedQuestion(**named, scores=[None] * learners, seconds=[None] * learners, to_mark=[], failures=[])


def _add(one: ReportedQuestion, place: int, question: Question, seconds: float | None, said: list[str]) -> None:
    one.seconds[place] = seconds
    if question.needs_mark:
        one.to_mark.append(place)
    else:
        one.scores[place] = question.score
    # One learner counts once for what a test says, however often it says it.
    for text in dict.fromkeys(said):
        same = next((failure for failure in one.failures if failure.text == text), None)
        if same is None:
            same = Failure(text=text, learners=[])
            one.failures.append(same)
        same.learners.append(place)
