"""What a space keeps for itself in the home: written whole and synced, never through a link."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from learnspace_core.homefiles import FULL, name_draft, open_folder, space_full

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def full_home_is_said() -> Iterator[None]:
    """Turn what the system says of a full disk into ``disk_full``."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise space_full() from error


def write_new(folder: int, name: str, content: bytes) -> None:
    """Write a file that is not there yet, readable by its owner alone, and sync it."""
    with os.fdopen(os.open(name, _NEW, 0o600, dir_fd=folder), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def write_over(folder: int, name: str, content: bytes) -> None:
    """Write a file in the place of another, whole or not at all."""
    draft = f".{secrets.token_hex(8)}.draft"
    try:
        write_new(folder, draft, content)
        os.rename(draft, name, src_dir_fd=folder, dst_dir_fd=folder)
        os.fsync(folder)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(draft, dir_fd=folder)


def keep(root: Path, place: str, content: bytes) -> bool:
    """Write a file below the root unless something stands there; tell whether it was written.

    Raises:
        LearnspaceError: ``not_a_folder``, ``disk_full``.
    """
    *folders, name = place.split("/")
    draft = f".{secrets.token_hex(8)}.draft"
    with full_home_is_said(), open_folder(root, folders, make=True) as folder:
        try:
            write_new(folder, draft, content)
            written = name_draft(folder, draft, name)
            os.fsync(folder)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(draft, dir_fd=folder)
    return written


def names_in(folder: int) -> list[str]:
    """Return the names of what stands in an open folder, in order."""
    return sorted(os.listdir(folder))


def remove_folder(parent: int, name: str) -> None:
    """Remove a folder of ours that holds no folders; gone at once under its own name, however long the rest takes."""
    gone = f".{secrets.token_hex(8)}.gone"
    with suppress(FileNotFoundError):
        os.rename(name, gone, src_dir_fd=parent, dst_dir_fd=parent)
        empty_folder(parent, gone)


def empty_folder(parent: int, name: str) -> None:
    """Remove a folder and the files in it; what is no plain folder of files stays."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        inner = os.open(name, flags, dir_fd=parent)
    except OSError:
        return
    try:
        for entry in names_in(inner):
            with suppress(FileNotFoundError, IsADirectoryError, PermissionError):
                os.unlink(entry, dir_fd=inner)
    finally:
        os.close(inner)
    try:
        os.rmdir(name, dir_fd=parent)
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ENOTEMPTY):
            raise
