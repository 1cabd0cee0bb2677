"""Secrets of this installation, each in a file of its own that only its owner can read, made on first use."""

from __future__ import annotations

import os
import secrets
from functools import cache
from pathlib import Path


@cache
def secret(state: Path, name: str) -> str:
    """Return the secret ``name``, 64 hexadecimal characters, making it if it is not there.

    Two processes that start at once get the same secret: the file appears whole or not at all. It never changes, so it
    is read once.
    """
    path = state / "keys" / name
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        write_private(path, secrets.token_hex(32).encode())
        return path.read_text(encoding="ascii").strip()


def write_private(path: Path, content: bytes) -> None:
    """Write ``content`` to a new file of mode 0600, unless the file is there already."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)
