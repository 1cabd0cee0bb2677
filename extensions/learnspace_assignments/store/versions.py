"""The tables of versions: which there are, which one a learner has, which they are offered."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learnspace_assignments.models.updates import TaughtVersion, UpdateOffer, Version
from learnspace_assignments.store.assignments import note
from learnspace_assignments.tables import AssignmentRow, FetchRow, VersionRow
from learnspace_core.database import now
from learnspace_core.errors import NotFound
from learnspace_core.models import FileEntry
from learnspace_people.models import Person


class Standing(NamedTuple):
    """How a learner stands to the newest version: whether they fetched any, which one they have, what is offered."""

    version: int
    fetched: bool
    fetched_version: int
    update: UpdateOffer | None

    def fields(self) -> dict[str, Any]:
        """Return what of it an Assignment says."""
        return {"version": self.version, "fetched_version": self.fetched_version, "update": self.update}


def standings_of(session: Session, rows: list[AssignmentRow], fetched: dict[int, int]) -> dict[int, Standing]:
    """Return how a learner stands in each assignment, by its id; versions are read only of what changed since.

    Args:
        session: where they are read.
        rows: the assignments.
        fetched: which version the learner has of those that they fetched, by the assignment's id.
    """
    older = [row.id for row in rows if fetched.get(row.id, row.version) < row.version]
    versions: dict[int, list[VersionRow]] = {one: [] for one in older}
    if older:
        query = select(VersionRow).where(VersionRow.assignment_id.in_(older)).order_by(VersionRow.number)
        for version in session.scalars(query):
            versions[version.assignment_id].append(version)
    return {
        row.id: Standing(
            row.version,
            row.id in fetched,
            fetched.get(row.id, 0),
            _offer(row, fetched[row.id], versions[row.id]) if row.id in versions else None,
        )
        for row in rows
    }


def _offer(row: AssignmentRow, has: int, versions: list[VersionRow]) -> UpdateOffer | None:
    """Return the newest version as an update, unless it has the same files as the one that the learner has."""
    newer = [one for one in versions if one.number > has]
    if not newer or any(one.number == has and one.files == row.files for one in versions):
        return None
    notes = "\n".join(one.note for one in newer if one.note)
    return UpdateOffer(number=row.version, note=notes, released_at=newer[-1].released_at)


def get_version(session: Session, row: AssignmentRow, number: int) -> Version:
    """Return one released version of an assignment.

    Raises:
        NotFound: if there is none of that number.
    """
    return _version(_get(session, row, number))


def taught_versions(session: Session, row: AssignmentRow) -> list[TaughtVersion]:
    """Return the versions of an assignment, newest first, with how many learners have each."""
    query = select(FetchRow.version, func.count()).filter_by(assignment_id=row.id).group_by(FetchRow.version)
    having = Counter({number: count for number, count in session.execute(query)})  # noqa: C416
    return [
        TaughtVersion(
            number=one.number,
            note=one.note,
            released_at=one.released_at,
            max_score=one.max_score,
            learners=having[one.number],
        )
        for one in reversed(_versions(session, row))
    ]


def note_version(session: Session, person: Person, row: AssignmentRow, number: int) -> None:
    """Note which version a person has in their home now, after fetching, updating or undoing an update."""
    _get(session, row, number)
    fetched = session.get(FetchRow, (row.id, person.id))
    if fetched is None:
        session.add(FetchRow(assignment_id=row.id, person_id=person.id, fetched_at=now(), version=number))
        note(session, person.id, "fetched", "assignment", str(row.id), row)
    elif fetched.version != number:
        fetched.version = number
        note(session, person.id, "updated", "assignment", str(row.id), row, {"version": number})


def reword(session: Session, row: AssignmentRow, number: int, text: str) -> None:
    """Put other words to what changed in a version."""
    _get(session, row, number).note = text


def _get(session: Session, row: AssignmentRow, number: int) -> VersionRow:
    # PostgreSQL refuses numbers that its integers cannot hold.
    found = session.get(VersionRow, (row.id, number)) if 0 < number <= row.version else None
    if found is None:
        raise NotFound("The version")
    return found


def _versions(session: Session, row: AssignmentRow) -> list[VersionRow]:
    return list(session.scalars(select(VersionRow).filter_by(assignment_id=row.id).order_by(VersionRow.number)))


def _version(row: VersionRow) -> Version:
    files = [FileEntry.model_validate(file) for file in row.files]
    return Version(number=row.number, note=row.note, released_at=row.released_at, files=files)
