"""When work may come, when it is late and what that costs, for one learner. Pure: no database and no clock.

Everything that shows, gates, marks or writes through a time asks here, so that all of them say the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from learnspace_assignments.models.settings import LatePolicy, Shows, WhenShown, WhyRefused

SECOND = timedelta(seconds=1)
UNITS = {"day": timedelta(days=1), "hour": timedelta(hours=1)}


@dataclass(frozen=True)
class Grant:
    """More time or more attempts, as one accommodation gives them."""

    due_at: datetime | None = None
    extra_minutes: int = 0
    extra_attempts: int = 0


@dataclass(frozen=True)
class Times:
    """The times of an assignment: those of the class, or with ``with_grants`` those of one learner."""

    opens_at: datetime | None = None
    due_at: datetime | None = None
    closes_at: datetime | None = None
    attempts: int | None = None
    late: LatePolicy = field(default_factory=LatePolicy)
    shows: Shows = field(default_factory=Shows)
    extended: bool = False

    def with_grants(self, grants: Iterable[Grant]) -> Times:
        """Return the times with what was granted; the most generous due time and number of attempts count.

        The closing time moves with the due time, so that who has more time also has the same time to be late.
        """
        held = list(grants)
        due, closes = self.due_at, self.closes_at
        if self.due_at is not None:
            due = max([self.due_at, *(_moved(self.due_at, grant) for grant in held)])
            closes = closes + (due - self.due_at) if closes else None
        elif self.closes_at is not None:
            closes = max([self.closes_at, *(_moved(self.closes_at, grant) for grant in held)])
        attempts = self.attempts
        if attempts is not None:
            attempts += max((grant.extra_attempts for grant in held), default=0)
        extended = (due, closes) != (self.due_at, self.closes_at)
        return replace(self, due_at=due, closes_at=closes, attempts=attempts, extended=extended)

    @property
    def ends_at(self) -> datetime | None:
        """The last moment at which work is taken; empty if there is none."""
        ends = [self.closes_at] if self.closes_at else []
        if self.due_at and self.late.kind == "refuse":
            ends.append(self.due_at + timedelta(minutes=self.late.grace_minutes))
        return min(ends, default=None)

    def is_open(self, at: datetime) -> bool:
        """Tell whether learners know of the assignment."""
        return self.opens_at is None or at >= self.opens_at

    def is_late(self, at: datetime) -> bool:
        """Tell whether work that comes then is late; the due second and the minutes of grace are in time."""
        return self.due_at is not None and is_late(self.late, at - self.due_at)

    def percent_off(self, at: datetime) -> float:
        """Return how many percent of its points work loses that comes then."""
        return percent_off(self.late, at - self.due_at) if self.due_at else 0

    def refusal(self, at: datetime, used: int) -> WhyRefused | None:
        """Return why work that comes then, after so many attempts, is not taken; None if it is."""
        if self.closes_at is not None and at - self.closes_at >= SECOND:
            return "closed"
        if self.late.kind == "refuse" and self.is_late(at):
            return "late_not_taken"
        if self.attempts is not None and used >= self.attempts:
            return "no_attempts_left"
        return None

    def shows_now(self, when: WhenShown, at: datetime) -> bool:
        """Tell whether what is shown then may be seen of work that is returned."""
        if when == "after_due":
            return self.due_at is not None and at > self.due_at
        return when == "when_returned"

    def is_over(self, at: datetime) -> bool:
        """Tell whether nobody with these times can hand in any more."""
        return self.ends_at is not None and at - self.ends_at >= SECOND


def is_late(policy: LatePolicy, after_due: timedelta) -> bool:
    """Tell whether work is late that came so long after it was due."""
    return after_due // SECOND > policy.grace_minutes * 60


def percent_off(policy: LatePolicy, after_due: timedelta) -> float:
    """Return how many percent of its points work loses that came so long after it was due."""
    if policy.kind != "penalty" or not is_late(policy, after_due):
        return 0
    started = -(-(after_due // SECOND * SECOND) // UNITS[policy.per])
    return min(policy.max_percent, started * policy.percent)


def points_off(score: float, percent: float) -> float:
    """Return the points that a percentage of a score is, to the hundredth and never more than there are."""
    return min(max(score, 0), round(max(score, 0) * percent / 100, 2))


def _moved(base: datetime, grant: Grant) -> datetime:
    return (grant.due_at or base) + timedelta(minutes=grant.extra_minutes)
