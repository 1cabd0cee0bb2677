"""Who a space is for: read from the rosters each time a space starts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tornado import web

from learnspace_core.database import Database
from learnspace_core.homes import course_directories
from learnspace_core.labstatic import find_lab_static
from learnspace_core.settings import PREFIX, Settings
from learnspace_people.store import find_person, student_of


@dataclass(frozen=True)
class Tenant:
    """The person of a space; ``id`` and ``student`` are never used again for another person, unlike ``username``."""

    id: str
    username: str
    student: str
    teaches: tuple[str, ...]

    @property
    def role(self) -> str:
        """``teacher`` if the person teaches any course, else ``learner``."""
        return "teacher" if self.teaches else "learner"


class SpaceRefused(web.HTTPError):
    """No space is started; the message is shown to the person."""

    def __init__(self, message: str) -> None:
        super().__init__(403, message)
        self.jupyterhub_message = message


def read_tenant(database: Database, username: str) -> Tenant:
    """Return the person of that username as the rosters have them now.

    Raises:
        SpaceRefused: the person is on no roster.
    """
    with database.read() as session:
        person = find_person(session, username)
        if person is None or not person.enrolments:
            raise SpaceRefused(
                f"{username} is on no roster yet. Join an open course on the page Courses, "
                "or ask your teacher to add you."
            )
        student = student_of(session, person.id)
    return Tenant(person.id, person.username, student, tuple(person.courses("teacher")))


def taught_directories(settings: Settings, tenant: Tenant) -> dict[str, Path]:
    """Return course to directory for the courses the person teaches and that have a directory."""
    return course_directories(settings, tenant.teaches)


def space_environment(tenant: Tenant, service_origin: str, settings: Settings) -> dict[str, str]:
    """Return the environment that every space is given, whatever it runs in."""
    lab = find_lab_static()
    return {
        "LEARNSPACE_SHARED_LAB": lab.url if lab else "",
        "LEARNSPACE_SERVICE_URL": f"{service_origin}{PREFIX}",
        "LEARNSPACE_ROLE": tenant.role,
        "LEARNSPACE_PERSON": tenant.id,
        "LEARNSPACE_COURSES": ",".join(tenant.teaches),
        "LEARNSPACE_NBGRADER_PANELS": settings.spaces.nbgrader_panels,
    }
