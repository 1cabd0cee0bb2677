from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from learnspace_assignments import store
from learnspace_assignments.models import Receipt
from learnspace_assignments.receipts import verify
from learnspace_core.database import Database
from learnspace_core.models import FileEntry
from learnspace_core.settings import Settings, Uploads

Client = Callable[[str], httpx.AsyncClient]
URL = "assignments/art/doubling/submissions"
NOTEBOOK = ("files", ("doubling.ipynb", b"{}"))


@pytest.fixture
def released(school: Database) -> Database:
    """The assignment ``doubling``, released without nbgrader: enough for the verbs that only move bytes."""
    with school.write() as session:
        row = store.ensure_assignment(session, "art", "doubling", "Doubling")
        store.release(session, row, [FileEntry(path="doubling.ipynb", sha256="0" * 64, size=1)], 5)
    return school


async def test_the_receipt_is_signed_and_names_every_file(client: Client, released: Database) -> None:
    files = [NOTEBOOK, ("files", ("data/练习.csv", b"1,2"))]
    answer = await client("amy").post(URL, files=files)
    receipt = Receipt.model_validate(answer.json())
    assert answer.status_code == 201
    assert [(file.path, file.size) for file in receipt.files] == [("data/练习.csv", 3), ("doubling.ipynb", 2)]
    assert verify(receipt)
    assert not verify(receipt.model_copy(update={"username": "bob"}))


async def test_the_same_bytes_twice_give_the_same_receipt_and_one_submission(
    client: Client, released: Database
) -> None:
    first, second = await client("amy").post(URL, files=[NOTEBOOK]), await client("amy").post(URL, files=[NOTEBOOK])
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert len((await client("amy").get("assignments")).json()[0]["submissions"]) == 1


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ([("files", ("../x.ipynb", b"{}"))], "bad_path"),
        ([NOTEBOOK, ("files", ("Doubling.ipynb", b"{}"))], "bad_path"),
        ([("files", ("notes.txt", b"x"))], "no_notebook"),
    ],
)
async def test_a_bad_upload_keeps_nothing(
    client: Client, released: Database, files: list[tuple[str, tuple[str, bytes]]], code: str
) -> None:
    answer = await client("amy").post(URL, files=files)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert (await client("amy").get("assignments")).json()[0]["submissions"] == []


@pytest.mark.parametrize("limits", [{"file_bytes": 1}, {"total_bytes": 1}, {"files": 1}])
async def test_over_a_limit_names_it(
    client: Client, released: Database, app: object, settings: Settings, limits: dict[str, int]
) -> None:
    app.state.settings = settings.model_copy(update={"uploads": Uploads(**limits)})  # type: ignore[attr-defined]
    answer = await client("amy").post(URL, files=[NOTEBOOK, ("files", ("b.txt", b"{}"))])
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert "1" in answer.json()["message"]


async def test_no_file_at_all_is_a_clear_error(client: Client, released: Database) -> None:
    answer = await client("amy").post(URL)
    assert answer.status_code == 422
    assert "files" in answer.json()["message"]


async def test_fetching_twice_is_recorded_once(client: Client, released: Database) -> None:
    for _ in range(2):
        assert (await client("amy").post("assignments/art/doubling/fetched")).status_code == 204
    assert [entry["verb"] for entry in (await client("amy").get("portfolio")).json()] == ["fetched"]


async def test_an_unreleased_assignment_does_not_exist_for_learners(
    client: Client, school: Database, settings: Settings
) -> None:
    source = settings.state / "courses" / "art" / "source" / "secret"
    source.mkdir(parents=True)
    (source / "secret.ipynb").write_text("{}")
    with school.write() as session:
        store.ensure_assignment(session, "art", "secret", "Secret")
    assert (await client("amy").get("assignments/art/secret")).status_code == 404
    assert (await client("amy").get("assignments")).json() == []
    assert [one["name"] for one in (await client("ted").get("teach")).json()] == ["secret"]


async def test_an_assignments_name_never_leaves_its_folder(client: Client, released: Database) -> None:
    teacher = client("ted")
    for name in ("%2e%2e", "a%5cb", "con"):
        answer = await teacher.put(f"assignments/art/{name}/release", files=[NOTEBOOK])
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_path"), name


async def test_never_have_more_learners_handed_in_than_there_are(client: Client, released: Database) -> None:
    await client("amy").post(URL, files=[NOTEBOOK])
    [before] = (await client("ted").get("teach")).json()
    assert (await client("ted").delete("courses/art/learners/amy")).is_success
    [after] = (await client("ted").get("teach")).json()
    assert len(after["submissions"]) == 1
    assert after["learners"] == before["learners"]
