from __future__ import annotations

import errno
import hashlib
import io
import os
from pathlib import Path

import pytest

from learnspace_core.blobs import BlobStore
from learnspace_core.errors import LearnspaceError


def test_bytes_come_back_by_their_sha256(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    blob = store.put(b"abc")
    assert blob == (hashlib.sha256(b"abc").hexdigest(), 3)
    assert store.read(blob.sha256) == b"abc"
    assert b"".join(store.stream(blob.sha256)) == b"abc"


def test_the_same_bytes_twice_are_one_file(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    assert store.put(b"abc") == store.put(io.BytesIO(b"abc"))
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [store.put(b"abc").sha256]


def test_over_the_limit_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(LearnspaceError) as refused:
        BlobStore(tmp_path).put(b"12345", limit=4)
    assert (refused.value.code, refused.value.status) == ("too_large", 413)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_full_disk_leaves_nothing_and_says_so(tmp_path: Path) -> None:
    """A real full disk is in tests/integration; here the kernel's answer alone is replaced."""

    class FullDisk(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(LearnspaceError) as refused:
        BlobStore(tmp_path).put(FullDisk())
    assert (refused.value.code, refused.value.status) == ("disk_full", 507)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a" * 63, "A" * 64, "g" * 64])
def test_only_a_sha256_is_a_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        BlobStore(tmp_path).path(name)
