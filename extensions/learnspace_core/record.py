"""The record: every feature appends what happened, in the transaction of the change it tells of."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from learnspace_core.database import now
from learnspace_core.tables import RecordRow

_INSERT = insert(RecordRow.metadata.tables["record"])


def append(
    session: Session,
    *,
    actor_id: str,
    verb: str,
    object_type: str,
    object_id: str,
    object_title: str,
    course_id: str | None = None,
    result: dict[str, Any] | None = None,
    context: dict[str, str] | None = None,
) -> None:
    """Append one statement in xAPI's words (actor, verb, object, result, context) at the service's time.

    Args:
        session: the session of the change; both are kept or neither is.
        actor_id: the person's immutable id.
        verb: past tense, such as ``opened``, ``fetched``, ``submitted``, ``scored``.
        object_type: ``resource``, ``assignment``, ``submission`` …
        object_id: the object's id within its type.
        object_title: what a reader would call it.
        course_id: the course it happened in, if any.
        result: what came of it, such as a score; JSON.
        context: who else had a part, such as the ``instructor`` who gave the score.
    """
    session.connection().execute(
        _INSERT,
        {
            "at": now(),
            "actor_id": actor_id,
            "verb": verb,
            "object_type": object_type,
            "object_id": object_id,
            "object_title": object_title[:300],
            "course_id": course_id,
            "result": result or {},
            "context": context or {},
        },
    )


def of_person(session: Session, person_id: str, limit: int = 500) -> list[RecordRow]:
    """Return the newest statements about what a person did, newest first."""
    query = select(RecordRow).where(RecordRow.actor_id == person_id).order_by(RecordRow.id.desc()).limit(limit)
    return list(session.scalars(query))
