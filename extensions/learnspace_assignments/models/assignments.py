"""What a learner reads: an assignment, a submission with its receipt, its marks."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from learnspace_assignments.models.handin import QueuedHandIn
from learnspace_assignments.models.practice import PracticePolicy
from learnspace_assignments.models.settings import Terms
from learnspace_assignments.models.teams import Team
from learnspace_assignments.models.updates import Updated, UpdateOffer
from learnspace_assignments.models.whengraded import GradingPolicy, WaitsFor
from learnspace_core.models import FileEntry

LearnerState = Literal["not_started", "working", "handed_in", "returned"]
SubmissionState = Literal["handed_in", "grading", "needs_marks", "graded", "returned", "withheld"]


class Question(BaseModel):
    """The marks of one graded cell; ``needs_mark`` says that a person has still to mark it.

    ``id`` is nbgrader's grade id, ``title`` the heading that a learner finds above the cell. ``messages`` is what the
    tests said that did not pass, as plain text; a hidden test says only that it did not pass.
    """

    notebook: str
    id: str
    title: str = ""
    score: float
    max_score: float
    manual: bool
    needs_mark: bool
    comment: str = ""
    messages: list[str] = []


RepairKind = Literal[
    "signs",
    "marks_found",
    "foreign",
    "twins",
    "marks_changed",
    "retyped",
    "text_restored",
    "answer_missing",
    "brought_back",
    "moved",
]


class Repair(BaseModel):
    """What was mended in a notebook before it was graded; ``id`` is nbgrader's name of the cell, if it has one.

    ``signs``: half letters were replaced. ``marks_found``: nbgrader's marks were lost and are back. ``foreign``: marks
    of another assignment were taken away. ``twins``: of several cells with the same marks, the last counts.
    ``marks_changed``: marks were not those of the assignment, and are again. ``retyped``: code was text, or the other
    way round. ``text_restored``: a cell of the teacher's had another text. ``answer_missing``: there is no cell for the
    answer. ``brought_back``: a cell of the teacher's was missing. ``moved``: a test stood above its answer.
    """

    kind: RepairKind
    notebook: str = ""
    id: str = ""
    title: str = ""


class Remark(BaseModel):
    """What was written about an answer that has no points of its own, since they are given for the tests below it.

    ``id`` is the grade id of the answer's cell, ``title`` the heading above it.
    """

    notebook: str
    id: str
    title: str = ""
    comment: str


class Marks(BaseModel):
    """The marks of one submission, in points; ``score`` is what is left after the ``penalty`` for being late.

    ``repairs`` is what was mended in its notebooks first.
    """

    score: float
    max_score: float
    penalty: float = 0
    questions: list[Question]
    repairs: list[Repair] = []
    remarks: list[Remark] = []

    def without_words(self) -> Marks:
        """Return the points alone: comments and messages are feedback, which may be shown later than marks."""
        bare = [question.model_copy(update={"comment": "", "messages": []}) for question in self.questions]
        return self.model_copy(update={"questions": bare, "remarks": []})


class Receipt(BaseModel):
    """Proof of a hand-in: the service's time and the SHA-256 of every file, signed with Ed25519.

    ``received_at`` is the service's own time and the one that counts. ``queued_at`` is when the learner's space says
    that it was handed in there, if it had to wait; the signature says no more than that the space said so.
    ``taken_over_at`` stands where the submission came with a course from elsewhere, and ``received_at`` is what was
    written there; the signature says no more than that it was written there then.
    ``username`` is who handed in; ``team`` and ``members``, usernames, stand where it was for a team.
    ``signature`` and ``public_key`` are base64; the signature is over the receipt without these two and without what
    is null, as JSON with sorted keys and no spaces (see ``receipts.py``).
    """

    submission: str
    course: str
    assignment: str
    username: str
    team: str | None = None
    members: list[str] | None = None
    received_at: datetime
    queued_at: datetime | None = None
    taken_over_at: datetime | None = None
    files: list[FileEntry]
    digest: str
    public_key: str = ""
    signature: str = ""


class Submission(BaseModel):
    """One version that a learner handed in; ``feedback`` says that there is some and that it may be read now.

    ``again_at`` is when the same bytes came again after another version, and so count again. ``returned_at`` is when
    the marks or the feedback that may be read now were given. ``pages`` is notebook to
    SHA-256 of its page of feedback, as long as that may be read. ``waits_for`` says of the version of an assignment
    that counts what has to happen before it is returned. ``by`` is the name of who handed in
    for the team, empty for work that was handed in alone.
    """

    id: str
    by: str = ""
    received_at: datetime
    again_at: datetime | None = None
    queued_at: datetime | None = None
    returned_at: datetime | None = None
    late: bool
    state: SubmissionState
    files: list[FileEntry]
    digest: str
    marks: Marks | None = None
    feedback: bool = False
    pages: dict[str, str] = {}
    waits_for: WaitsFor = ""


class Assignment(Terms):
    """A released assignment as one learner sees it, with their own times; of the submissions the first counts.

    ``solution`` says that the solution may be read now. ``version`` is the newest, ``fetched_version`` the one that the
    learner has, 0 before they fetched any. ``team_size`` is 1 for work that is done alone; else ``team`` is the one
    that the learner is in, and attempts are the team's.
    """

    course: str
    course_title: str
    name: str
    title: str
    state: LearnerState
    max_score: float
    files: list[FileEntry]
    submissions: list[Submission]
    solution: bool = False
    grading: GradingPolicy = GradingPolicy()
    practice: PracticePolicy = PracticePolicy()
    version: int = 0
    fetched_version: int = 0
    update: UpdateOffer | None = None
    team_size: int = 1
    team_signup: bool = False
    team: Team | None = None


class LocalAssignment(Assignment):
    """An assignment together with what stands in the learner's home; ``local_path`` is empty before it is fetched.

    ``queued`` is what was handed in there and has not arrived, oldest first; ``missing`` names the files of the
    assignment that are not there; ``updated`` is the last update, which can be undone.
    """

    local_path: str
    local_files: list[FileEntry]
    queued: list[QueuedHandIn] = Field(default_factory=list)
    missing: list[str] = Field(default_factory=list)
    updated: Updated | None = None


class Fetched(BaseModel):
    """Where an assignment stands in the home, and which of its files were written or were there already."""

    path: str
    notebook: str
    written: list[str]
    kept: list[str]
