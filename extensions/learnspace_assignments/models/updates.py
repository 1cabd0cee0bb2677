"""What is said of a released assignment that was mended: its versions, the update a learner is offered, its preview."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from learnspace_core.models import FileEntry

Choice = Literal["theirs", "mine", "both"]
CellChange = Literal["changed", "both_changed", "added", "removed", "removed_there", "removed_here", "moved"]
FileChange = Literal["added", "replaced", "beside", "merged", "unreadable"]


class Version(BaseModel):
    """One released version of an assignment; ``note`` says in the teacher's words what changed."""

    number: int
    note: str
    released_at: datetime
    files: list[FileEntry]


class TaughtVersion(BaseModel):
    """A version as a teacher sees it: ``learners`` is how many have it now."""

    number: int
    note: str
    released_at: datetime
    max_score: float
    learners: int


class VersionNote(BaseModel):
    """What changed in a version, in the teacher's words."""

    note: str = Field(default="", max_length=2000)


class UpdateOffer(BaseModel):
    """A newer version than the learner has; ``note`` has the notes of all versions since theirs, oldest first."""

    number: int
    note: str
    released_at: datetime


class Updated(BaseModel):
    """An update that was made in the home and can be undone."""

    from_version: int
    to_version: int
    made_at: datetime


class CellDifference(BaseModel):
    """One cell that the new version has otherwise.

    ``heading`` stands above it; ``mine`` and ``theirs`` are the texts, empty where there is no such cell, and cut when
    they are very long. ``counts_theirs`` says that in grading the platform's own version of the cell is put in place of
    the learner's. ``chosen`` is what is done if nothing is chosen.
    """

    key: str
    notebook: str
    kind: CellChange
    cell_type: str
    heading: str
    mine: str
    theirs: str
    counts_theirs: bool
    choices: list[Choice]
    chosen: Choice


class FileDifference(BaseModel):
    """What an update does with one file: ``beside`` writes the new one as ``place``, ``unreadable`` leaves it alone.

    ``reason`` says why a notebook cannot be merged.
    """

    path: str
    kind: FileChange
    place: str
    reason: str = ""


class UpdatePreview(BaseModel):
    """What an update would do; ``seen`` stands for the files as they were when it was worked out."""

    from_version: int
    to_version: int
    note: str
    seen: str
    cells: list[CellDifference]
    files: list[FileDifference]


class UpdateChoices(BaseModel):
    """What a learner chose in a preview, by the keys of its cells; what is not named is as the preview has it."""

    seen: str = Field(max_length=64)
    choices: dict[str, Choice] = Field(default={}, max_length=10_000)


class UpdateDone(BaseModel):
    """What an update or its undoing wrote in the assignment's folder; ``kept`` was saved under another name."""

    version: int
    written: list[str]
    kept: list[str]
