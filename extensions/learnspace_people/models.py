"""The words of this feature on the wire: people, courses and roles."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

RoleName = Literal["learner", "teacher", "manager"]
Change = Literal["new_person", "joins", "moves", "stays"]


def _plain(value: str) -> str:
    value = value.strip()
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in value):
        raise ValueError("it has a character that cannot be seen")
    return value


Line = Annotated[str, AfterValidator(_plain)]
"""One line of text that a person typed, without space around it."""
SectionName = Annotated[Line, Field(max_length=60)]
"""A section of a course; empty for who is in none."""


class Enrolment(BaseModel):
    """One role that a person holds: in a course, or (a manager) in a whole institution."""

    role: RoleName
    institution: str
    course: str | None = None
    term: str = ""
    section: str = ""


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

    def staff_of(self) -> list[str]:
        """Return the institutions, sorted, in which the person teaches or that they manage: they may make courses."""
        return sorted({e.institution for e in self.enrolments if e.role in ("teacher", "manager")})


class Course(BaseModel):
    """A course of an institution; anyone who may sign in joins and leaves an ``open_to_all`` one alone."""

    id: str
    title: str
    summary: str = ""
    language: str = "en"
    institution: str
    open_to_all: bool = False


class CourseSettings(BaseModel):
    """What the teachers of a course may change about it."""

    title: Annotated[Line, Field(min_length=1, max_length=300)]
    summary: str = Field("", max_length=2000)
    language: str = Field("en", pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=20)
    open_to_all: bool = False


class NewCourse(CourseSettings):
    """A course to be made; ``template`` is the id of a course to begin with, or empty."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")
    institution: str = Field(max_length=60)
    template: str = Field("", max_length=100)


class Member(BaseModel):
    """Somebody in a course."""

    username: str
    name: str
    section: str = ""


class TaughtCourse(Course):
    """A course as its teachers see it in a list."""

    learners: int
    sections: list[str]


class Choice(BaseModel):
    """Something to choose from: an institution or a template."""

    id: str
    title: str


class TeachingCourses(BaseModel):
    """The courses one teaches, and with what one may make new ones: institutions, and courses to begin with."""

    courses: list[TaughtCourse]
    institutions: list[Choice]
    templates: list[Choice]


class JoinCode(BaseModel):
    """A code with which learners join a course by themselves, until it ends or is taken back."""

    code: str
    section: str
    made_at: datetime
    ends_at: datetime | None


class NewCode(BaseModel):
    """A code to be made."""

    section: SectionName = ""
    ends_at: datetime | None = None


class CourseMembers(BaseModel):
    """Who is in a course, and the codes that are good for it now."""

    teachers: list[Member]
    learners: list[Member]
    codes: list[JoinCode]


class Username(BaseModel):
    """A person, named by the name they sign in with."""

    username: str = Field(max_length=64)


class Moved(BaseModel):
    """Learners, and the section that they come into."""

    usernames: list[str] = Field(max_length=5000)
    section: SectionName


class ClassList(BaseModel):
    """A pasted list: one learner a line, ``username,name,section``, the last two if one likes."""

    text: str = Field(max_length=200_000)
    section: SectionName = ""


class Listed(BaseModel):
    """What one line of a list changes."""

    line: int
    username: str
    name: str
    section: str
    change: Change


class OpenCourse(Course):
    """A course that one may join alone, and how one stands in it."""

    institution_title: str
    learns: bool
    teaches: bool


class TypedCode(BaseModel):
    """A code as somebody typed it."""

    code: str = Field(max_length=100)
