"""The class at one assignment, read from what learners fetched, tried, handed in and asked: one query a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from learnspace_assignments.models.classview import (
    CellState,
    ClassCell,
    ClassLearner,
    ClassQuestion,
    ClassView,
    RowState,
)
from learnspace_assignments.models.progress import AskedQuestion
from learnspace_assignments.store.newest import newest
from learnspace_assignments.store.progress import is_stuck
from learnspace_assignments.store.talk import unanswered
from learnspace_assignments.store.teams import team_by_person
from learnspace_assignments.store.teamwork import members_of_work
from learnspace_assignments.store.terms import Granted
from learnspace_assignments.tables import AssignmentRow, FetchRow, ProgressRow, SubmissionRow
from learnspace_people import store as people

Key = tuple[str, str]
"""The notebook and the grade id of a question."""

NOTHING = ClassCell(state="unknown")


def class_view(session: Session, row: AssignmentRow, asked: Sequence[AskedQuestion]) -> ClassView:
    """Return a row for each learner of the course, by username, and the totals of each question."""
    sections = people.sections(session, row.course_id)
    teams = team_by_person(session, row) if row.team_size > 1 else {}
    fetched = dict(
        session.execute(select(FetchRow.person_id, FetchRow.fetched_at).filter_by(assignment_id=row.id)).all()
    )
    granted = Granted(session, [row.course_id])
    progress = _progress(session, row)
    handed_in = _handed_in(session, row)
    together = members_of_work(session, {one.id for one in handed_in.values() if one.team_id is not None})
    asking = {one.person.id for one in unanswered(session, [row.id])}
    questions = [
        ClassQuestion(notebook=one.notebook, id=one.id, title=one.title, points=one.points, checkable=one.checkable)
        for one in asked
    ]
    learners = []
    for person in people.list_members(session, row.course_id):
        tried, seen = progress.get(person.id, ({}, None))
        submission = handed_in.get(person.id)
        marked = _marked(submission)
        cells = [
            marked.get((one.notebook, one.id)) or tried.get((one.notebook, one.id)) or NOTHING for one in questions
        ]
        for question, cell in zip(questions, cells, strict=True):
            _count(question, cell)
        fetched_at = fetched.get(person.id)
        received_at: datetime | None = submission.received_at if submission else None
        members = together.get(submission.id, []) if submission else []
        for_whom = [member.id for member in members] or [person.id]
        marks: dict[str, Any] = (submission.marks if submission else None) or {}
        learners.append(
            ClassLearner(
                username=person.username,
                name=person.name,
                section=sections.get(person.id, ""),
                team=teams.get(person.id, ""),
                state=_state(fetched_at is not None, submission, questions, cells),
                fetched_at=fetched_at,
                received_at=received_at,
                late=received_at is not None and granted.times(row, *for_whom).is_late(received_at),
                submission=submission.id if submission else None,
                submission_state=submission.state if submission else None,
                formgrader_id=submission.formgrader_id if submission else "",
                score=marks.get("score"),
                max_score=marks.get("max_score"),
                seen_at=max((at for at in (fetched_at, received_at, seen) if at is not None), default=None),
                asks=person.id in asking,
                cells=cells,
            )
        )
    return ClassView(
        course=row.course_id,
        name=row.name,
        title=row.title,
        due_at=row.due_at,
        sections=sorted({learner.section for learner in learners if learner.section}),
        questions=questions,
        learners=learners,
    )


def _progress(session: Session, row: AssignmentRow) -> dict[str, tuple[dict[Key, ClassCell], datetime]]:
    """Return, by person, how each question stands in their space and when the platform last heard of it."""
    query = select(
        ProgressRow.person_id,
        ProgressRow.notebook,
        ProgressRow.question,
        ProgressRow.state,
        ProgressRow.tries,
        ProgressRow.since,
        ProgressRow.seen_at,
    ).where(ProgressRow.assignment_id == row.id)
    found: dict[str, tuple[dict[Key, ClassCell], datetime]] = {}
    for person_id, notebook, question, state, tries, since, seen_at in session.execute(query):
        cells, last = found.get(person_id, ({}, seen_at))
        shown = "stuck" if is_stuck(state, tries, since, seen_at) else state
        cells[notebook, question] = ClassCell(state=shown, tries=tries, since=since)
        found[person_id] = (cells, max(last, seen_at))
    return found


def _handed_in(session: Session, row: AssignmentRow) -> dict[str, Row[Any]]:
    """Return each learner's newest submission, their own or their team's, by person."""
    query = select(newest(SubmissionRow.assignment_id == row.id))
    return {submission.learner_id: submission for submission in session.execute(query)}


def _marked(submission: Row[Any] | None) -> dict[Key, ClassCell]:
    """Return the marks of each question of a graded submission."""
    if submission is None or submission.marks is None:
        return {}
    return {
        (one["notebook"], one["id"]): ClassCell(state=_mark(one), score=one["score"])
        for one in submission.marks["questions"]
    }


def _mark(question: dict[str, Any]) -> CellState:
    if question["needs_mark"]:
        return "to_mark"
    if question["score"] >= question["max_score"]:
        return "full"
    return "part" if question["score"] > 0 else "none"


def _count(question: ClassQuestion, cell: ClassCell) -> None:
    match cell.state:
        case "untouched":
            question.untouched += 1
        case "failing":
            question.failing += 1
        case "stuck":
            question.stuck += 1
        case "passing":
            question.passing += 1
        case "full":
            question.graded += 1
            question.full += 1
        case "part" | "none":
            question.graded += 1


def _state(fetched: bool, submission: Row[Any] | None, asked: list[ClassQuestion], cells: list[ClassCell]) -> RowState:
    if submission is not None:
        return "returned" if submission.state == "returned" else "handed_in"
    states = [cell.state for question, cell in zip(asked, cells, strict=True) if question.checkable]
    if "stuck" in states:
        return "stuck"
    if states and set(states) == {"passing"}:
        return "passing"
    return "working" if fetched or set(states) - {"unknown"} else "not_started"
