"""Receipts: what was handed in and when, signed so that nobody has to take the platform's word for it.

The signature is Ed25519 (RFC 8032) over the receipt without ``signature`` and ``public_key``, written as JSON with
sorted keys, no spaces and UTF-8.
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from learnspace_assignments.models import Receipt
from learnspace_core.models import FileEntry


def digest_of(files: list[FileEntry]) -> str:
    """Return the SHA-256 over names and contents of all files, in hexadecimal; their order does not matter."""
    lines = "".join(f"{file.sha256}  {file.path}\n" for file in sorted(files, key=lambda file: file.path))
    return hashlib.sha256(lines.encode()).hexdigest()


def sign(receipt: Receipt, seed: str) -> Receipt:
    """Return the receipt with signature and public key.

    Args:
        receipt: what is signed.
        seed: the installation's secret, 64 hexadecimal characters.
    """
    key, public = _key(seed)
    signature = key.sign(_signed_bytes(receipt))
    return receipt.model_copy(update={"public_key": public, "signature": base64.b64encode(signature).decode()})


def verify(receipt: Receipt) -> bool:
    """Tell whether the receipt is unaltered since the holder of its key signed it."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(receipt.public_key, validate=True))
        key.verify(base64.b64decode(receipt.signature, validate=True), _signed_bytes(receipt))
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=2)
def _key(seed: str) -> tuple[Ed25519PrivateKey, str]:
    """Return the key and its public half in base64; making them takes as long as signing."""
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
    return key, base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def _signed_bytes(receipt: Receipt) -> bytes:
    body = receipt.model_dump(mode="json", exclude={"signature", "public_key"})
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
