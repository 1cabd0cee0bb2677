"""Words on the wire that several features use."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel


class FileEntry(BaseModel):
    """One file: its path with forward slashes, the SHA-256 of its bytes in hexadecimal, its size in bytes."""

    path: str
    sha256: str
    size: int


class Html(BaseModel):
    """A whole HTML document, to be shown only in a sandboxed frame of no origin."""

    html: str


class Job(BaseModel):
    """How far a piece of background work is: ``waiting``, ``running``, ``done``, ``failed`` or ``cancelled``.

    A run of many jobs says how many of them have ended (``done``, those that ``failed`` among them), how many are
    ``running``, and at its own pace so far how many seconds it may still take.
    """

    id: str
    kind: str
    state: str
    done: int
    total: int
    running: int = 0
    failed: int = 0
    seconds_left: float | None = None
    code: str | None = None
    message: str | None = None
    created_at: datetime
    finished_at: datetime | None = None
