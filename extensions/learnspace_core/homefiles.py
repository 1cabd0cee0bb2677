"""Files in a learner's home: written whole and never over another file, read without following any link."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import secrets
import stat
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple

from learnspace_core.client import ServiceClient
from learnspace_core.errors import LearnspaceError
from learnspace_core.models import FileEntry
from learnspace_core.paths import check_distinct, check_path

CHUNK = 256 * 1024
NOT_HANDED_IN = ("__pycache__", "feedback")
"""Folders left out besides hidden ones, as by nbgrader; ``feedback`` is where its list puts what was returned."""
BROUGHT_BACK = "handed-in "
"""How the folders begin that hold what was handed in before; they are left out too."""
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
FULL = (errno.ENOSPC, errno.EDQUOT)


class Brought(NamedTuple):
    """Which files were written and which stood there already."""

    written: list[str]
    kept: list[str]


async def bring(
    client: ServiceClient,
    root: Path,
    folder: str,
    files: list[FileEntry],
    address: Callable[[str], str],
    *,
    replace: bool = False,
) -> Brought:
    """Write the files that are missing below ``root/folder``; a file that is there is kept, whatever is in it.

    Args:
        client: where the bytes come from.
        root: the root of the Jupyter server.
        folder: where the files belong, relative to the root.
        files: the manifest; every path in it is checked before anything is written.
        address: turns a file's path into its address at the service.
        replace: put the new file in the place of one that is there; only for what no learner writes in.

    Raises:
        LearnspaceError: ``bad_path``, ``not_a_folder``, ``damaged_download``, ``disk_full``.
    """
    for part in folder.split("/"):
        # nbgrader names folders of feedback after a time, with colons.
        check_path(part.replace(":", "-"))
    for file in files:
        check_path(file.path)
    check_distinct([file.path for file in files])
    brought = Brought([], [])
    for file in files:
        place = f"{folder}/{file.path}"
        if not replace and await asyncio.to_thread(_is_there, root, place):
            brought.kept.append(file.path)
            continue
        async with client.stream(address(file.path)) as pieces:
            new = await _write(root, place, pieces, file, replace=replace)
        (brought.written if new else brought.kept).append(file.path)
    return brought


def walk(root: Path, folder: str) -> Iterator[tuple[str, os.stat_result]]:
    """Yield path (relative to ``root/folder``) and status of everything that belongs to a hand-in, links unfollowed.

    Hidden files, ``__pycache__`` and compiled Python are left out, and at the top ``feedback`` and all folders whose
    names begin with ``handed-in ``.
    """
    with open_folder(root, folder.split("/")) as top:
        yield from sorted(_walk(top, ""))


def collect(root: Path, folder: str) -> list[str]:
    """Return the paths of the files to hand in.

    Raises:
        LearnspaceError: ``not_a_regular_file`` or ``bad_path``, naming the file.
    """
    paths = []
    for path, status in walk(root, folder):
        if not stat.S_ISREG(status.st_mode):
            kind = "a link" if stat.S_ISLNK(status.st_mode) else "no ordinary file"
            raise LearnspaceError(
                "not_a_regular_file", f"{path} is {kind} and cannot be handed in. Put a copy of the file in its place."
            )
        paths.append(check_path(path))
    check_distinct(paths)
    return paths


def list_files(root: Path, folder: str) -> list[FileEntry]:
    """Return the ordinary files of a folder with their SHA-256; nothing, if there is no such folder."""
    entries = []
    with suppress(FileNotFoundError, LearnspaceError):
        for path, status in walk(root, folder):
            if stat.S_ISREG(status.st_mode):
                identity = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
                with suppress(OSError, LearnspaceError):
                    sha256 = _remembered_sha256(root, f"{folder}/{path}", identity)
                    entries.append(FileEntry(path=path, sha256=sha256, size=status.st_size))
    return entries


def sha256_of(root: Path, place: str) -> str:
    """Return the SHA-256 of a file's bytes as they are now."""
    with open_file(root, place) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def open_file(root: Path, place: str) -> Iterator[BufferedReader]:
    """Open an ordinary file for reading; no part of its path may be a link.

    Raises:
        LearnspaceError: ``not_a_regular_file``.
    """
    *folders, name = place.split("/")
    with open_folder(root, folders) as folder:
        try:
            descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
        except OSError as error:
            if error.errno not in (errno.ELOOP, errno.ENXIO):
                raise
            raise _not_regular(place) from error
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise _not_regular(place)
        yield file


def has_folder(root: Path, folder: str) -> bool:
    """Tell whether the folder is there, and a real one."""
    try:
        with open_folder(root, folder.split("/")):
            return True
    except (FileNotFoundError, LearnspaceError):
        return False


@lru_cache(maxsize=4096)
def _remembered_sha256(root: Path, place: str, _identity: tuple[int, ...]) -> str:
    return sha256_of(root, place)


def _not_regular(place: str) -> LearnspaceError:
    return LearnspaceError("not_a_regular_file", f"{place} is a link or no ordinary file. Put a copy in its place.")


@contextmanager
def open_folder(root: Path, parts: list[str], *, make: bool = False) -> Iterator[int]:
    """Open a folder below the root, one part after the other, so that no link is ever followed.

    Raises:
        LearnspaceError: ``not_a_folder``, if a part is a link or a file.
    """
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts:
            if make:
                with suppress(FileExistsError):
                    os.mkdir(part, dir_fd=descriptor)
            try:
                inner = os.open(part, _FOLDER, dir_fd=descriptor)
            except OSError as error:
                if error.errno not in (errno.ELOOP, errno.ENOTDIR):
                    raise
                raise LearnspaceError(
                    "not_a_folder", f"{part} in your space is a link or a file, not a folder. Rename it and try again."
                ) from error
            os.close(descriptor)
            descriptor = inner
        yield descriptor
    finally:
        os.close(descriptor)


def _walk(folder: int, prefix: str) -> Iterator[tuple[str, os.stat_result]]:
    for name in os.listdir(folder):
        if name.startswith(".") or name == "__pycache__" or name.endswith(".pyc"):
            continue
        if not prefix and name in NOT_HANDED_IN:
            continue
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if not prefix and name.startswith(BROUGHT_BACK) and stat.S_ISDIR(status.st_mode):
            continue
        if stat.S_ISDIR(status.st_mode):
            inner = os.open(name, _FOLDER, dir_fd=folder)
            try:
                yield from _walk(inner, f"{prefix}{name}/")
            finally:
                os.close(inner)
        else:
            yield f"{prefix}{name}", status


def _is_there(root: Path, place: str) -> bool:
    *folders, name = place.split("/")
    try:
        with open_folder(root, folders) as folder:
            os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


async def _write(
    root: Path, place: str, pieces: AsyncIterator[bytes], expected: FileEntry, *, replace: bool = False
) -> bool:
    """Write a draft, compare it with the manifest, and give it its name, unless somebody took that name meanwhile."""
    *folders, name = place.split("/")
    draft = f".{secrets.token_hex(8)}.draft"
    digest = hashlib.sha256()
    try:
        with open_folder(root, folders, make=True) as folder:
            try:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
                with os.fdopen(os.open(draft, flags, 0o666, dir_fd=folder), "wb") as file:
                    async for piece in pieces:
                        digest.update(piece)
                        await asyncio.to_thread(file.write, piece)
                    if digest.hexdigest() != expected.sha256:
                        raise LearnspaceError(
                            "damaged_download", f"{expected.path} did not arrive whole. Try again in a moment.", 502
                        )
                    file.flush()
                    await asyncio.to_thread(os.fsync, file.fileno())
                if replace:
                    os.rename(draft, name, src_dir_fd=folder, dst_dir_fd=folder)
                    return True
                return name_draft(folder, draft, name)
            finally:
                with suppress(FileNotFoundError):
                    os.unlink(draft, dir_fd=folder)
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise space_full() from error


def space_full() -> LearnspaceError:
    """Return the error of a home without room."""
    return LearnspaceError("disk_full", "Your space is full. Remove what you do not need and try again.", 507)


def name_draft(folder: int, draft: str, name: str) -> bool:
    """Give a draft in the folder its name, unless something has that name already; tell whether it got it."""
    try:
        # A hard link is the rename that never replaces.
        os.link(draft, name, src_dir_fd=folder, dst_dir_fd=folder)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK):
            raise
        # Some network file systems have no hard links.
        with suppress(FileNotFoundError):
            os.stat(name, dir_fd=folder, follow_symlinks=False)
            return False
        os.rename(draft, name, src_dir_fd=folder, dst_dir_fd=folder)
    return True
