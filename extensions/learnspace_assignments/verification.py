"""Verifies a receipt with nothing but the receipt: no state, no database, no network."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import stat
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from pydantic import ValidationError

from learnspace_assignments.models import Receipt
from learnspace_assignments.receipts import signed_bytes
from learnspace_core.digests import digest_of
from learnspace_core.errors import LearnspaceError
from learnspace_core.models import FileEntry

LARGEST = 10_000_000


class Read(NamedTuple):
    """A receipt as it was written, and as we understand it."""

    written: dict[str, object]
    receipt: Receipt


class Report(NamedTuple):
    """Whether a receipt is valid, and what to tell about it."""

    valid: bool
    lines: list[str]


def read_receipt(path: Path) -> Read:
    """Read a receipt.

    Raises:
        LearnspaceError: ``bad_receipt``, saying what is wrong with the file.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError("it is too large for a receipt")
        written = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_once)
        return Read(written, Receipt.model_validate(written))
    except OSError as error:
        raise LearnspaceError("bad_receipt", f"{path} cannot be read: {error.strerror}. Check the path.") from error
    except ValidationError as error:
        what = "; ".join(f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in error.errors()[:3])
        raise LearnspaceError("bad_receipt", f"{path} is not a receipt: {what}.") from error
    except (ValueError, RecursionError) as error:
        raise LearnspaceError("bad_receipt", f"{path} is not a receipt: {error}.") from error


def read_key(text: str) -> bytes:
    """Read a public key from text or from a file: base64, the JSON of ``GET /receipt-key``, or PEM.

    Raises:
        LearnspaceError: ``bad_key``.
    """
    try:
        if Path(text).is_file():
            text = Path(text).read_text(encoding="utf-8")
    except (OSError, ValueError):
        pass  # a key as text is no path
    text = text.strip()
    try:
        if text.startswith("-----"):
            key = load_pem_public_key(text.encode())
            if not isinstance(key, Ed25519PublicKey):
                raise ValueError
            return key.public_bytes_raw()
        raw = base64.b64decode(json.loads(text)["public_key"] if text.startswith("{") else text, validate=True)
        if len(raw) != 32:
            raise ValueError
    except (ValueError, TypeError, KeyError, binascii.Error) as error:
        raise LearnspaceError(
            "bad_key",
            "This is no Ed25519 public key. Give the text of the platform's page /services/learnspace/receipt-key.",
        ) from error
    return raw


def report(read: Read, key: bytes | None, directory: Path | None) -> Report:
    """Check signature, digest, key and files, and tell what was found.

    Args:
        read: the receipt.
        key: the platform's public key, if it is known from somewhere else.
        directory: where the files should be, to compare them too.

    Raises:
        LearnspaceError: ``bad_directory``, if there is none to compare with.
    """
    receipt = read.receipt
    faults = _faults(read, key)
    lines = [f"NOT VALID: {fault}" for fault in faults] or ["VALID: the receipt is as it was signed."]
    lines.append(f"  {receipt.username!r} handed in {receipt.assignment!r} of the course {receipt.course!r}")
    if receipt.team is not None:
        lines.append(f"  for the team {receipt.team!r}: {', '.join(repr(each) for each in receipt.members or [])}")
    lines += [
        f"  received {receipt.received_at:%Y-%m-%d %H:%M:%S} UTC, {_clock(receipt)}",
    ]
    if receipt.queued_at:
        lines.append(
            f"  waited since {receipt.queued_at:%Y-%m-%d %H:%M:%S} UTC, by the clock of the learner's own space, "
            "which the platform could not check"
        )
    lines += [f"  {file.sha256}  {file.path!r} ({file.size} bytes)" for file in receipt.files]
    if directory is not None:
        different = _compare(directory, receipt.files)
        faults += different
        lines += different or [f"What was handed in stands in {directory}, to the byte."]
    if key is None:
        lines.append(f"Not checked: whose key this is. The receipt says {receipt.public_key}.")
        lines.append("Compare it with the platform's page /services/learnspace/receipt-key, or give it with --key.")
    return Report(not faults, lines)


def _faults(read: Read, key: bytes | None) -> list[str]:
    receipt, faults = read.receipt, []
    try:
        own = base64.b64decode(receipt.public_key, validate=True)
        signature = base64.b64decode(receipt.signature, validate=True)
        # What is signed is what is written, to the letter: a field that we do not know would not go unnoticed.
        Ed25519PublicKey.from_public_bytes(own).verify(signature, signed_bytes(read.written))
    except (InvalidSignature, ValueError):
        return ["the receipt was changed after it was signed, or never signed."]
    if key is not None and key != own:
        faults.append("it was signed, but not with the key you gave.")
    if digest_of(receipt.files) != receipt.digest:
        faults.append("its fingerprint is not that of its files.")
    return faults


def _compare(directory: Path, files: list[FileEntry]) -> list[str]:
    if not directory.is_dir():
        raise LearnspaceError("bad_directory", f"There is no directory {directory}. Check the path.")
    return [f"DIFFERENT: {what}" for file in files if (what := _difference(directory, file))]


def _difference(directory: Path, entry: FileEntry) -> str | None:
    path = directory / entry.path
    try:
        if not path.resolve().is_relative_to(directory.resolve()) or not stat.S_ISREG(path.stat().st_mode):
            return f"{entry.path!r} is no ordinary file in {directory}"
        with path.open("rb") as file:
            same = hashlib.file_digest(file, "sha256").hexdigest() == entry.sha256
    except (OSError, ValueError):
        return f"{entry.path!r} is missing"
    return None if same else f"{entry.path!r} is not what was handed in"


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Refuse a JSON object that says the same thing twice: a reader might see the one, a program the other."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("it says something twice")
    return found


def _clock(receipt: Receipt) -> str:
    if receipt.taken_over_at is None:
        return "by the platform's clock: the time that counts"
    at = f"{receipt.taken_over_at:%Y-%m-%d %H:%M:%S} UTC"
    return f"as was written in the course when the platform took it over, {at}; it did not see it and cannot know"
