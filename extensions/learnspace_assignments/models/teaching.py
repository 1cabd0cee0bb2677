"""What a teacher reads: who handed in what."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from learnspace_assignments.models.assignments import Marks, SubmissionState
from learnspace_assignments.models.teams import TeamMember
from learnspace_core.models import Job

ReleaseState = Literal["not_released", "scheduled", "open", "closed"]
"""By the service's clock: ``scheduled`` is released and opens later."""


class TaughtSubmission(BaseModel):
    """What one learner handed in last, as the teacher sees it.

    ``student`` is the learner's name in the gradebook, ``formgrader_id`` nbgrader's id of the submission there, empty
    before it is graded. ``extended`` says that the learner has more time than the class. ``again_at`` is when the same
    bytes came again after another version, and so count again. A team's submission names the ``team`` and the
    ``members`` it counts for, and stands in the gradebook under ``student`` and under each of them. ``marks`` of
    returned work are those its learner has; ``marks_since`` stands beside them if they were changed since.
    """

    id: str
    username: str
    student: str
    name: str
    received_at: datetime
    again_at: datetime | None = None
    late: bool
    extended: bool = False
    state: SubmissionState
    reason: str = ""
    reason_code: str = ""
    marks: Marks | None = None
    marks_since: Marks | None = None
    formgrader_id: str = ""
    team: str = ""
    members: list[TeamMember] = []


class TaughtAssignment(BaseModel):
    """An assignment as its teacher sees it: how many learners the course has and who handed in.

    ``version`` counts the versions that were released. ``isolated`` says whether what was handed in runs in containers
    while it is graded; where it does not, a notebook can read what the grader can. ``reads_marks`` says that the
    gradebook was written, as by a teacher who marks by hand, and is being read: look again in a moment.
    ``marks_unread`` says that it could not be read the last time: marks may be older than those in the gradebook.
    """

    course: str
    course_title: str
    name: str
    title: str
    release: ReleaseState
    version: int
    due_at: datetime | None
    learners: int
    max_score: float
    submissions: list[TaughtSubmission]
    isolated: bool
    reads_marks: bool = False
    marks_unread: bool = False
    job: Job | None = None
