"""What waits for a teacher: submissions to grade, mark, return or look at, and messages to answer."""

from __future__ import annotations

from typing import get_args

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from learnspace_assignments.models.inbox import Waiting, WaitingKind
from learnspace_assignments.store.assignments import list_assignments
from learnspace_assignments.store.newest import newest
from learnspace_assignments.store.talk import unanswered
from learnspace_assignments.tables import SubmissionRow

KINDS: dict[str, WaitingKind] = {
    "withheld": "withheld",
    "handed_in": "to_grade",
    "needs_marks": "to_mark",
    "graded": "to_return",
}
ORDER = get_args(WaitingKind)


def waiting(session: Session, courses: list[str]) -> list[Waiting]:
    """Return what waits in the courses, the oldest first: one entry a kind and assignment, one a learner who asks."""
    listed = {row.id: (row, title) for row, title in list_assignments(session, courses, released=False)}
    if not listed:
        return []
    found: dict[tuple[int, str], Waiting] = {}

    def add(assignment_id: int, kind: WaitingKind, who: str = "", **values: object) -> None:
        row, title = listed[assignment_id]
        one = Waiting.model_validate(
            {"kind": kind, "course": row.course_id, "course_title": title, "name": row.name, "title": row.title}
            | values
        )
        same = found.get((assignment_id, kind + who))
        if same is not None:
            one.count, one.since = one.count + same.count, min(one.since, same.since)
        found[assignment_id, kind + who] = one

    counted = newest(SubmissionRow.assignment_id.in_(listed))
    query = (
        # A team's submission is there once for each member.
        select(
            counted.c.assignment_id,
            counted.c.state,
            func.count(counted.c.id.distinct()),
            func.min(counted.c.handed_in_at),
        )
        # What was changed since it was returned is to be returned again.
        .where(or_(counted.c.state.in_(KINDS), and_(counted.c.state == "returned", counted.c.changed)))
        .group_by(counted.c.assignment_id, counted.c.state)
    )
    for assignment_id, state, count, since in session.execute(query):
        add(assignment_id, KINDS.get(state, "to_return"), count=count, since=since)
    for one in unanswered(session, list(listed)):
        who = {"username": one.person.username, "person": one.person.name or one.person.username}
        add(one.assignment_id, "to_answer", one.person.id, count=one.messages, since=one.since, **who)
    return sorted(found.values(), key=lambda each: (each.since, ORDER.index(each.kind)))
