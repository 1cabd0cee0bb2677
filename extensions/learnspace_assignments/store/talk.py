"""The table of messages: a learner asks about an assignment, the teachers of the course answer."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from learnspace_assignments.models.talk import Message, NewMessage, Talk
from learnspace_assignments.store.assignments import note
from learnspace_assignments.store.teamwork import is_theirs
from learnspace_assignments.tables import AssignmentRow, MessageRow, SubmissionRow
from learnspace_core.database import now
from learnspace_core.errors import LearnspaceError, NotFound
from learnspace_people.models import Person
from learnspace_people.tables import EnrolmentRow, PersonRow

HOUR = timedelta(hours=1)
LEARNER_AN_HOUR = 30
TEACHER_AN_HOUR = 600
SAME = timedelta(minutes=1)
"""Within this time the same words again are the same message, sent twice by a bad line or a second click."""
MOST_MESSAGES = 500


class Unanswered(NamedTuple):
    """Messages of one learner that came after their teachers' last one."""

    assignment_id: int
    person: PersonRow
    messages: int
    since: datetime


def say(session: Session, author: Person, row: AssignmentRow, person_id: str, new: NewMessage) -> tuple[int, bool]:
    """Add a message to the talk of a person about an assignment; return its id and whether it is a new one.

    Raises:
        LearnspaceError: ``too_many_messages`` (429).
    """
    # One message at a time of each author, so that the count below is right.
    session.execute(select(PersonRow.id).where(PersonRow.id == author.id).with_for_update(key_share=True))
    at = now()
    last = session.scalar(
        select(MessageRow).filter_by(assignment_id=row.id, person_id=person_id).order_by(MessageRow.id.desc()).limit(1)
    )
    said = (author.id, new.text, new.question)
    if last is not None and (last.author_id, last.text, last.question) == said and at - last.sent_at < SAME:
        return last.id, False
    asks = author.id == person_id
    sent = session.scalar(
        select(func.count(MessageRow.id)).where(MessageRow.author_id == author.id, MessageRow.sent_at > at - HOUR)
    )
    most = LEARNER_AN_HOUR if asks else TEACHER_AN_HOUR
    if (sent or 0) >= most:
        raise LearnspaceError(
            "too_many_messages",
            f"You have sent {most} messages within an hour, and more are not taken. Wait a while, then send it again.",
            429,
        )
    message = MessageRow(
        assignment_id=row.id,
        person_id=person_id,
        author_id=author.id,
        question=new.question,
        text=new.text,
        sent_at=at,
    )
    session.add(message)
    session.flush()
    verb, context = ("asked", {}) if asks else ("answered", {"learner": person_id})
    note(session, author.id, verb, "assignment", str(row.id), row, context=context)
    return message.id, True


def talk_of(session: Session, row: AssignmentRow, person_id: str, titles: dict[str, str]) -> list[Message]:
    """Return the talk of one learner about an assignment, oldest first; of a very long one the newest part."""
    query = (
        select(MessageRow, PersonRow.name, PersonRow.username)
        .join(PersonRow, PersonRow.id == MessageRow.author_id)
        .where(MessageRow.assignment_id == row.id, MessageRow.person_id == person_id)
        .order_by(MessageRow.id.desc())
        .limit(MOST_MESSAGES)
    )
    return [_message(one, name or username, titles) for one, name, username in session.execute(query)][::-1]


def talks(session: Session, row: AssignmentRow, titles: dict[str, str]) -> list[Talk]:
    """Return all talks about an assignment: first those that wait, the longest waiting first, then the newest."""
    people = {
        person.id: person
        for person in session.scalars(
            select(PersonRow).where(
                PersonRow.id.in_(select(MessageRow.person_id).where(MessageRow.assignment_id == row.id))
                | PersonRow.id.in_(select(MessageRow.author_id).where(MessageRow.assignment_id == row.id))
            )
        )
    }
    said: dict[str, list[Message]] = defaultdict(list)
    for one in session.scalars(select(MessageRow).filter_by(assignment_id=row.id).order_by(MessageRow.id)):
        author = people[one.author_id]
        said[one.person_id].append(_message(one, author.name or author.username, titles))
    found = [
        Talk(
            username=people[person_id].username,
            name=people[person_id].name,
            waits=not messages[-1].from_teacher,
            messages=messages,
        )
        for person_id, messages in said.items()
    ]
    return sorted(found, key=lambda talk: (not talk.waits, (1 if talk.waits else -1) * talk.messages[-1].id))


def partner(session: Session, row: AssignmentRow, username: str) -> str:
    """Return the id of a learner to whom the teachers of the assignment's course may write.

    Raises:
        NotFound: unless the person learns in the course, or asked or handed something in before they left it.
    """
    person_id = session.scalar(select(PersonRow.id).where(PersonRow.username == username))
    ties = (
        select(EnrolmentRow.id).filter_by(person_id=person_id, course_id=row.course_id, role="learner"),
        select(MessageRow.id).filter_by(person_id=person_id, assignment_id=row.id),
        select(SubmissionRow.id).where(is_theirs(person_id or ""), SubmissionRow.assignment_id == row.id),
    )
    if person_id is None or all(session.scalar(tie.limit(1)) is None for tie in ties):
        raise NotFound("The learner")
    return person_id


def unanswered(session: Session, assignment_ids: list[int]) -> list[Unanswered]:
    """Return who waits for an answer in these assignments, with the time of their first message that has none."""
    answered = (
        select(MessageRow.assignment_id, MessageRow.person_id, func.max(MessageRow.id).label("last"))
        .where(MessageRow.assignment_id.in_(assignment_ids), MessageRow.author_id != MessageRow.person_id)
        .group_by(MessageRow.assignment_id, MessageRow.person_id)
        .subquery()
    )
    same = and_(
        answered.c.assignment_id == MessageRow.assignment_id,
        answered.c.person_id == MessageRow.person_id,
    )
    query = (
        select(
            MessageRow.assignment_id,
            MessageRow.person_id,
            func.count(MessageRow.id).label("count"),
            func.min(MessageRow.sent_at).label("since"),
        )
        .join(answered, same, isouter=True)
        .where(
            MessageRow.assignment_id.in_(assignment_ids),
            MessageRow.author_id == MessageRow.person_id,
            MessageRow.id > func.coalesce(answered.c.last, 0),
        )
        .group_by(MessageRow.assignment_id, MessageRow.person_id)
        .subquery()
    )
    found = session.execute(
        select(query.c.assignment_id, PersonRow, query.c.count, query.c.since).join(
            PersonRow, PersonRow.id == query.c.person_id
        )
    )
    return [Unanswered(*one) for one in found]


def answers(session: Session, person_id: str, assignment_ids: list[int], since: datetime) -> dict[int, datetime]:
    """Return when a teacher said the last word to the person, by assignment, where nobody spoke since."""
    last = (
        select(func.max(MessageRow.id))
        .where(MessageRow.person_id == person_id, MessageRow.assignment_id.in_(assignment_ids))
        .group_by(MessageRow.assignment_id)
    )
    query = select(MessageRow.assignment_id, MessageRow.sent_at).where(
        MessageRow.id.in_(last), MessageRow.author_id != person_id, MessageRow.sent_at > since
    )
    return dict(session.execute(query).all())


def _message(row: MessageRow, author: str, titles: dict[str, str]) -> Message:
    return Message(
        id=row.id,
        author=author,
        from_teacher=row.author_id != row.person_id,
        question=row.question,
        question_title=titles.get(row.question, row.question),
        text=row.text,
        sent_at=row.sent_at,
    )
