"""Names of assignments and files that are none, or that are one on somebody's disk: what every part says of them."""

from __future__ import annotations

import asyncio
import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import httpx
import nbformat
import pytest
from fastapi import FastAPI
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError

from learnspace_assignments import exchange, store
from learnspace_assignments.coursedir import course_directory, ensure_course_directory
from learnspace_assignments.models import Receipt
from learnspace_core.blobs import BlobStore
from learnspace_core.client import ServiceClient
from learnspace_core.database import Database
from learnspace_core.errors import LearnspaceError
from learnspace_core.models import FileEntry
from learnspace_core.settings import PREFIX, Settings
from learnspace_people import store as people
from learnspace_people.models import Course
from tests.learnspace_assignments.conftest import Work, source_notebook
from tests.test_bad_names import BAD, quoted

Client = Callable[[str], httpx.AsyncClient]
on_sqlite = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
WORK = nbformat.writes(nbformat.v4.new_notebook()).encode()
COMPOSED, DECOMPOSED = (unicodedata.normalize(form, "Übung") for form in ("NFC", "NFD"))

ALIKE = {
    "in case": ("ps1", "PS1"),
    "in the case of another script": ("задача", "Задача"),
    "in Unicode form": (COMPOSED, DECOMPOSED),
    "in case and Unicode form": (COMPOSED, DECOMPOSED.upper()),
    "in the width of letters": ("ps1", "ｐｓ１"),
    "in a ligature": ("final", "ﬁnal"),
    "in a sharp s": ("Straße", "STRASSE"),
}
GOOD = {"emoji": "📊 😀", "Chinese": "练习一", "Arabic": "واجب", COMPOSED: DECOMPOSED, "100 characters": "x" * 100}


def _upload(name: str = "work.ipynb") -> dict[str, list[tuple[str, tuple[str, bytes]]]]:
    return {"files": [("files", (name, WORK))]}


def _release(client: httpx.AsyncClient, name: str) -> object:
    return client.put(f"assignments/art/{quoted(name)}/release", **_upload())  # type: ignore[arg-type]


def _write(settings: Settings, name: str) -> Path:
    folder = ensure_course_directory(settings, "art") / "source" / name
    folder.mkdir()
    nbformat.write(source_notebook(), folder / "work.ipynb")
    return folder


# --- names that are none ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", [what for what in BAD if "/" not in BAD[what]])
async def test_an_assignment_is_not_released_under_a_bad_name(client: Client, school: Database, what: str) -> None:
    answer = await _release(client("ted"), BAD[what])  # type: ignore[misc]
    assert (answer.status_code, answer.json()["code"]) in ((400, "bad_path"), (404, "not_found")), answer.text
    assert (await client("ted").get("teach")).json() == []


async def test_no_assignment_is_called_like_a_word_in_the_services_addresses(client: Client, school: Database) -> None:
    answer = await _release(client("ted"), "accommodations")  # type: ignore[misc]
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_path")


@pytest.mark.parametrize("what", GOOD)
async def test_a_good_name_in_any_script_is_the_same_everywhere(
    client: Client, school: Database, settings: Settings, what: str
) -> None:
    name = GOOD[what]
    _write(settings, name)
    assert [one["name"] for one in (await client("ted").get("teach")).json()] == [name]
    assert (await _release(client("ted"), name)).status_code == 200  # type: ignore[misc]
    amy = client("amy")
    receipt = await amy.post(f"assignments/art/{quote(name)}/submissions", **_upload(f"{name}.ipynb"[-60:]))  # type: ignore[arg-type]
    assert receipt.status_code == 201, receipt.text
    assert Receipt.model_validate(receipt.json()).assignment == name
    shown = (await amy.get(f"assignments/art/{quote(name)}")).json()
    assert [file["path"] for file in shown["submissions"][0]["files"]] == [f"{name}.ipynb"[-60:]]
    assert [one["name"] for one in (await client("ted").get("teach")).json()] == [name]


# --- names that are one on somebody's disk ----------------------------------------------------------------------------


@pytest.mark.parametrize("what", ALIKE)
async def test_a_second_assignment_whose_name_differs_only_so_is_not_released(
    client: Client, school: Database, what: str
) -> None:
    first, second = ALIKE[what]
    teacher = client("ted")
    assert (await _release(teacher, first)).status_code == 200  # type: ignore[misc]
    answer = await _release(teacher, second)  # type: ignore[misc]
    assert (answer.status_code, answer.json()["code"]) == (409, "assignment_exists")
    assert repr(first) in answer.json()["message"]
    assert repr(second) in answer.json()["message"]
    assert [one["name"] for one in (await client("amy").get("assignments")).json()] == [first]
    assert [one["name"] for one in (await teacher.get("teach")).json()] == [first]
    # The first is as free as before, and another course does not care.
    assert (await _release(teacher, first)).status_code == 200  # type: ignore[misc]
    answer = await client("una").put(f"assignments/biology/{quote(second)}/release", **_upload())  # type: ignore[arg-type]
    assert answer.status_code == 200


async def test_two_that_are_released_at_the_same_moment(client: Client, school: Database) -> None:
    answers = await asyncio.gather(*(_release(client("ted"), name) for name in ("ps1", "PS1", "Ps1", "pS1")))  # type: ignore[call-overload]
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert len((await client("amy").get("assignments")).json()) == 1


@on_sqlite
async def test_two_folders_in_source_are_both_listed_and_the_first_that_is_released_has_the_name(
    client: Client, school: Database, settings: Settings, work: Work, blobs: BlobStore
) -> None:
    for name in (COMPOSED, DECOMPOSED):
        _write(settings, name)
    teacher = client("ted")
    assert {one["name"] for one in (await teacher.get("teach")).json()} == {COMPOSED, DECOMPOSED}
    job = (await teacher.post(f"teach/art/{quote(DECOMPOSED)}/release", json={"note": ""})).json()["id"]
    late = (await teacher.post(f"teach/art/{quote(COMPOSED)}/release", json={"note": ""})).json()["id"]
    work.queue.run(job)
    answer = await teacher.post(f"teach/art/{quote(COMPOSED)}/release", json={"note": ""})
    # The one that was asked for before waits still, and fails with the same words.
    work.queue.run(late)
    ended = (await teacher.get(f"jobs/{late}")).json()
    assert (ended["state"], ended["code"]) == ("failed", "assignment_exists")
    answer = await teacher.post(f"teach/art/{quote(COMPOSED)}/release", json={"note": ""})
    assert (answer.status_code, answer.json()["code"]) == (409, "assignment_exists")
    assert [one["name"] for one in (await client("amy").get("assignments")).json()] == [DECOMPOSED]
    # Nor does nbgrader's own book know it.
    directory = course_directory(settings, "art")
    with Gradebook(f"sqlite:///{directory}/gradebook.db", "art") as book:
        assert [one.name for one in book.assignments] == [DECOMPOSED]
    assert [path.name for path in (directory / "release").iterdir()] == [DECOMPOSED]


async def test_a_deleted_assignment_keeps_its_name_and_one_that_was_never_released_does_not(
    client: Client, school: Database, settings: Settings
) -> None:
    teacher = client("ted")
    folder = _write(settings, "ps1")
    assert [one["name"] for one in (await teacher.get("teach")).json()] == ["ps1"]
    shutil.rmtree(folder)
    assert (await _release(teacher, "PS1")).status_code == 200  # type: ignore[misc]
    assert (await teacher.delete("teach/art/PS1")).status_code == 204
    answer = await _release(teacher, "ps1")  # type: ignore[misc]
    assert (answer.status_code, answer.json()["code"]) == (409, "assignment_exists")
    assert "before it was deleted" in answer.json()["message"]


@on_sqlite
def test_nbgraders_own_command_names_the_assignment_that_is_there(
    app: FastAPI, school: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = (f"http://service{PREFIX}", "token-ted", httpx.ASGITransport(app=app))
    monkeypatch.setattr(ServiceClient, "from_environment", lambda: ServiceClient(*arguments))
    for name in ("ps1", "PS1"):
        folder = tmp_path / "release" / name
        folder.mkdir(parents=True)
        (folder / "work.ipynb").write_bytes(WORK)
        coursedir = CourseDirectory(root=str(tmp_path), course_id="art", assignment_id=name)
        release = exchange.ExchangeReleaseAssignment(coursedir=coursedir, authenticator=None)
        if name == "ps1":
            release.start()
            continue
        with pytest.raises(ExchangeError, match="'ps1'"):
            release.start()


@on_sqlite
def test_a_course_whose_id_differs_only_in_case_is_not_made(school: Database) -> None:
    with pytest.raises(LearnspaceError, match="'art'") as refused, school.write() as session:
        people.create_course(session, "ted", Course(id="ART", title="Art", institution="school"))
    assert refused.value.code == "course_exists"


# --- files of versions ------------------------------------------------------------------------------------------------


@on_sqlite
async def test_a_new_version_does_not_rename_a_file_in_case_or_form_only(client: Client, school: Database) -> None:
    teacher = client("ted")

    async def release(*names: str) -> httpx.Response:
        files = [("files", (name, WORK + name.encode() if name.endswith(".csv") else WORK)) for name in names]
        return await teacher.put("assignments/art/ps1/release", files=files)

    assert (await release("work.ipynb", "Data.csv")).status_code == 200
    answer = await release("work.ipynb", "data.csv")
    assert (answer.status_code, answer.json()["code"]) == (409, "file_exists")
    assert "'Data.csv'" in answer.json()["message"]
    assert "'data.csv'" in answer.json()["message"]
    [shown] = (await client("amy").get("assignments")).json()
    assert sorted(file["path"] for file in shown["files"]) == ["Data.csv", "work.ipynb"]
    assert shown["version"] == 1
    # Away and back again, or quite another name.
    assert (await release("work.ipynb", "walks.csv")).status_code == 200
    assert (await release("work.ipynb", "data.csv")).status_code == 409
    assert (await release("work.ipynb", "Data.csv")).status_code == 200


@on_sqlite
def test_versions_from_before_this_rule_do_not_block_the_next_one(school: Database) -> None:
    def files(*names: str) -> list[FileEntry]:
        return [FileEntry(path=name, sha256="0" * 64, size=len(name)) for name in names]

    with school.write() as session:
        row = store.ensure_assignment(session, "art", "ps1", "One")
        store.release(session, row, files("Data.csv"), 1)
        row.files = []
        session.flush()
        version = row.version
        assert store.release(session, row, files("Data.csv", "more.csv"), 1)
        assert row.version == version + 1
