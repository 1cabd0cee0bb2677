"""Uploads that are too much, as a raw client sends them: refused with the limit named, in constant memory."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile
from collections.abc import AsyncIterator, Callable
from urllib.parse import quote

import httpx
import pytest

from learnspace_assignments import store
from learnspace_core.blobs import BlobStore
from learnspace_core.database import Database
from learnspace_core.models import FileEntry
from learnspace_core.settings import Settings
from tests.learnspace_assignments.test_hostile_files import REFUSED

Client = Callable[[str], httpx.AsyncClient]
HERE = "assignments/art/doubling"
MEGABYTE = 1_000_000
HEADERS = {"Content-Type": "multipart/form-data; boundary=b"}
pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


@pytest.fixture
def released(school: Database) -> Database:
    """The assignment ``doubling``."""
    with school.write() as session:
        row = store.ensure_assignment(session, "art", "doubling", "Doubling")
        store.release(session, row, [FileEntry(path="doubling.ipynb", sha256="0" * 64, size=1)], 5)
    return school


def _head(name: str) -> bytes:
    return f'--b\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode()


class Flood:
    """A body of so many files of so many bytes, made as it is read; it counts the bytes that were taken."""

    def __init__(self, files: int, size: int) -> None:
        self.files, self.size, self.taken = files, size, 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        piece = bytes(min(self.size, MEGABYTE // 10))
        for number in range(self.files):
            yield _head(f"{number}.ipynb")
            for _ in range(-(-self.size // len(piece))):
                self.taken += len(piece)
                yield piece
            yield b"\r\n"
        yield b"--b--\r\n"


@pytest.mark.parametrize(
    ("what", "flood", "limit"),
    [
        ("100,000 files", Flood(100_000, 10), "more than 1000 files"),
        ("one file over the limit", Flood(1, 100 * MEGABYTE), "a file may have 50000000 bytes"),
        ("all files over the limit", Flood(10, 45 * MEGABYTE), "all files together 200000000"),
    ],
)
async def test_too_much_is_refused_with_the_limit_named_in_constant_memory(
    client: Client, released: Database, blobs: BlobStore, what: str, flood: Flood, limit: str
) -> None:
    tracemalloc.start()
    try:
        answer = await client("amy").post(f"{HERE}/submissions", content=flood, headers=HEADERS)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large"), what
    assert limit in answer.json()["message"]
    assert flood.taken < flood.files * flood.size / 1.5
    assert peak < 10 * MEGABYTE, f"{peak / MEGABYTE:.0f} MB"
    assert (await client("amy").get(HERE)).json()["submissions"] == []
    assert list(blobs.drafts.iterdir()) == []


async def test_an_archive_bomb_is_kept_as_the_bytes_that_it_is(
    client: Client, released: Database, settings: Settings
) -> None:
    """Nothing unpacks what learners hand in: a thousand times as many zeros stay the few bytes they are."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("zeros", "w") as file,
    ):
        for _ in range(300):
            file.write(bytes(MEGABYTE))
    bomb = packed.getvalue()
    assert len(bomb) < MEGABYTE
    tracemalloc.start()
    try:
        files = [("files", ("doubling.ipynb", b"{}")), ("files", ("bomb.zip", bomb))]
        receipt = (await client("amy").post(f"{HERE}/submissions", files=files)).json()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert {file["path"]: file["size"] for file in receipt["files"]} == {"bomb.zip": len(bomb), "doubling.ipynb": 2}
    assert peak < 10 * MEGABYTE
    # A body that says that it is packed is not unpacked either.
    answer = await client("amy").post(
        f"{HERE}/submissions", content=bomb, headers={**HEADERS, "Content-Encoding": "gzip"}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_upload")
    stored = sum(path.stat().st_size for path in (settings.state / "blobs").glob("??/*"))
    assert stored < 2 * MEGABYTE


@pytest.mark.parametrize("name", [*REFUSED.values(), "a\0b", "e\u0301" * 121])
async def test_a_name_that_an_assignment_cannot_have(client: Client, released: Database, name: str) -> None:
    files = [("files", ("doubling.ipynb", json.dumps({"cells": []}).encode()))]
    answer = await client("ted").put(f"assignments/art/{quote(name, safe='')}/release", files=files)
    assert answer.status_code in (400, 404, 405), answer.text
    assert [one["name"] for one in (await client("ted").get("teach")).json()] == ["doubling"]
