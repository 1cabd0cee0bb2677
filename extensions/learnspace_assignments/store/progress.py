"""The table of progress: how each question stands in a learner's own space, as that space says."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from learnspace_assignments.models.progress import AskedQuestion, CheckedQuestion, CheckState
from learnspace_assignments.tables import AssignmentRow, ProgressRow
from learnspace_core.database import now
from learnspace_people.models import Person
from learnspace_people.tables import PersonRow

STUCK_TRIES = 3
STUCK_AFTER = timedelta(minutes=20)


def note_progress(
    session: Session,
    person: Person,
    row: AssignmentRow,
    checked: Iterable[CheckedQuestion],
    asked: Iterable[AskedQuestion],
) -> list[CheckedQuestion]:
    """Keep how questions stand, of those only that the released version has; return these.

    A failing question counts one more try. What is not named stays as it was.
    """
    # One change at a time for each learner, who may have two browsers.
    session.execute(select(PersonRow.id).where(PersonRow.id == person.id).with_for_update(key_share=True))
    query = select(ProgressRow).filter_by(assignment_id=row.id, person_id=person.id)
    held = {(one.notebook, one.question): one for one in session.scalars(query)}
    known = {(one.notebook, one.id) for one in asked if one.checkable}
    kept = {(one.notebook, one.question): one for one in checked if (one.notebook, one.question) in known}
    at = now()
    for key, one in kept.items():
        progress = held.get(key)
        if progress is None:
            progress = ProgressRow(
                assignment_id=row.id, person_id=person.id, notebook=one.notebook, question=one.question, tries=0
            )
            progress.state, progress.since = one.state, at
            session.add(progress)
        if progress.state != one.state:
            progress.state, progress.since = one.state, at
        progress.tries = _tries(progress.tries, one.state)
        progress.seen_at = at
    return list(kept.values())


def is_stuck(state: str, tries: int, since: datetime, seen_at: datetime) -> bool:
    """Tell whether somebody has tried in vain several times, or for long; a closed notebook is no attempt."""
    return state == "failing" and (tries >= STUCK_TRIES or seen_at - since > STUCK_AFTER)


def _tries(before: int, state: CheckState) -> int:
    return {"passing": 0, "untouched": before, "failing": before + 1}[state]
