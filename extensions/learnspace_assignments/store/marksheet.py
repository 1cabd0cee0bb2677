"""The marks of a whole course, read for one table: who learns in it, and what each got."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from learnspace_assignments.marksheet import Column, Marksheet, Row
from learnspace_assignments.store.newest import newest
from learnspace_assignments.tables import AssignmentRow, SubmissionRow
from learnspace_people.tables import EnrolmentRow, PersonRow


def marksheet(session: Session, course: str) -> Marksheet:
    """Return the newest graded marks of every learner of a course; a team's marks are those of each who was in it."""
    assignments = session.scalars(
        select(AssignmentRow)
        .where(AssignmentRow.course_id == course, AssignmentRow.archived_at.is_(None))
        .order_by(AssignmentRow.position, AssignmentRow.name)
    ).all()
    columns = [Column(id=row.id, name=row.name, title=row.title, max_score=row.max_score) for row in assignments]
    ids = [column.id for column in columns]
    scores: dict[tuple[str, int], float] = {}
    counted = newest(SubmissionRow.assignment_id.in_(ids))
    for one in session.execute(select(counted).where(counted.c.state.in_(("graded", "returned")))):
        if one.marks is not None:
            scores[one.learner_id, one.assignment_id] = float(one.marks["score"])
    learners = session.execute(
        select(PersonRow, EnrolmentRow.section)
        .join(EnrolmentRow, EnrolmentRow.person_id == PersonRow.id)
        .where(EnrolmentRow.course_id == course, EnrolmentRow.role == "learner")
        .order_by(PersonRow.username)
        .distinct()
    )
    return Marksheet(
        columns=columns,
        rows=[
            Row(
                username=person.username,
                name=person.name,
                email=person.email,
                section=section,
                scores=[scores.get((person.id, column.id)) for column in columns],
            )
            for person, section in learners
        ],
    )
