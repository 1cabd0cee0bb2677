"""Changes files that stand in a learner's home: only if they are what was looked at, whole, through no link."""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from learnspace_core.errors import LearnspaceError
from learnspace_core.homefiles import open_file, open_folder, sha256_of
from learnspace_core.homestate import full_home_is_said, write_new


def stands(root: Path, place: str) -> bool:
    """Tell whether anything has this name, be it a link or a folder."""
    *folders, name = place.split("/")
    try:
        with open_folder(root, folders) as folder:
            os.stat(name, dir_fd=folder, follow_symlinks=False)
    except (FileNotFoundError, LearnspaceError):
        return False
    return True


def read_file(root: Path, place: str) -> bytes | None:
    """Return the bytes of an ordinary file, or nothing if there is none of that name.

    Raises:
        LearnspaceError: ``not_a_regular_file`` or ``not_a_folder``, for a link or a folder.
    """
    try:
        with open_file(root, place) as file:
            return file.read()
    except FileNotFoundError:
        return None
    except IsADirectoryError as error:
        raise LearnspaceError("not_a_regular_file", f"{place} is a folder. Rename it and try again.") from error


def replace_file(root: Path, place: str, before: str, content: bytes) -> None:
    """Put other bytes in the place of a file, if it still has the SHA-256 ``before``; who may read it stays.

    Raises:
        LearnspaceError: ``changed_meanwhile``, ``not_a_regular_file``, ``disk_full``; the file is then as it was.
    """
    *folders, name = place.split("/")
    draft = f".{secrets.token_hex(8)}.draft"
    with full_home_is_said(), open_folder(root, folders) as folder:
        try:
            write_new(folder, draft, content)
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            os.chmod(draft, stat.S_IMODE(status.st_mode), dir_fd=folder)
            _expect(root, place, before)
            os.rename(draft, name, src_dir_fd=folder, dst_dir_fd=folder)
            os.fsync(folder)
        except FileNotFoundError as error:
            raise _changed(place) from error
        finally:
            with suppress(FileNotFoundError):
                os.unlink(draft, dir_fd=folder)


def remove_file(root: Path, place: str, before: str) -> None:
    """Remove a file, if it still has the SHA-256 ``before``.

    Raises:
        LearnspaceError: ``changed_meanwhile``, ``not_a_regular_file``.
    """
    *folders, name = place.split("/")
    with open_folder(root, folders) as folder:
        _expect(root, place, before)
        os.unlink(name, dir_fd=folder)
        os.fsync(folder)


def sha256(content: bytes) -> str:
    """Return the SHA-256 of bytes."""
    return hashlib.sha256(content).hexdigest()


def _expect(root: Path, place: str, before: str) -> None:
    try:
        same = sha256_of(root, place) == before
    except FileNotFoundError:
        same = False
    if not same:
        raise _changed(place)


def _changed(place: str) -> LearnspaceError:
    return LearnspaceError("changed_meanwhile", f"{place} changed just now. Nothing of it was lost; look again.", 409)
