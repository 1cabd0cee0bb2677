"""What updates replaced in a home, byte for byte: the last few of each assignment can be undone.

One folder each below ``.learnspace/updates/<course>/<assignment>``: the old files as ``0``, ``1``, …, and
``entry.json``, which is written last: without it an entry is not there.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ValidationError

from learnspace_assignments.models import Updated
from learnspace_core.errors import LearnspaceError
from learnspace_core.homeedits import read_file, sha256
from learnspace_core.homefiles import open_folder
from learnspace_core.homestate import keep, remove_folder

FOLDER = ".learnspace/updates"
MOST_ENTRIES = 5
_NAME = re.compile(r"\d{8}T\d{12}-[0-9a-f]{8}")


class Replaced(BaseModel):
    """One file that an update wrote: its SHA-256 before, none if it was not there, and after."""

    path: str
    before: str | None
    after: str


class Entry(BaseModel):
    """One update that was made; its files are in the order in which their copies are numbered."""

    id: str
    from_version: int
    to_version: int
    made_at: datetime
    files: list[Replaced]

    def updated(self) -> Updated:
        """Return what a learner is told of it."""
        return Updated(from_version=self.from_version, to_version=self.to_version, made_at=self.made_at)


class UndoBox:
    """The updates of one assignment in one home. Blocking; to be called away from the event loop.

    Args:
        home: the root of the Jupyter server.
        course: the course's id, good for a path.
        name: the assignment's name, good for a path.
    """

    def __init__(self, home: Path, course: str, name: str) -> None:
        self._home = home
        self._folder = f"{FOLDER}/{course}/{name}"

    def put(self, from_version: int, to_version: int, files: list[tuple[str, bytes | None, bytes]]) -> Entry:
        """Keep the bytes that an update is about to replace: path, bytes before (none for a new file), bytes after."""
        made_at = datetime.now(UTC)
        entry = Entry(
            id=f"{made_at:%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}",
            from_version=from_version,
            to_version=to_version,
            made_at=made_at,
            files=[
                Replaced(path=path, before=None if before is None else sha256(before), after=sha256(after))
                for path, before, after in files
            ],
        )
        for number, (_, before, _) in enumerate(files):
            if before is not None:
                keep(self._home, f"{self._folder}/{entry.id}/{number}", before)
        keep(self._home, f"{self._folder}/{entry.id}/entry.json", entry.model_dump_json().encode())
        return entry

    def newest(self) -> Entry | None:
        """Return the last update."""
        return next(self._entries(), None)

    def bytes_before(self, entry: Entry, number: int) -> bytes:
        """Return what a file held before.

        Raises:
            LearnspaceError: ``undo_damaged``, if the copy is not what was kept.
        """
        content = read_file(self._home, f"{self._folder}/{entry.id}/{number}")
        if content is None or sha256(content) != entry.files[number].before:
            raise LearnspaceError(
                "undo_damaged", f"The copy of {entry.files[number].path} is gone or damaged. Nothing was changed.", 409
            )
        return content

    def remove(self, entry: Entry) -> None:
        """Forget an update."""
        with open_folder(self._home, self._folder.split("/")) as folder:
            remove_folder(folder, entry.id)

    def prune(self) -> None:
        """Forget all updates but the last few."""
        for entry in list(self._entries())[MOST_ENTRIES:]:
            self.remove(entry)

    def _entries(self) -> Iterator[Entry]:
        """Yield the updates, newest first; what cannot be read is none."""
        try:
            with open_folder(self._home, self._folder.split("/")) as folder:
                names = sorted(filter(_NAME.fullmatch, os.listdir(folder)), reverse=True)  # noqa: PTH208
        except (FileNotFoundError, LearnspaceError):
            return
        for name in names:
            try:
                content = read_file(self._home, f"{self._folder}/{name}/entry.json")
                if content is not None:
                    yield Entry.model_validate_json(content)
            except (LearnspaceError, ValidationError):
                continue
