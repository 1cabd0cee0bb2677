"""Versions of a released assignment at the service: who has which, what is offered, what teachers say of them."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import nbformat
import pytest

from learnspace_core.database import Database
from learnspace_core.settings import Settings
from tests.learnspace_assignments.conftest import Work

Client = Callable[[str], httpx.AsyncClient]
BASE = "assignments/art/doubling"
TEACH = "teach/art/doubling/versions"


def mend(settings: Settings, text: str) -> None:
    """Add a cell to the source of the assignment."""
    source = settings.state / "courses/art/source/doubling/doubling.ipynb"
    notebook = nbformat.read(source, as_version=4)
    notebook.cells.append(nbformat.v4.new_markdown_cell(text))
    nbformat.write(notebook, source)


async def release(client: Client, work: Work, note: str) -> None:
    """Release the source as it is, as a teacher does."""
    asked = await client("ted").post("teach/art/doubling/release", json={"note": note})
    assert asked.status_code == 202
    work.queue.run(asked.json()["id"])
    assert (await client("ted").get(f"jobs/{asked.json()['id']}")).json()["state"] == "done"


async def test_a_mended_version_is_offered_with_the_teachers_words(
    client: Client, released: Database, work: Work, settings: Settings
) -> None:
    amy, ted = client("amy"), client("ted")
    assert (await amy.put(f"{BASE}/versions/1/fetched")).status_code == 204
    mend(settings, "A hint.")
    await release(client, work, "There is a hint now.")
    mend(settings, "Another hint.")
    await release(client, work, "And another one.")
    await release(client, work, "Nothing is new.")

    one = (await amy.get(BASE)).json()
    assert (one["version"], one["fetched_version"]) == (3, 1)
    assert (one["update"]["number"], one["update"]["note"]) == (3, "There is a hint now.\nAnd another one.")
    news = (await amy.get("home")).json()["news"]
    assert [(item["kind"], item["target"]) for item in news] == [("update", "art/doubling")]
    # Who never fetched gets the newest and needs no update.
    assert (await client("bob").get(BASE)).json()["update"] is None

    old, new = [(await amy.get(f"{BASE}/versions/{number}/files/doubling.ipynb")).text for number in (1, 3)]
    assert "Another hint." not in old
    assert "Another hint." in new
    assert (await amy.get(f"{BASE}/versions/1")).json()["files"][0]["size"] == len(old.encode())

    await ted.put(f"{TEACH}/2", json={"note": "A first hint."})
    await amy.put(f"{BASE}/versions/2/fetched")
    versions = (await ted.get(TEACH)).json()
    assert [(one["number"], one["note"], one["learners"]) for one in versions] == [
        (3, "And another one.", 0),
        (2, "A first hint.", 1),
        (1, "", 0),
    ]
    timeline = (await amy.get("portfolio")).json()
    assert [entry["verb"] for entry in timeline] == ["updated", "fetched"]
    assert (await ted.get("portfolio")).json()[0]["sentence"] == "Released Doubling"


@pytest.mark.parametrize("number", ["0", "-1", "2", "99999999999999999999"])
async def test_a_version_that_was_not_released_does_not_exist(client: Client, released: Database, number: str) -> None:
    for method, path in (("GET", ""), ("GET", "/files/doubling.ipynb"), ("PUT", "/fetched")):
        answer = await client("amy").request(method, f"{BASE}/versions/{number}{path}")
        assert answer.status_code == 404
    assert (await client("ted").put(f"{TEACH}/{number}", json={"note": ""})).status_code == 404


async def test_versions_of_what_was_taken_back_are_gone_too(client: Client, released: Database) -> None:
    await client("ted").delete(f"{BASE}/release")
    for path in ("", "/files/doubling.ipynb"):
        assert (await client("amy").get(f"{BASE}/versions/1{path}")).status_code == 404


async def test_a_note_without_end_is_refused(client: Client, released: Database) -> None:
    answer = await client("ted").put(f"{TEACH}/1", json={"note": "x" * 2001})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_request")
    assert "note" in answer.json()["message"]
