"""The words of the assignment flow on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, field_validator

from learnspace_core.models import FileEntry, Job

LearnerState = Literal["not_started", "working", "handed_in", "returned"]
SubmissionState = Literal["handed_in", "grading", "needs_marks", "graded", "returned", "withheld"]


class Question(BaseModel):
    """The marks of one graded cell; ``needs_mark`` says that a person has still to mark it.

    ``id`` is nbgrader's grade id, ``title`` the heading that a learner finds above the cell.
    """

    notebook: str
    id: str
    title: str = ""
    score: float
    max_score: float
    manual: bool
    needs_mark: bool
    comment: str = ""


class Marks(BaseModel):
    """The marks of one submission, in points."""

    score: float
    max_score: float
    questions: list[Question]


class Receipt(BaseModel):
    """Proof of a hand-in: the service's time and the SHA-256 of every file, signed with Ed25519.

    ``signature`` and ``public_key`` are base64; the signature is over the receipt without these two, as JSON with
    sorted keys and no spaces (see ``receipts.py``).
    """

    submission: str
    course: str
    assignment: str
    username: str
    received_at: datetime
    files: list[FileEntry]
    digest: str
    public_key: str = ""
    signature: str = ""


class Submission(BaseModel):
    """One version that a learner handed in."""

    id: str
    received_at: datetime
    late: bool
    state: SubmissionState
    files: list[FileEntry]
    digest: str
    marks: Marks | None = None


class Assignment(BaseModel):
    """A released assignment as one learner sees it; submissions are newest first."""

    course: str
    course_title: str
    name: str
    title: str
    due_at: datetime | None
    state: LearnerState
    max_score: float
    files: list[FileEntry]
    submissions: list[Submission]


class LocalAssignment(Assignment):
    """An assignment together with what stands in the learner's home; ``local_path`` is empty before it is fetched."""

    local_path: str
    local_files: list[FileEntry]


class Fetched(BaseModel):
    """Where an assignment stands in the home, and which of its files were written or were there already."""

    path: str
    notebook: str
    written: list[str]
    kept: list[str]


class TaughtSubmission(BaseModel):
    """The newest submission of one learner as the teacher sees it.

    ``formgrader_id`` is nbgrader's id of the submission in the course's gradebook, empty before it is graded.
    """

    id: str
    username: str
    name: str
    received_at: datetime
    late: bool
    state: SubmissionState
    reason: str = ""
    marks: Marks | None = None
    formgrader_id: str = ""


class TaughtAssignment(BaseModel):
    """An assignment as its teacher sees it: how many learners the course has and who handed in."""

    course: str
    course_title: str
    name: str
    title: str
    due_at: datetime | None
    learners: int
    max_score: float
    submissions: list[TaughtSubmission]
    job: Job | None = None


class DueDate(BaseModel):
    """When an assignment is due; empty means never."""

    due_at: datetime | None

    @field_validator("due_at")
    @classmethod
    def _within_reason(cls, value: datetime | None) -> datetime | None:
        if value is not None and not 2000 <= value.year < 2200:
            raise ValueError("choose a year from 2000 to 2199")
        return value
