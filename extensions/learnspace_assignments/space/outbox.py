"""The outbox of a space: hand-ins that have not arrived, each with the exact bytes of its moment.

One folder each below ``.learnspace/outbox`` in the home: ``entry.json``, and the files as ``0``, ``1``, … in its order.
An entry is copied into a draft, synced, and named by a rename, so that it is there whole or not at all.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import secrets
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ValidationError

from learnspace_assignments.models import Refusal
from learnspace_core.digests import digest_of
from learnspace_core.errors import LearnspaceError, NotFound
from learnspace_core.homefiles import CHUNK, open_file, open_folder, sha256_of
from learnspace_core.homestate import empty_folder, full_home_is_said, names_in, remove_folder, write_new, write_over
from learnspace_core.models import FileEntry

FOLDER = ".learnspace/outbox"
MOST_ENTRIES = 20
MOST_BYTES = 500_000_000
_NAME = re.compile(r"\d{8}-[0-9a-f]{8}")
_LARGEST_ENTRY = 1_000_000

log = logging.getLogger(__name__)


class Entry(BaseModel):
    """One hand-in that waits; ``refused`` is why the service will not take it, kept until the learner has read it."""

    id: str
    course: str
    assignment: str
    queued_at: datetime
    files: list[FileEntry]
    digest: str
    refused: Refusal | None = None

    @property
    def size(self) -> int:
        """How many bytes its files have."""
        return sum(file.size for file in self.files)

    def parts(self) -> list[tuple[str, str]]:
        """Return of each file its path in the hand-in, and where its copy stands below the home."""
        return [(file.path, f"{FOLDER}/{self.id}/{number}") for number, file in enumerate(self.files)]


class Outbox:
    """The outbox below one home. Blocking; to be called away from the event loop.

    Args:
        home: the root of the Jupyter server.
        most_entries: how many hand-ins it holds.
        most_bytes: how many bytes their files have together.
    """

    def __init__(self, home: Path, most_entries: int = MOST_ENTRIES, most_bytes: int = MOST_BYTES) -> None:
        self.home = home
        self._most_entries = most_entries
        self._most_bytes = most_bytes
        self._lock = threading.Lock()

    def put(self, course: str, assignment: str, folder: str, paths: list[str]) -> tuple[Entry, bool]:
        """Copy the files; return their entry, synced to the disk, and whether it is a new one.

        The bytes that were put last for the assignment and still wait are not put again: their entry is returned, and
        tried anew if it was refused.

        Raises:
            LearnspaceError: ``outbox_full``, ``disk_full``, ``not_a_folder``, ``not_a_regular_file``.
        """
        with self._lock, full_home_is_said(), open_folder(self.home, FOLDER.split("/"), make=True) as outbox:
            held = self.entries()
            draft = f".{secrets.token_hex(8)}.draft"
            os.mkdir(draft, 0o700, dir_fd=outbox)
            try:
                with open_folder(self.home, [*FOLDER.split("/"), draft]) as inner:
                    room = self._most_bytes - sum(entry.size for entry in held)
                    files = [self._copy(inner, number, folder, path, room) for number, path in enumerate(paths)]
                    entry = Entry(
                        id=f"{_number_after(held):08d}-{secrets.token_hex(4)}",
                        course=course,
                        assignment=assignment,
                        queued_at=datetime.now(UTC),
                        files=files,
                        digest=digest_of(files),
                    )
                    newest = next((one for one in reversed(held) if _of(one) == (course, assignment)), None)
                    if newest and newest.digest == entry.digest:
                        return (self._write(newest, None) if newest.refused else newest), False
                    if len(held) >= self._most_entries or entry.size > room:
                        raise _full(len(held))
                    write_new(inner, "entry.json", entry.model_dump_json().encode())
                    os.fsync(inner)
                os.rename(draft, entry.id, src_dir_fd=outbox, dst_dir_fd=outbox)
                os.fsync(outbox)
            finally:
                empty_folder(outbox, draft)
            return entry, True

    def entries(self) -> list[Entry]:
        """Return what waits, oldest first; what is no entry of ours is passed over."""
        found = []
        with suppress(FileNotFoundError), open_folder(self.home, FOLDER.split("/")) as outbox:
            for name in names_in(outbox):
                if _NAME.fullmatch(name):
                    with suppress(NotFound):
                        found.append(self.get(name))
        return found

    def get(self, entry_id: str) -> Entry:
        """Return one entry.

        Raises:
            NotFound: if there is none, or it cannot be read.
        """
        if not _NAME.fullmatch(entry_id):
            raise NotFound("The hand-in")
        try:
            with open_file(self.home, f"{FOLDER}/{entry_id}/entry.json") as file:
                entry = Entry.model_validate_json(file.read(_LARGEST_ENTRY))
        except FileNotFoundError as error:
            raise NotFound("The hand-in") from error
        except (OSError, LearnspaceError, ValidationError) as error:
            log.warning("%s/%s cannot be read: %s", FOLDER, entry_id, error)
            raise NotFound("The hand-in") from error
        if entry.id != entry_id:
            raise NotFound("The hand-in")
        return entry

    def is_whole(self, entry: Entry) -> bool:
        """Tell whether the copies are still the bytes that were put: anyone in the space can reach them."""
        try:
            here = [sha256_of(self.home, place) for _, place in entry.parts()]
        except (OSError, LearnspaceError):
            return False
        return here == [file.sha256 for file in entry.files] and digest_of(entry.files) == entry.digest

    def refuse(self, entry: Entry, refused: Refusal | None) -> Entry:
        """Keep why the service will not take the entry, or forget it and let it wait again."""
        with self._lock:
            return self._write(entry, refused)

    def remove(self, entry_id: str) -> None:
        """Remove an entry; one that is gone already is gone."""
        with suppress(FileNotFoundError), open_folder(self.home, FOLDER.split("/")) as outbox:
            remove_folder(outbox, entry_id)

    def sweep(self) -> None:
        """Remove what an interrupted copy or removal left behind."""
        with suppress(FileNotFoundError), open_folder(self.home, FOLDER.split("/")) as outbox:
            for name in names_in(outbox):
                if name.endswith((".draft", ".gone")):
                    empty_folder(outbox, name)

    def _write(self, entry: Entry, refused: Refusal | None) -> Entry:
        changed = entry.model_copy(update={"refused": refused})
        with suppress(FileNotFoundError), open_folder(self.home, [*FOLDER.split("/"), entry.id]) as inner:
            write_over(inner, "entry.json", changed.model_dump_json().encode())
        return changed

    def _copy(self, inner: int, number: int, folder: str, path: str, room: int) -> FileEntry:
        """Copy one file into the open folder, synced."""
        digest, size = hashlib.sha256(), 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with (
            open_file(self.home, f"{folder}/{path}") as source,
            os.fdopen(os.open(str(number), flags, 0o600, dir_fd=inner), "wb") as copy,
        ):
            while piece := source.read(CHUNK):
                size += len(piece)
                if size > room:
                    raise _full(0)
                digest.update(piece)
                copy.write(piece)
            copy.flush()
            os.fsync(copy.fileno())
        return FileEntry(path=path, sha256=digest.hexdigest(), size=size)


def _of(entry: Entry) -> tuple[str, str]:
    return entry.course, entry.assignment


def _number_after(held: list[Entry]) -> int:
    """Count up from the newest entry: the clock of a space may go back, the order of hand-ins may not."""
    return max((int(entry.id[:8]) for entry in held), default=0) + 1


def _full(held: int) -> LearnspaceError:
    waiting = f"{held} hand-ins wait to be sent already" if held else "These files have no room among what waits"
    return LearnspaceError(
        "outbox_full",
        f"{waiting}, so nothing more can wait in your space. Withdraw one, or try again when the platform is back.",
        507,
    )
