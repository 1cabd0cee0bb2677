"""Keeps the files beside a notebook the same in two processes: what one changed goes to the other as plain bytes.

A judge has a directory of its own. So a test may lay out a file for an answer to read, and read one that it wrote.
"""

from __future__ import annotations

import base64
from pathlib import Path, PurePosixPath
from typing import Any

LARGEST = 10_000_000
"""Bytes of all changes together that are carried over; further files stay unseen."""
MOST = 500
"""Files and directories that are looked at."""

Changes = dict[str, str | None]
"""By path: the bytes in base64, nothing for what is gone. The path of a directory ends with a slash."""


class Files:
    """One side's directory.

    Args:
        directory: where the files are.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._known: dict[str, tuple[int, int]] = {}
        self._before: Changes | None = None

    def begin(self) -> None:
        """Remember what is here, for :meth:`undo`."""
        if self._before is None:
            self._before = self.changes()
            self._known = {}  # so that the other side is told of it

    def undo(self) -> None:
        """Put back what was here when it began: a test that only was tried leaves no file behind."""
        if self._before is not None:
            gone = [path for path in self._state() if path not in self._before]
            # What lies in a directory comes before it.
            self.take(dict.fromkeys(sorted(gone, reverse=True)) | self._before)

    def changes(self) -> Changes:
        """Return what changed since this was last asked, or since changes of the other side came."""
        now = self._state()
        changed: Changes = {path: None for path in self._known if path not in now}
        left = LARGEST
        for path, state in now.items():
            if self._known.get(path) == state or state[0] > left:
                continue
            left -= state[0]
            try:
                body = b"" if path.endswith("/") else (self._directory / path).read_bytes()
            except OSError:
                continue
            changed[path] = base64.b64encode(body).decode()
        self._known = now
        return changed

    def take(self, changes: Any) -> None:
        """Make the changes of the other side here.

        Raises:
            ValueError, OSError: if they cannot be made.
        """
        for path, body in dict(changes).items():
            name = PurePosixPath(path)
            if name.is_absolute() or ".." in name.parts or not name.parts:
                raise ValueError("a path that leads elsewhere")
            place = self._directory / name
            if body is None:
                if place.is_dir():
                    place.rmdir()
                else:
                    place.unlink(missing_ok=True)
            elif path.endswith("/"):
                place.mkdir(parents=True, exist_ok=True)
            else:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(base64.b64decode(body, validate=True))
        # What is new on this side as well is still to be told.
        self._known |= {path: state for path, state in self._state().items() if path in changes}
        for path in (path for path, body in changes.items() if body is None):
            self._known.pop(path, None)

    def _state(self) -> dict[str, tuple[int, int]]:
        found: dict[str, tuple[int, int]] = {}
        for path in self._directory.rglob("*"):
            if path.is_symlink() or len(found) >= MOST:
                continue
            name = path.relative_to(self._directory).as_posix()
            if path.is_dir():
                found[f"{name}/"] = 0, 0
            elif path.is_file():
                stat = path.stat()
                found[name] = stat.st_size, stat.st_mtime_ns
        return found
