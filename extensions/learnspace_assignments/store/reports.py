"""The table of reports: the newest of each kind on an assignment; and the jobs that make them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from learnspace_assignments.tables import AssignmentRow, ReportRow, VersionRow
from learnspace_core.database import now
from learnspace_core.tables import JobRow


def save_report(session: Session, assignment: AssignmentRow, kind: str, body: dict[str, Any]) -> None:
    """Keep a report in place of the one before."""
    row = session.get(ReportRow, (assignment.id, kind))
    if row is None:
        row = ReportRow(assignment_id=assignment.id, kind=kind, made_at=now(), body=body)
        session.add(row)
    row.made_at, row.body = now(), body


def get_report(session: Session, assignment: AssignmentRow, kind: str) -> dict[str, Any] | None:
    """Return the newest report of a kind, if there is one."""
    row = session.get(ReportRow, (assignment.id, kind))
    return None if row is None else row.body


def newest_job(session: Session, assignment: AssignmentRow, kind: str) -> JobRow | None:
    """Return the newest job of a kind on an assignment, if there is one."""
    query = (
        select(JobRow)
        .where(
            JobRow.course_id == assignment.course_id,
            JobRow.kind == kind,
            JobRow.payload["name"].as_string() == assignment.name,
        )
        .order_by(JobRow.created_at.desc())
        .limit(1)
    )
    return session.scalar(query)


def newest_release(session: Session, assignment: AssignmentRow) -> datetime | None:
    """Return when the newest version of an assignment was released; nothing while it is not released."""
    if assignment.released_at is None:
        return None
    row = session.get(VersionRow, (assignment.id, assignment.version))
    return assignment.released_at if row is None else row.released_at
