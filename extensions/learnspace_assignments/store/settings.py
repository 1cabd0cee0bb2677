"""The settings of an assignment: read, changed, archived; each change is in the record."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from learnspace_assignments.models.settings import AssignmentSettings
from learnspace_assignments.store.assignments import note
from learnspace_assignments.store.practice import practice_policy
from learnspace_assignments.store.terms import times_of
from learnspace_assignments.store.whengraded import grading_policy
from learnspace_assignments.tables import AssignmentRow
from learnspace_core.database import now

PLAIN = ("title", "attempts", "team_size", "team_signup")
MOMENTS = ("opens_at", "due_at", "closes_at")
MODELS = ("late", "shows", "grading", "practice")


def settings_of(session: Session, row: AssignmentRow) -> AssignmentSettings:
    """Return the settings as they stand, without a second look: what was stored once is shown."""
    times = times_of(row)
    return AssignmentSettings.model_construct(
        title=row.title,
        opens_at=row.opens_at,
        due_at=row.due_at,
        closes_at=row.closes_at,
        late=times.late,
        attempts=row.attempts,
        shows=times.shows,
        team_size=row.team_size,
        team_signup=row.team_signup,
        grading=grading_policy(session, row),
        practice=practice_policy(row),
    )


def change_settings(session: Session, row: AssignmentRow, settings: AssignmentSettings, teacher_id: str) -> list[str]:
    """Give the assignment these settings; return the names of those that changed."""
    values: dict[str, object] = {name: getattr(settings, name) for name in PLAIN}
    values |= {name: _utc(getattr(settings, name)) for name in MOMENTS}
    values |= {name: getattr(settings, name).model_dump() for name in MODELS}
    held = settings_of(session, row)
    before = {name: getattr(held, name) for name in (*PLAIN, *MOMENTS)}
    before |= {name: getattr(held, name).model_dump() for name in MODELS}
    changed = [name for name in values if values[name] != before[name]]
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        context = {name: _shown(values[name]) for name in changed}
        note(session, teacher_id, "changed", "assignment", str(row.id), row, context=context)
    session.flush()
    return changed


def archive(session: Session, row: AssignmentRow, teacher_id: str) -> None:
    """Take an assignment out of everybody's sight. What was handed in stays, and releasing it brings it back."""
    row.archived_at, row.released_at = now(), None
    note(session, teacher_id, "archived", "assignment", str(row.id), row)


def _utc(at: datetime | None) -> datetime | None:
    return at.astimezone(UTC) if at else None


def _shown(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
