"""Where the files of a check with the grader stand until it is over: apart from what was handed in, and then gone."""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from pathlib import Path

from learnspace_core.blobs import BlobStore
from learnspace_core.models import FileEntry
from learnspace_core.paths import check_path
from learnspace_core.settings import Settings

LONGEST = 24 * 3600
"""Seconds after which files are left-overs of something that was killed."""


class PracticeFiles(BlobStore):
    """The files of one check, in a folder of its own: removing them takes nothing from anybody else.

    Args:
        settings: of this installation.
        practice_id: the check.
    """

    def __init__(self, settings: Settings, practice_id: str) -> None:
        self.directory = settings.state / "practice" / check_path(practice_id)
        self.drafts = self.directory / "drafts"
        self.drafts.mkdir(mode=0o700, parents=True, exist_ok=True)

    def path(self, sha256: str) -> Path:
        """Return where the file of that name stands, or would stand."""
        return self.directory / super().path(sha256).name

    def paths(self, files: list[FileEntry]) -> dict[str, Path]:
        """Return where each file stands, by the path that it has for the learner."""
        return {file.path: self.path(file.sha256) for file in files}

    def remove(self) -> None:
        """Remove all of them, and what is left of checks that never ended."""
        shutil.rmtree(self.directory, ignore_errors=True)
        for folder in self.directory.parent.iterdir():
            # Another check may take its own away at this moment.
            with suppress(OSError):
                if folder.stat().st_mtime < time.time() - LONGEST:
                    shutil.rmtree(folder)
