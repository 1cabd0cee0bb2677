"""What a learner reads while handing in: what will be sent, what waits to arrive, and how a receipt is verified."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel

from learnspace_core.models import FileEntry


def _in_utc(value: datetime) -> datetime:
    # A space whose clock was never set counts from 1970.
    if not 1970 <= value.year < 2200:
        raise ValueError("choose a year from 1970 to 2199")
    return value.astimezone(UTC)


QueuedAt = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""What a space's clock said; nothing depends on it."""
QueuedState = Literal["sending", "waiting", "refused"]


class Warned(BaseModel):
    """A notebook that may be handed in, though nobody will be able to grade it as it is.

    ``code`` is ``not_a_notebook`` (broken, or half written), ``old_notebook`` (format 3 or older) or ``new_notebook``
    (format 5 or newer).
    """

    path: str
    code: str


class HandIn(BaseModel):
    """What would be sent now: the files of the folder, and what to look at before."""

    files: list[FileEntry]
    size: int
    warnings: list[Warned]


class Refusal(BaseModel):
    """Why the service will not take a hand-in: its own code and words."""

    code: str
    message: str


class QueuedHandIn(BaseModel):
    """A hand-in that stands in the space's outbox: not handed in yet.

    ``queued_at`` is the space's own time. ``sent`` counts the bytes of this try, of ``size``. ``next_try_at`` is empty
    while it is being sent and after a refusal.
    """

    id: str
    course: str
    assignment: str
    queued_at: datetime
    files: list[FileEntry]
    size: int
    digest: str
    state: QueuedState
    sent: int = 0
    tries: int = 0
    next_try_at: datetime | None = None
    reason: Refusal | None = None


class BroughtBack(BaseModel):
    """Where an older version stands now, beside the current files, and which of its files were written."""

    path: str
    notebook: str
    written: list[str]
    kept: list[str]


class ReceiptKey(BaseModel):
    """The public half of the key that signs this platform's receipts.

    ``public_key`` is the base64 of its 32 bytes, as in a receipt; ``pem`` is the same key as openssl reads it.
    """

    algorithm: Literal["Ed25519"] = "Ed25519"
    public_key: str
    pem: str
