"""The words of when work is graded: on demand, when it is due or as it comes; and of what waits for whom."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

WhenGraded = Literal["on_demand", "at_due", "on_hand_in"]
WaitsFor = Literal["", "teacher", "grader", "due_time"]
"""``grader``: it is graded without anybody asking, now. ``due_time``: that begins when it is due, or what it earned is
shown then. ``teacher``: a person has to look at it, or to return it. Empty: it waits for nobody."""


class GradingPolicy(BaseModel):
    """When work is graded, and whether marks and feedback then go back without a teacher.

    ``on_demand`` is when a teacher says so, ``at_due`` when it is due for that learner with all that was granted to
    them, ``on_hand_in`` at once. With ``returns``, what needs no person is returned as soon as it is graded; an answer
    that is marked by hand, or work that was withheld, waits for a teacher.
    """

    model_config = ConfigDict(extra="forbid")

    when: WhenGraded = "on_demand"
    returns: bool = False

    @model_validator(mode="after")
    def _returned_by_whom(self) -> Self:
        if self.returns and self.when == "on_demand":
            raise ValueError("returns: what is graded on demand is returned on demand; choose at_due or on_hand_in")
        return self
