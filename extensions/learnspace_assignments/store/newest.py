"""Which submission of a learner, or of a team, counts: the one that was handed in last."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Subquery, func, select

from learnspace_assignments.tables import SubmissionRow


def subject_of(row: SubmissionRow) -> str:
    """Return the place that a submission has in the gradebook: a learner's or a team's work on one assignment."""
    return f"{row.assignment_id}:{row.team_id or row.person_id}"


def newest(*where: ColumnElement[bool]) -> Subquery:
    """Return, as a subquery without the bulky columns, what each learner or team handed in last."""
    place = func.row_number().over(
        partition_by=(SubmissionRow.assignment_id, func.coalesce(SubmissionRow.team_id, SubmissionRow.person_id)),
        order_by=(SubmissionRow.handed_in_at.desc(), SubmissionRow.id.desc()),
    )
    ranked = (
        select(
            SubmissionRow.id,
            SubmissionRow.assignment_id,
            SubmissionRow.person_id,
            SubmissionRow.team_id,
            SubmissionRow.received_at,
            SubmissionRow.handed_in_at,
            SubmissionRow.state,
            SubmissionRow.marks,
            SubmissionRow.formgrader_id,
            place.label("place"),
        )
        .where(*where)
        .subquery()
    )
    return select(ranked).where(ranked.c.place == 1).subquery()
