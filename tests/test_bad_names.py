"""Names that are none, in the place of every name that the service's addresses have, by every verb there is."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import httpx
import pytest

from learnspace_core.settings import Settings
from tests.test_rights import VERBS, place, source

__all__ = ["place", "source"]

Client = Callable[[str], httpx.AsyncClient]
BAD = {
    "up and out": "../x",
    "two dots": "..",
    "absolute": "/etc/passwd",
    "a NUL": "a\0b",
    "300 characters": "x" * 300,
    "101 characters": "x" * 101,
    "reserved on Windows": "con",
    "reserved on Windows, with an ending": "LPT1.old",
    "a right-to-left mark": "1sp\u202e",
    "a mark of no width": "ps\u200b1",
    "ends with a dot": "ps1.",
    "space around": " ps1",
    "hidden": ".ps1",
    "a stream on Windows": "ps1:2",
    "a backslash": "a\\b",
    "a line feed": "a\nb",
}


def quoted(name: str) -> str:
    """Return a name as one part of an address, dots too."""
    return quote(name, safe="").replace(".", "%2E")


@pytest.mark.parametrize("what", BAD)
async def test_a_bad_name_finds_and_makes_nothing_by_any_verb(
    client: Client, place: dict[str, str], settings: Settings, what: str
) -> None:
    courses = settings.state / "courses"
    before = sorted(courses.rglob("*"))
    asked = 0
    for verb, (_, sent) in VERBS.items():
        method, _, path = verb.partition(" ")
        for field in ("name", "course", "submission_id", "username", "team_id"):
            if f"{{{field}}}" not in path:
                continue
            words = {key: quoted(value) for key, value in {**place, field: BAD[what]}.items()}
            for username in ("ted", "amy"):
                answer = await client(username).request(method, path.lstrip("/").format(**words), **sent)  # type: ignore[arg-type]
                # Dots and slashes make another address of it, which there may be.
                assert answer.status_code in (400, 403, 404, 405, 409, 422), f"{verb} {field}: {answer.text}"
                assert set(answer.json()) == {"code", "message"}
                asked += 1
    assert asked > 100
    assert sorted(courses.rglob("*")) == before
