"""Who may do what at once in a course's directory: many grade, one writes the gradebook, nobody grades while one makes.

Locks on ranges of one file, held by an open file (``F_OFD_SETLK`` in fcntl(2)): they work between processes and between
threads, and a process that dies leaves none behind.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ENTRANCE, _COURSE, _BOOK, _FIRST_STUDENT = range(4)


class CourseLocks:
    """The locks of one course.

    Args:
        directory: the course's directory.
    """

    def __init__(self, directory: Path) -> None:
        self._path = directory / ".lock"

    @contextmanager
    def grading(self, name: str, student: str) -> Iterator[None]:
        """Work on one learner's submission; others may be graded meanwhile, this one waits."""
        digest = hashlib.sha256(f"{name}/{student}".encode()).digest()
        one = _FIRST_STUDENT + int.from_bytes(digest[:7], "big")
        with self._open() as file:
            # Through the entrance, where who makes an assignment stands and waits for the graders to leave.
            _lock(file, _ENTRANCE, fcntl.F_RDLCK)
            _lock(file, _COURSE, fcntl.F_RDLCK)
            _lock(file, _ENTRANCE, fcntl.F_UNLCK)
            _lock(file, one, fcntl.F_WRLCK)
            yield

    @contextmanager
    def making(self) -> Iterator[None]:
        """Change what all submissions are graded by; nobody grades meanwhile."""
        with self._open() as file:
            _lock(file, _ENTRANCE, fcntl.F_WRLCK)
            _lock(file, _COURSE, fcntl.F_WRLCK)
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write into the gradebook, for a moment."""
        with self._open() as file:
            _lock(file, _BOOK, fcntl.F_WRLCK)
            yield

    @contextmanager
    def _open(self) -> Iterator[int]:
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o660)
        try:
            yield file
        finally:
            os.close(file)


def _lock(file: int, place: int, kind: int) -> None:
    """Wait for a lock on one byte of a file, or give it back."""
    fcntl.fcntl(file, fcntl.F_OFD_SETLKW, struct.pack("hhqqi0q", kind, os.SEEK_SET, place, 1, 0))
