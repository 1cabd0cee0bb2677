"""Which submission of a learner counts: what they handed in last, or what their team did with them in it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Subquery, func, select, union_all

from learnspace_assignments.tables import SubmissionMemberRow, SubmissionRow

_COLUMNS = (
    SubmissionRow.id,
    SubmissionRow.assignment_id,
    SubmissionRow.person_id,
    SubmissionRow.team_id,
    SubmissionRow.received_at,
    SubmissionRow.handed_in_at,
    SubmissionRow.state,
    SubmissionRow.marks,
    SubmissionRow.marks_since.is_not(None).label("changed"),
    SubmissionRow.formgrader_id,
)


def subject_of(row: SubmissionRow) -> str:
    """Return the place that a submission has in the gradebook: a learner's or a team's work on one assignment."""
    return f"{row.assignment_id}:{row.team_id or row.person_id}"


def newest(*where: ColumnElement[bool]) -> Subquery:
    """Return, as a subquery without the bulky columns, the newest submission of each learner, ``learner_id``.

    A team's submission is there once for each of its members for whom it is the newest.
    """
    alone = select(*_COLUMNS, SubmissionRow.person_id.label("learner_id")).where(
        SubmissionRow.team_id.is_(None), *where
    )
    together = (
        select(*_COLUMNS, SubmissionMemberRow.person_id.label("learner_id"))
        .join(SubmissionMemberRow, SubmissionMemberRow.submission_id == SubmissionRow.id)
        .where(*where)
    )
    counted = union_all(alone, together).subquery()
    place = func.row_number().over(
        partition_by=(counted.c.assignment_id, counted.c.learner_id),
        order_by=(counted.c.handed_in_at.desc(), counted.c.id.desc()),
    )
    ranked = select(counted, place.label("place")).subquery()
    return select(ranked).where(ranked.c.place == 1).subquery()
