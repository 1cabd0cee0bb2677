from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from fastapi import FastAPI

from learnspace_core.settings import Settings, Uploads

Client = Callable[[str], httpx.AsyncClient]
UPLOAD = {"Content-Type": "multipart/form-data; boundary=x"}
START = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.ipynb"\r\n\r\n'
PIECE = b" " * 100_000
PIECES = 100


class Body:
    """A body of ten million bytes that counts how many of them were asked for."""

    def __init__(self, start: bytes = b"") -> None:
        self.start = start
        self.taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.start
        for _ in range(PIECES):
            self.taken += len(PIECE)
            yield PIECE


@pytest.mark.parametrize("username", ["", "nobody-the-hub-knows"])
async def test_a_strangers_upload_is_not_read(client: Client, username: str) -> None:
    body, stranger = Body(START), client("")
    headers = {**UPLOAD, "Authorization": f"Bearer {username}"} if username else UPLOAD
    answer = await stranger.post("assignments/art/doubling/submissions", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert body.taken == 0


async def test_json_is_bounded(client: Client) -> None:
    body = Body(b"{")
    answer = await client("ted").post(
        "teach/art/doubling/grade", content=body, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert body.taken < len(PIECE) * PIECES / 2


async def test_an_upload_over_the_limit_is_not_read_to_its_end(
    client: Client, app: FastAPI, settings: Settings
) -> None:
    app.state.settings = settings.model_copy(update={"uploads": Uploads(total_bytes=1)})
    body = Body(START)
    answer = await client("amy").post("assignments/art/doubling/submissions", content=body, headers=UPLOAD)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert body.taken < len(PIECE) * PIECES / 2
