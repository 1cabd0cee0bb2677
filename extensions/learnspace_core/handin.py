"""Sends files from a folder to the service and checks that what is acknowledged is what stands on the disk."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from learnspace_core.client import ServiceClient
from learnspace_core.errors import LearnspaceError
from learnspace_core.homefiles import CHUNK, collect, open_file, sha256_of
from learnspace_core.models import FileEntry


async def send(client: ServiceClient, method: str, address: str, root: Path, folder: str) -> Any:
    """Send the files of ``root/folder``, each as a part ``files`` of a multipart body, and return the answer's JSON.

    The files are read piece by piece while they travel, away from the event loop.

    Raises:
        LearnspaceError: ``not_fetched``, ``not_a_regular_file``, ``bad_path``, or what the service answers.
    """
    try:
        paths = await asyncio.to_thread(collect, root, folder)
    except FileNotFoundError as error:
        raise LearnspaceError(
            "not_fetched", f"There is no folder {folder} in your space. Fetch it first.", 409
        ) from error
    return await send_files(client, method, address, root, [(path, f"{folder}/{path}") for path in paths])


async def send_files(
    client: ServiceClient,
    method: str,
    address: str,
    root: Path,
    files: list[tuple[str, str]],
    sent: Callable[[int], None] | None = None,
) -> Any:
    """Send files as :func:`send` does.

    Args:
        client: the service.
        method: POST or PUT.
        address: where they go, with a query perhaps.
        root: the root of the Jupyter server.
        files: of each file the path that it gets, and where it stands below the root.
        sent: is told how many bytes of files have left.
    """
    boundary = secrets.token_hex(16)
    return await client.json(
        method,
        address,
        content=_body(root, files, boundary, sent),
        headers={"Content-Type": f"multipart/form-data; boundary={boundary}"},
    )


async def compare(root: Path, folder: str, acknowledged: list[FileEntry]) -> None:
    """Compare what was acknowledged with what stands in the folder now.

    Raises:
        LearnspaceError: ``changed_while_handing_in``, naming the files.
    """
    changed = await asyncio.to_thread(_differences, root, folder, acknowledged)
    if changed:
        raise LearnspaceError(
            "changed_while_handing_in",
            f"{', '.join(changed[:5])} changed while it was handed in. An older version arrived; hand in once more.",
            409,
        )


def _differences(root: Path, folder: str, acknowledged: list[FileEntry]) -> list[str]:
    sums = {entry.path: entry.sha256 for entry in acknowledged}
    here = set(collect(root, folder))
    return sorted(
        path for path in here | set(sums) if path not in here or sha256_of(root, f"{folder}/{path}") != sums.get(path)
    )


async def _body(
    root: Path, files: list[tuple[str, str]], boundary: str, sent: Callable[[int], None] | None
) -> AsyncIterator[bytes]:
    total = 0
    for path, place in files:
        # check_path allows no quotes, backslashes or control characters, so the name needs no escapes.
        yield (
            f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{path}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()
        with open_file(root, place) as file:
            while piece := await asyncio.to_thread(file.read, CHUNK):
                yield piece
                total += len(piece)
                if sent:
                    sent(total)
        yield b"\r\n"
    yield f"--{boundary}--\r\n".encode()
