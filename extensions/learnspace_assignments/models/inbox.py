"""What waits for a teacher, over all courses."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

WaitingKind = Literal["withheld", "to_grade", "to_mark", "to_answer", "to_return"]


class Waiting(BaseModel):
    """One thing that waits: so many submissions of an assignment, or one learner's message.

    ``since`` is when the oldest of them came. ``username`` and ``person`` name the learner of a message.
    """

    kind: WaitingKind
    course: str
    course_title: str
    name: str
    title: str
    count: int
    since: datetime
    username: str = ""
    person: str = ""
    question_title: str = ""
