"""Receipts: what was handed in and when, signed so that nobody has to take the platform's word for it.

The signature is Ed25519 (RFC 8032) over the receipt without ``signature`` and ``public_key`` and without what is null,
written as JSON with sorted keys, no spaces and UTF-8. What receipts may say was added to over time; leaving out what is
null keeps the older ones good.
"""

from __future__ import annotations

import base64
import json
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from learnspace_assignments.models import Receipt
from learnspace_core.digests import digest_of

__all__ = ["digest_of", "public_key", "sign", "signed_bytes", "verify"]


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
    return signed_bytes(receipt.model_dump(mode="json"))


def signed_bytes(receipt: dict[str, object]) -> bytes:
    """Return the bytes that the signature of a receipt, as JSON has it, is over."""
    unsigned = ("signature", "public_key")
    body = {key: value for key, value in receipt.items() if key not in unsigned and value is not None}
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def public_key(seed: str) -> bytes:
    """Return the 32 bytes of the key that receipts of this installation are verified with."""
    return _key(seed)[0].public_key().public_bytes_raw()
