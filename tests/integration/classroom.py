"""A course with people of its own on a Learnspace that test files share: what one file does, no other file sees."""

from __future__ import annotations

import re
import shutil
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import psutil
from sqlalchemy import select

from learnspace_assignments import store as assignments
from learnspace_core.blobs import BlobStore
from learnspace_core.database import Database, now
from learnspace_core.jobs import Queue
from learnspace_core.settings import load_settings
from learnspace_core.tables import JobRow
from learnspace_people import store as people
from learnspace_people.models import Enrolment, RoleName
from learnspace_resources.importer import import_course
from tests.conftest import COURSES
from tests.integration.stack import Stack, wait_until

MATERIAL = COURSES / "python-first-steps"
PASSWORD = "chalk and slate"


class Member(NamedTuple):
    """Whom the demo has too, with the role there and whether the Chinese course is theirs as well."""

    name: str
    role: RoleName
    chinese: bool


MEMBERS = {
    "lena": Member("Lena", "learner", False),
    "ming": Member("小明", "learner", True),
    "li": Member("Ms Li", "teacher", True),
    "manager": Member("Mr Wang", "manager", False),
}


class Classroom(Stack):
    """The shared stack as one file sees it: ``lena`` is a Lena of its own, in a course of its own.

    Args:
        stack: the running stack.
        name: small letters, of this file only.
        enrolled: give the people their roles; without, they have accounts and nothing else, but for the manager.
    """

    def __init__(self, stack: Stack, name: str, *, enrolled: bool = True) -> None:
        self.__dict__.update(stack.__dict__)
        self.name = name
        self.course = f"first-steps-{name}"
        settings = load_settings(self.state / "run" / "learnspace.toml")
        database, blobs = Database(settings.database_url), BlobStore(settings.state / "blobs")
        try:
            if enrolled:
                imported = import_course(settings, database, blobs, self._first_units(), "demo")
                self._set_due_dates(database)
            self._add_people(database, enrolled)
            if enrolled:
                for queue, job in imported.jobs:
                    Queue(settings, queue, database, blobs).wake(job)
                wait_until(lambda: _all_done(database, [job for _, job in imported.jobs]))
        finally:
            database.close()

    def username(self, who: str) -> str:
        """Return the username here of somebody of the demo."""
        return f"{who}-{self.name}"

    def password(self, _who: str) -> str:
        """Return the password of everybody."""
        return PASSWORD

    def __enter__(self) -> Classroom:
        return self

    def __exit__(self, *_: object) -> None:
        """End the spaces of these people."""
        assert self.process is not None
        own = {self.username(who) for who in MEMBERS}
        for child in psutil.Process(self.process.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                if child.environ().get("JUPYTERHUB_USER") in own:
                    child.terminate()

    def _first_units(self) -> Path:
        """Write the first two units of the course material as a course of this file."""
        folder = self.state / "run" / self.course
        shutil.copytree(MATERIAL, folder)
        description = folder / "course.toml"
        first = "[[unit]]".join(description.read_text(encoding="utf-8").split("[[unit]]")[:3])
        first = re.sub(r'^id = ".*"$', f'id = "{self.course}"', first, flags=re.MULTILINE)
        description.write_text(re.sub(r"^translations = .*\n", "", first, flags=re.MULTILINE), encoding="utf-8")
        kept = set(re.findall(r'"(lessons/[^"]+)"', first)) | set(re.findall(r'"(ps[^"]+)"', first))
        for path in [*folder.glob("lessons/*.ipynb"), *folder.glob("source/*")]:
            if str(path.relative_to(folder)) not in kept and path.name not in kept:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        return folder

    def _set_due_dates(self, database: Database) -> None:
        with database.write() as session:
            rows = assignments.list_assignments(session, [self.course], released=False)
            for number, (row, _) in enumerate(rows):
                row.due_at = now() + timedelta(days=3 + 7 * number)

    def _add_people(self, database: Database, enrolled: bool) -> None:
        with database.write() as session:
            for who, member in MEMBERS.items():
                person = people.ensure_person(session, self.username(who), member.name)
                people.set_password(session, person.id, PASSWORD)
                places: list[str | None] = [None] if member.role == "manager" else []
                if enrolled and member.role != "manager":
                    places = [self.course, *(["python-first-steps-zh"] if member.chinese else [])]
                for place in places:
                    people.ensure_enrolment(
                        session, person.id, Enrolment(role=member.role, institution="demo", course=place)
                    )


def _all_done(database: Database, jobs: list[str]) -> bool:
    with database.read() as session:
        states = session.scalars(select(JobRow.state).where(JobRow.id.in_(jobs))).all()
    assert not {"failed", "cancelled"} & set(states), states
    return set(states) == {"done"}
