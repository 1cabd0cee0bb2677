"""The words of accommodations: more time or more attempts for one learner or one section."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from learnspace_assignments.models.settings import Moment

MOST_EXTRA_MINUTES = 366 * 24 * 60
MOST_EXTRA_ATTEMPTS = 100


class NewAccommodation(BaseModel):
    """What a teacher grants: to one learner (``username``) or one ``section``, in one assignment or the whole course.

    ``due_at`` replaces the due time, ``extra_minutes`` adds to it. Of several that apply the most generous counts.
    """

    model_config = ConfigDict(extra="forbid")

    username: str | None = None
    section: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)] = ""
    assignment: str | None = None
    due_at: Moment = None
    extra_minutes: int = Field(default=0, ge=0, le=MOST_EXTRA_MINUTES)
    extra_attempts: int = Field(default=0, ge=0, le=MOST_EXTRA_ATTEMPTS)
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)] = ""

    @model_validator(mode="after")
    def _grants_something(self) -> Self:
        if bool(self.username) == bool(self.section):
            raise ValueError("username: name either one learner or one section")
        if self.due_at is not None and self.assignment is None:
            raise ValueError("due_at: a due time is of one assignment; name it, or give extra_minutes for all")
        if self.due_at is None and not self.extra_minutes and not self.extra_attempts:
            raise ValueError("extra_minutes: grant a due time, minutes or attempts")
        return self


class Accommodation(NewAccommodation):
    """An accommodation that was granted; ``name`` is the learner's, empty for a section, ``granted_by`` a username."""

    id: str
    name: str = ""
    granted_by: str
    granted_at: datetime


class CourseLearner(BaseModel):
    """A learner of a course, and the section they are in."""

    username: str
    name: str
    section: str


class Accommodations(BaseModel):
    """All that was granted in a course, newest first, and to whom something can be granted."""

    granted: list[Accommodation]
    learners: list[CourseLearner]
    sections: list[str]
