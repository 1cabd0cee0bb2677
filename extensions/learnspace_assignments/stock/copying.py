"""Copies folders that somebody else can write: no link followed, only ordinary files, sizes bounded."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from learnspace_core.errors import LearnspaceError

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Bounds(NamedTuple):
    """The most that is taken from a folder."""

    files: int
    bytes: int


def copy_folder(
    source: Path, target: Path, bounds: Bounds, *, label: str = "", skip: frozenset[str] = frozenset()
) -> int:
    """Copy a folder with all below it and return how many files it had.

    Args:
        source: the folder; itself it may be reached through links.
        target: where it goes; made if missing.
        bounds: the most that is copied.
        label: what an error calls the folder.
        skip: names directly below the source that are left out.

    Raises:
        LearnspaceError: ``link_in_course``, ``not_a_regular_file``, ``too_large``, ``unreadable``, naming the file.
    """
    files, left = 0, bounds.bytes
    target.mkdir(parents=True, exist_ok=True)
    for place, descriptor in _files(source, label or source.name, skip):
        with os.fdopen(descriptor, "rb") as reader:
            size = os.fstat(reader.fileno()).st_size
            files, left = files + 1, left - size
            if files > bounds.files or left < 0:
                raise LearnspaceError(
                    "too_large",
                    f"{label or source.name} has more than {bounds.files} files or {bounds.bytes} bytes, at {place}. "
                    "Remove what is not needed.",
                    413,
                )
            (target / place).parent.mkdir(parents=True, exist_ok=True)
            with (target / place).open("wb") as writer:
                shutil.copyfileobj(reader, writer)
            moment = os.fstat(reader.fileno())
            os.utime(target / place, ns=(moment.st_atime_ns, moment.st_mtime_ns))
    return files


def _files(source: Path, label: str, skip: frozenset[str]) -> Iterator[tuple[str, int]]:
    """Yield path below the source and an open descriptor of each file; the caller closes it."""

    def fail(error: OSError) -> None:
        raise LearnspaceError("unreadable", f"{error.filename} cannot be read: {error.strerror}.") from error

    for root, folders, names, here in os.fwalk(source, onerror=fail, follow_symlinks=False):
        inner = Path(root).relative_to(source)
        if inner == Path():
            folders[:] = [name for name in folders if name not in skip]
            names = [name for name in names if name not in skip]
        folders.sort()
        for name in folders:
            if stat.S_ISLNK(os.stat(name, dir_fd=here, follow_symlinks=False).st_mode):
                raise _link(label, inner / name)
        for name in sorted(names):
            try:
                descriptor = os.open(name, _READ, dir_fd=here)
            except OSError as error:
                if (Path(root) / name).is_symlink():
                    raise _link(label, inner / name) from error
                raise LearnspaceError(
                    "unreadable", f"{label}/{inner / name} cannot be read: {error.strerror}."
                ) from error
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                os.close(descriptor)
                raise LearnspaceError(
                    "not_a_regular_file", f"{label}/{inner / name} is no ordinary file. Remove it and try again."
                )
            yield (inner / name).as_posix(), descriptor


def _link(label: str, place: Path) -> LearnspaceError:
    return LearnspaceError("link_in_course", f"{label}/{place} is a link. Put a copy in its place and try again.")
