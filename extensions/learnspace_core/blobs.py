"""Bytes stored under their own SHA-256, on disk before they are acknowledged."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from learnspace_core.errors import LearnspaceError

CHUNK = 1 << 20


class Blob(NamedTuple):
    """What was stored: the SHA-256 in hexadecimal, and the size in bytes."""

    sha256: str
    size: int


class BlobStore:
    """A directory of immutable files named by their content, ``ab/abcdef…``.

    Writing the same bytes twice stores them once. A reader never sees a half-written blob: bytes go to a draft, are
    synced, and get their name by a rename in a directory that is synced too.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.drafts = directory / "drafts"
        self.drafts.mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, content: bytes | BinaryIO, limit: int | None = None) -> Blob:
        """Store the bytes and return their name; they are on disk when this returns.

        Args:
            content: the bytes, or a binary file read from where it stands.
            limit: most bytes to take; more raise ``too_large`` and nothing is kept.

        Raises:
            LearnspaceError: ``too_large`` (413) or ``disk_full`` (507).
        """
        pieces: Iterable[bytes] = (content,) if isinstance(content, bytes) else iter(lambda: content.read(CHUNK), b"")
        draft = self.drafts / secrets.token_hex(16)
        digest, size = hashlib.sha256(), 0
        try:
            with draft.open("xb") as file:
                for piece in pieces:
                    size += len(piece)
                    if limit is not None and size > limit:
                        raise LearnspaceError(
                            "too_large", f"The file is larger than the limit of {limit} bytes. Make it smaller.", 413
                        )
                    digest.update(piece)
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            name = digest.hexdigest()
            path = self.path(name)
            if not path.exists():
                if not path.parent.exists():
                    path.parent.mkdir(mode=0o700, exist_ok=True)
                    _sync_directory(self.directory)
                draft.replace(path)
                _sync_directory(path.parent)
            return Blob(name, size)
        except OSError as error:
            raise LearnspaceError(
                "disk_full",
                "The platform cannot store the file now; nothing was kept. Your own copy is safe: try again later.",
                507,
            ) from error
        finally:
            draft.unlink(missing_ok=True)

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


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
