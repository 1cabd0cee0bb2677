"""A disk that fills up and a PostgreSQL that restarts while learners hand in; the service goes on by itself."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from learnspace_assignments import store
from learnspace_assignments.models import Receipt
from learnspace_assignments.receipts import verify
from learnspace_assignments.tables import SubmissionRow
from learnspace_core.blobs import BlobStore
from learnspace_core.database import Database
from learnspace_core.digests import digest_of
from learnspace_core.models import FileEntry
from learnspace_core.settings import Settings
from tests.conftest import PostgresServer
from tests.integration.conftest import wait_until
from tests.live import LiveService, serve

Client = Callable[[str], httpx.AsyncClient]
HERE = "assignments/art/doubling"
MEGABYTE = 1_000_000
PAGE = 4096
RESTARTS = 4


@pytest.fixture
def released(school: Database) -> Database:
    """The assignment ``doubling``."""
    with school.write() as session:
        row = store.ensure_assignment(session, "art", "doubling", "Doubling")
        store.release(session, row, [FileEntry(path="doubling.ipynb", sha256="0" * 64, size=1)], 5)
    return school


# --- a full disk ------------------------------------------------------------------------------------------------------


class TestFullDisk:
    """The state directory, with the database, lies on a disk of 12 MB."""

    @pytest.fixture
    def settings(self, small_disk: Path, newest_sqlite: Path) -> Settings:
        """Settings whose state lies on the small disk."""
        made = Settings(state=small_disk / "state")
        made.state.mkdir()
        (made.state / "learnspace.db").write_bytes(newest_sqlite.read_bytes())
        return made

    async def test_disk_full_during_upload(
        self, client: Client, released: Database, settings: Settings, small_disk: Path
    ) -> None:
        blobs = settings.state / "blobs"

        async def hand_in(content: bytes) -> httpx.Response:
            return await client("amy").post(f"{HERE}/submissions", files=[("files", ("doubling.ipynb", content))])

        async def versions() -> list[str]:
            return [one["id"] for one in (await client("amy").get(HERE)).json()["submissions"]]

        first = await hand_in(b"{}")
        assert first.status_code == 201
        kept = {path.name for path in blobs.glob("??/*")}
        # The upload alone is more than the disk takes.
        refused = await hand_in(os.urandom(16 * MEGABYTE))
        assert (refused.status_code, refused.json()["code"]) == (507, "disk_full")
        assert "Your own copy is safe" in refused.json()["message"]
        assert list((blobs / "drafts").iterdir()) == []
        assert {path.name for path in blobs.glob("??/*")} == kept
        # Somebody else filled it to the last byte, and gives it back page by page: first the files find no room, then
        # the database.
        filler = small_disk / "filler"
        size = _fill(filler)
        again, pages = await hand_in(b"version 1"), 0
        while again.status_code != 201:
            assert (again.status_code, again.json()["code"]) == (507, "disk_full")
            assert await versions() == [first.json()["submission"]]
            pages += 1
            os.truncate(filler, size - pages * PAGE)
            again = await hand_in(b"version 1")
        assert pages > 1
        # As soon as there is room, the same service takes work again.
        assert await versions() == [again.json()["submission"], first.json()["submission"]]
        assert list((blobs / "drafts").iterdir()) == []


def _fill(path: Path) -> int:
    """Write a file until the disk is full and return its size."""
    with path.open("wb", buffering=0) as file:
        while True:
            try:
                file.write(bytes(PAGE))
            except OSError:
                return file.tell()


# --- PostgreSQL restarts ----------------------------------------------------------------------------------------------


@pytest.fixture
def live(app: FastAPI, released: Database) -> Iterator[LiveService]:
    """The service on a port."""
    with serve(app) as service:
        yield service


@pytest.mark.postgres
@pytest.mark.parametrize("settings", ["postgresql"], indirect=True)
def test_postgresql_restarted_during_upload(
    live: LiveService, released: Database, blobs: BlobStore, postgres_server: PostgresServer
) -> None:
    """Whatever is on its way then gets a receipt or a clear error; nothing that has a receipt is lost."""
    told: list[Receipt] = []
    refused: set[tuple[int, str]] = set()
    end = threading.Event()
    restarted = threading.Event()

    def client(username: str) -> httpx.Client:
        headers = {"Authorization": f"Bearer token-{username}"}
        return httpx.Client(base_url=f"{live.url}/api/", headers=headers, trust_env=False, timeout=60)

    def learn(username: str) -> None:
        with client(username) as http:
            for number in count():
                if end.is_set():
                    return
                content = f"{username} {number} ".encode() * 2000
                answer = http.post(f"{HERE}/submissions", files=[("files", ("doubling.ipynb", content))])
                if answer.is_success:
                    told.append(Receipt.model_validate(answer.json()))
                else:
                    refused.add((answer.status_code, answer.json()["code"]))
                http.get("assignments")

    def slowly() -> httpx.Response:
        """Hand in with a restart in the middle of the upload."""

        def body() -> Iterator[bytes]:
            yield (
                b'--b\r\nContent-Disposition: form-data; name="files"; filename="doubling.ipynb"\r\n\r\n'
                + b"x" * 100_000
            )
            assert restarted.wait(60)
            yield b"the end\r\n--b--\r\n"

        with client("bob") as http:
            headers = {"Content-Type": "multipart/form-data; boundary=b"}
            return http.post(f"{HERE}/submissions", content=body(), headers=headers)

    with ThreadPoolExecutor(5) as pool:
        slow = pool.submit(slowly)
        # Half of it has arrived as soon as there is a draft.
        wait_until(lambda: any(blobs.drafts.iterdir()) or slow.done())
        learning = [pool.submit(learn, username) for username in ("amy", "bob", "amy", "bob")]
        try:
            for _ in range(RESTARTS):
                before = len(told)
                postgres_server.control("-m", "fast", "restart")
                wait_until(lambda before=before: len(told) > before + 4 or any(each.done() for each in learning))
        finally:
            restarted.set()
            answer = slow.result()
            end.set()
        for each in learning:
            each.result()
    assert answer.status_code == 201, answer.text
    told.append(Receipt.model_validate(answer.json()))
    assert refused <= {(503, "database_unavailable")}
    with released.read() as session:
        rows = {row.id: row for row in session.scalars(select(SubmissionRow))}
    for receipt in told:
        assert verify(receipt)
        assert rows[receipt.submission].receipt == receipt.model_dump(mode="json")
    for row in rows.values():
        entries = [FileEntry.model_validate(file) for file in row.files]
        assert digest_of(entries) == row.digest
        assert all(len(blobs.read(entry.sha256)) == entry.size for entry in entries)
