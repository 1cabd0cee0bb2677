"""The demo of ``learnspace up``: a school with two learners, a teacher and a manager, and the courses at hand."""

from __future__ import annotations

import json
import secrets
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from learnspace_assignments import store as assignments
from learnspace_core.blobs import BlobStore
from learnspace_core.database import Database, now
from learnspace_core.jobs import Queue
from learnspace_core.keys import write_private
from learnspace_core.settings import Settings
from learnspace_people import store as people
from learnspace_people.models import Enrolment, RoleName
from learnspace_resources.importer import import_course

INSTITUTION = "demo"
FIRST_DUE = timedelta(days=3)
BETWEEN_DUE = timedelta(days=7)


class Account(NamedTuple):
    """A demo account as it is printed."""

    username: str
    name: str
    role: RoleName
    password: str


PEOPLE: tuple[tuple[str, str, RoleName, str], ...] = (
    ("lena", "Lena", "learner", "en"),
    ("ming", "小明", "learner", ""),
    ("li", "Ms Li", "teacher", ""),
    ("manager", "Mr Wang", "manager", ""),
)
"""Username, name, role and the language of the courses they are in; empty for all."""
EASY = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that cannot be mistaken for one another."""


def ensure_demo(settings: Settings, database: Database, courses: list[Path]) -> list[Account]:
    """Make the demo school if it is not there; return its accounts with the passwords of the first time."""
    path = settings.state / "keys" / "demo_accounts.json"
    if not path.exists():
        passwords = {username: "".join(secrets.choice(EASY) for _ in range(10)) for username, *_ in PEOPLE}
        write_private(path, json.dumps(passwords).encode())
    passwords = json.loads(path.read_text(encoding="utf-8"))
    blobs = BlobStore(settings.state / "blobs")
    queues = {name: Queue(settings, name, database, blobs) for name in ("background", "grading")}
    imported = [import_course(settings, database, blobs, course, INSTITUTION) for course in courses]
    with database.write() as session:
        people.ensure_institution(session, INSTITUTION, "Demo School")
        for username, name, role, language in PEOPLE:
            if people.find_person(session, username) is None:
                person = people.ensure_person(session, username, name)
                people.set_password(session, person.id, passwords[username])
            person = people.ensure_person(session, username, name)
            wanted = [course.course for course in imported if language in ("", course.language)]
            for place in [None] if role == "manager" else wanted:
                people.ensure_enrolment(session, person.id, Enrolment(role=role, institution=INSTITUTION, course=place))
        for course in imported:
            rows = assignments.list_assignments(session, [course.course], released=False)
            for number, (row, _) in enumerate(rows):
                if row.due_at is None and row.released_at is None:
                    due = now() + FIRST_DUE + number * BETWEEN_DUE
                    row.due_at = due.replace(hour=10, minute=0, second=0, microsecond=0)
    for course in imported:
        for queue, job_id in course.jobs:
            queues[queue].wake(job_id)
    return [Account(username, name, role, passwords[username]) for username, name, role, _ in PEOPLE]
