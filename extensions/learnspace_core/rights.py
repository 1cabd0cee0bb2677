"""The right to a verb: asked of ``learnspace_people``, checked beside each verb in a feature's ``service.py``."""

from __future__ import annotations

from learnspace_core.errors import Forbidden, NotFound
from learnspace_people.models import Person, RoleName


def require_member(person: Person, course: str) -> None:
    """Refuse people who hold no role in the course; to them it does not exist.

    Raises:
        NotFound: so that a stranger learns nothing about other courses.
    """
    if course not in person.courses("learner", "teacher"):
        raise NotFound("The course")


def require_role(person: Person, role: RoleName, course: str) -> None:
    """Refuse people who do not hold the role in the course.

    Raises:
        NotFound: if the person has nothing to do with the course.
        Forbidden: if the person is in the course with another role.
    """
    require_member(person, course)
    if not person.has(role, course):
        raise Forbidden(f"Only a {role} of this course may do this.")


def require_manager(person: Person) -> list[str]:
    """Return the institutions the person manages.

    Raises:
        Forbidden: if there is none.
    """
    institutions = person.institutions()
    if not institutions:
        raise Forbidden("Only a manager may see this.")
    return institutions
