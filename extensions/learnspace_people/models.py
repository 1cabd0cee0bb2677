"""The words of this feature on the wire: people, courses and roles."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

RoleName = Literal["learner", "teacher", "manager"]


class Enrolment(BaseModel):
    """One role that a person holds: in a course, or (a manager) in a whole institution."""

    role: RoleName
    institution: str
    course: str | None = None
    term: str = ""


class Person(BaseModel):
    """Somebody who may sign in. ``id`` never changes and is never used again for another person."""

    id: str
    username: str
    name: str
    enrolments: list[Enrolment] = []

    def has(self, role: RoleName, course: str) -> bool:
        """Tell whether the person holds the role in that course."""
        return any(e.role == role and e.course == course for e in self.enrolments)

    def courses(self, *roles: RoleName) -> list[str]:
        """Return the courses, sorted, in which the person holds one of these roles."""
        return sorted({e.course for e in self.enrolments if e.course and e.role in roles})

    def institutions(self) -> list[str]:
        """Return the institutions, sorted, that the person is a manager of."""
        return sorted({e.institution for e in self.enrolments if e.role == "manager"})


class Course(BaseModel):
    """A course of an institution."""

    id: str
    title: str
    summary: str = ""
    language: str = "en"
    institution: str
