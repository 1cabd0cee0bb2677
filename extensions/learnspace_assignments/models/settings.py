"""The words of an assignment's settings: its times, what late work costs, how often, and what is shown when."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from learnspace_assignments.models.practice import PracticePolicy
from learnspace_assignments.models.whengraded import GradingPolicy

LateKind = Literal["accept", "penalty", "refuse"]
WhenShown = Literal["when_returned", "after_due", "never"]
WhyRefused = Literal["closed", "late_not_taken", "no_attempts_left", "no_team"]

LONGEST_GRACE = 7 * 24 * 60
"""Minutes."""
MOST_ATTEMPTS = 1000
LARGEST_TEAM = 50


def within_reason(value: datetime | None) -> datetime | None:
    """Return a time that has a zone and a year that somebody can mean.

    Raises:
        ValueError: saying what is wrong with it.
    """
    if value is None:
        return None
    if not 2000 <= value.year < 2200:
        raise ValueError("choose a year from 2000 to 2199")
    if value.tzinfo is None:
        raise ValueError("the time needs a zone, such as 2026-11-24T18:00:00+08:00")
    return value


Moment = Annotated[datetime | None, AfterValidator(within_reason)]


def one_line(value: str) -> str:
    """Return text without needless spaces.

    Raises:
        ValueError: if nothing is left of it, or something in it cannot be seen.
    """
    text = " ".join(value.split())
    if not text or not text.isprintable():
        raise ValueError("write a line of text")
    return text


class LatePolicy(BaseModel):
    """What happens to work that comes after its due time.

    ``accept`` takes it, ``refuse`` does not, ``penalty`` takes ``percent`` off the points that were earned, for each
    ``per`` that has started since the due time, at most ``max_percent``. A day has 24 hours. What comes within
    ``grace_minutes`` is in time; what comes after them is as late as its due time says.
    """

    model_config = ConfigDict(extra="forbid")

    kind: LateKind = "accept"
    percent: float = Field(default=0, ge=0, le=100)
    per: Literal["day", "hour"] = "day"
    max_percent: float = Field(default=100, ge=0, le=100)
    grace_minutes: int = Field(default=0, ge=0, le=LONGEST_GRACE)

    @model_validator(mode="after")
    def _costs_something(self) -> Self:
        if self.kind == "penalty" and self.percent == 0:
            raise ValueError("percent: a penalty needs a percentage above 0")
        if self.kind == "penalty" and self.max_percent < self.percent:
            raise ValueError("max_percent: must not be below percent")
        return self


class Shows(BaseModel):
    """What learners may see of graded work, and from when on.

    ``when_returned`` is as soon as the teacher returns it, ``after_due`` is then too but not before the work is due
    for that learner. Solutions wait, whatever is chosen, until nobody can hand in any more.
    """

    model_config = ConfigDict(extra="forbid")

    marks: WhenShown = "when_returned"
    feedback: WhenShown = "when_returned"
    solutions: WhenShown = "never"

    @model_validator(mode="after")
    def _feedback_tells_marks(self) -> Self:
        order = ("when_returned", "after_due", "never")
        if order.index(self.feedback) < order.index(self.marks):
            raise ValueError("feedback: it tells the marks of each question, so it cannot be shown before marks")
        return self


class AssignmentSettings(BaseModel):
    """All that a teacher decides about an assignment. Every field is sent; an empty time is none."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(max_length=300), AfterValidator(one_line)]
    opens_at: Moment
    due_at: Moment
    closes_at: Moment
    late: LatePolicy
    attempts: int | None = Field(ge=1, le=MOST_ATTEMPTS)
    shows: Shows
    team_size: int = Field(ge=1, le=LARGEST_TEAM)
    team_signup: bool
    grading: GradingPolicy = GradingPolicy()
    practice: PracticePolicy = PracticePolicy()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.opens_at and self.due_at and self.due_at <= self.opens_at:
            raise ValueError("due_at: must be after opens_at")
        if self.due_at and self.closes_at and self.closes_at < self.due_at:
            raise ValueError("closes_at: must not be before due_at")
        if self.opens_at and self.closes_at and self.closes_at <= self.opens_at:
            raise ValueError("closes_at: must be after opens_at")
        if self.due_at is None and self.late.kind != "accept":
            raise ValueError("late: nothing is late without due_at; set it, or accept late work")
        if self.due_at is None and "after_due" in (self.shows.marks, self.shows.feedback):
            raise ValueError("shows: after_due needs due_at")
        if self.due_at is None and self.grading.when == "at_due":
            raise ValueError("grading: at_due needs due_at")
        ends = self.closes_at is not None or self.late.kind == "refuse"
        if self.shows.solutions != "never" and not ends:
            raise ValueError("shows.solutions: learners can hand in without end; set closes_at, or refuse late work")
        return self


class Terms(BaseModel):
    """Until when and how often one learner may hand in an assignment, with all that was granted to them.

    ``extended`` says that they have more time than the class. ``late_now`` says that handing in at the moment of the
    answer is late, ``late_percent_now`` how much of the points it takes off. ``refusal`` is why nothing can be handed
    in at that moment, if so. ``attempts`` and ``attempts_left`` are empty when there is no limit.
    """

    opens_at: datetime | None = None
    due_at: datetime | None = None
    closes_at: datetime | None = None
    extended: bool = False
    late_policy: LatePolicy = LatePolicy()
    attempts: int | None = None
    attempts_left: int | None = None
    late_now: bool = False
    late_percent_now: float = 0
    refusal: WhyRefused | None = None
