"""Bytes stored under their own SHA-256, on disk before they are acknowledged."""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from learnspace_core.errors import LearnspaceError, disk_full

CHUNK = 1 << 20


class Blob(NamedTuple):
    """What was stored: the SHA-256 in hexadecimal, and the size in bytes."""

    sha256: str
    size: int


class Draft:
    """Bytes on their way into the store; nobody sees them before :meth:`BlobStore.keep`."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / secrets.token_hex(16)
        self._digest = hashlib.sha256()
        self._size = 0
        self._file = self.path.open("xb", buffering=0)
        self._kept = False

    def write(self, piece: bytes | bytearray) -> None:
        """Add bytes."""
        self._digest.update(piece)
        self._size += len(piece)
        left = memoryview(piece)
        while left:
            left = left[self._file.write(left) :]

    def finish(self) -> Blob:
        """Bring the bytes to the disk and return what they are called once they are kept."""
        os.fsync(self._file.fileno())
        self._file.close()
        return Blob(self._digest.hexdigest(), self._size)

    def keep_as(self, path: Path) -> None:
        """Give the finished draft its name."""
        self.path.replace(path)
        self._kept = True

    def discard(self) -> None:
        """Remove the draft, unless it was kept."""
        self._file.close()
        if not self._kept:
            self.path.unlink(missing_ok=True)


class BlobStore:
    """A directory of immutable files named by their content, ``ab/abcdef…``.

    Writing the same bytes twice stores them once. A reader never sees a half-written blob: bytes go to a draft, are
    synced, and get their name by a rename in a directory that is synced too.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.drafts = directory / "drafts"
        self.drafts.mkdir(mode=0o700, parents=True, exist_ok=True)
        # All of them now: a blob that is kept needs no new directory, and so no sync of this one.
        if not (directory / "ff").exists():
            for number in range(256):
                (directory / f"{number:02x}").mkdir(mode=0o700, exist_ok=True)
            _sync_directory(directory)

    def put(self, content: bytes | BinaryIO, limit: int | None = None) -> Blob:
        """Store the bytes and return their name; they are on disk when this returns.

        Args:
            content: the bytes, or a binary file read from where it stands.
            limit: most bytes to take; more raise ``too_large`` and nothing is kept.

        Raises:
            LearnspaceError: ``too_large`` (413) or ``disk_full`` (507).
        """
        pieces: Iterable[bytes] = (content,) if isinstance(content, bytes) else iter(lambda: content.read(CHUNK), b"")
        size = 0
        with self.drafting(), full_disk_named():
            draft = Draft(self.drafts)
            try:
                for piece in pieces:
                    size += len(piece)
                    if limit is not None and size > limit:
                        raise LearnspaceError(
                            "too_large", f"The file is larger than the limit of {limit} bytes. Make it smaller.", 413
                        )
                    draft.write(piece)
                blob = draft.finish()
                self.keep([(draft, blob)])
            finally:
                draft.discard()
        return blob

    def keep(self, finished: list[tuple[Draft, Blob]]) -> None:
        """Give finished drafts their names; they are on disk when this returns."""
        directories = set()
        for draft, blob in finished:
            path = self.path(blob.sha256)
            directories.add(path.parent)
            if not path.exists():
                draft.keep_as(path)
        # Also where the blob was there already: whoever put it there may not have come to this line yet.
        for directory in directories:
            _sync_directory(directory)

    @contextmanager
    def drafting(self) -> Iterator[None]:
        """Say that drafts of this store are being written, so that no starting process takes them for left-overs."""
        with _locked(self.drafts, fcntl.LOCK_SH):
            yield

    def remove_leftovers(self) -> None:
        """Remove the drafts of processes that were killed; if somebody writes drafts now, the next start does it."""
        try:
            with _locked(self.drafts, fcntl.LOCK_EX | fcntl.LOCK_NB):
                for path in self.drafts.iterdir():
                    path.unlink()
        except BlockingIOError:
            return

    def path(self, sha256: str) -> Path:
        """Return where the blob of that name stands, or would stand."""
        if len(sha256) != 64 or not all(c in "0123456789abcdef" for c in sha256):
            raise ValueError("not a SHA-256 in lower-case hexadecimal")
        return self.directory / sha256[:2] / sha256

    def read(self, sha256: str) -> bytes:
        """Return the whole blob."""
        return self.path(sha256).read_bytes()

    def stream(self, sha256: str) -> Iterator[bytes]:
        """Yield the blob piece by piece."""
        with self.path(sha256).open("rb") as file:
            while piece := file.read(CHUNK):
                yield piece


@contextmanager
def full_disk_named() -> Iterator[None]:
    """Turn what the disk refuses into ``disk_full`` (507)."""
    try:
        yield
    except OSError as error:
        raise disk_full() from error


@contextmanager
def _locked(directory: Path, how: int) -> Iterator[None]:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
