"""Files and names that somebody made to break a hand-in: what the space says of each, and what the service says."""

from __future__ import annotations

import json
import os
import stat
import tracemalloc
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import nbformat
import pytest

from learnspace_assignments import store
from learnspace_assignments.models import Receipt
from learnspace_assignments.space.delivery import Delivery
from learnspace_assignments.space.handing_in import _look
from learnspace_core.client import ServiceClient
from learnspace_core.database import Database
from learnspace_core.errors import LearnspaceError
from learnspace_core.homefiles import collect
from learnspace_core.models import FileEntry
from learnspace_core.settings import PREFIX

Client = Callable[[str], httpx.AsyncClient]
on_sqlite = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
FOLDER = "assignments/art/doubling"
URL = f"{FOLDER}/submissions"
WORK = nbformat.writes(nbformat.v4.new_notebook()).encode()
MEGABYTE = 1_000_000

REFUSED = {
    "up and out": "../x.ipynb",
    "absolute": "/etc/x.ipynb",
    "300 characters": "x" * 294 + ".ipynb",
    "reserved on Windows": "con.ipynb",
    "reserved on Windows, in a folder": "LPT1/x.ipynb",
    "right to left": "gnp\u202e.ipynb",
    "no width": "a\u200bb.ipynb",
    "a line feed": "a\nb.ipynb",
    "a backslash": "a\\b.ipynb",
    "ends with a dot": "a./b.ipynb",
    "space around": " a.ipynb",
    "a stream on Windows": "a:b.ipynb",
    "a star": "a*.ipynb",
}
PAIRS = {
    "differ in case": ("Data.csv", "data.csv"),
    "differ in Unicode form": ("é.csv", "e\u0301.csv"),
    "differ in the case of another script": ("Ж.csv", "ж.csv"),
    "differ in case and Unicode form": ("É.csv", "e\u0301.csv"),
    "differ in a sharp s": ("Maße.csv", "MASSE.csv"),
}
TAKEN = {
    "emoji": "📊 😀.ipynb",
    "Chinese": "练习/第一课.ipynb",
    "Arabic": "درس.ipynb",
    "240 bytes": "x" * 234 + ".ipynb",
}
NOTEBOOKS = {
    "half written": (WORK[: len(WORK) // 2], "not_a_notebook"),
    "not JSON": (b"print('hello')", "not_a_notebook"),
    "empty": (b"", "not_a_notebook"),
    "a list": (b"[]", "not_a_notebook"),
    "no cells": (b'{"nbformat": 4, "metadata": {}}', "not_a_notebook"),
    "not UTF-8": (b'{"nbformat": 4, "cells": "\xff"}', "not_a_notebook"),
    "deep": (b"[" * 200_000, "not_a_notebook"),
    "nbformat 3": (json.dumps({"nbformat": 3, "worksheets": []}).encode(), "old_notebook"),
    "nbformat 5": (json.dumps({"nbformat": 5, "cells": []}).encode(), "new_notebook"),
}
NO_FILES: dict[str, Callable[[Path], object]] = {
    "a symbolic link": lambda path: path.symlink_to("/etc/passwd"),
    "a link to nowhere": lambda path: path.symlink_to("nowhere"),
    "a link to a folder": lambda path: path.symlink_to("."),
    "a pipe": os.mkfifo,
    "a socket": lambda path: os.mknod(path, stat.S_IFSOCK | 0o600),
    "a device": lambda path: os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 5)),
}


@pytest.fixture
def released(school: Database) -> Database:
    with school.write() as session:
        row = store.ensure_assignment(session, "art", "doubling", "Doubling")
        store.release(session, row, [FileEntry(path="doubling.ipynb", sha256="0" * 64, size=1)], 5)
    return school


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The assignment in a home."""
    made = tmp_path / "home" / FOLDER
    made.mkdir(parents=True)
    return made


@pytest.fixture
async def amy(app: object, released: Database) -> AsyncIterator[ServiceClient]:
    """The service as amy's space calls it."""
    made = ServiceClient(f"http://test{PREFIX}", "token-amy", httpx.ASGITransport(app=app))  # type: ignore[arg-type]
    yield made
    await made.close()


@pytest.fixture
def delivery(tmp_path: Path, amy: ServiceClient) -> Delivery:
    return Delivery(tmp_path / "home", lambda: amy, first_wait=3600)


async def _upload(client: httpx.AsyncClient, *names: str) -> httpx.Response:
    """Send files under names that no well-behaved client would write, as raw multipart."""
    parts = b"".join(
        b'--b\r\nContent-Disposition: form-data; name="files"; filename="%b"\r\n\r\n%b\r\n'
        % (name.replace("\\", "\\\\").encode("utf-8", "surrogatepass"), WORK)
        for name in names
    )
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    return await client.post(URL, content=parts + b"--b--\r\n", headers=headers)


async def _nothing_was_kept(client: httpx.AsyncClient) -> bool:
    return (await client.get(FOLDER)).json()["submissions"] == []


# --- names ------------------------------------------------------------------------------------------------------------


@on_sqlite
@pytest.mark.parametrize("name", [*REFUSED.values(), "a\0b.ipynb", "", ".", "..", "\ud800.ipynb"])
async def test_the_service_refuses_the_name(client: Client, released: Database, name: str) -> None:
    answer = await _upload(client("amy"), name)
    # A line feed ends the header it stands in: there is no name then, or no form.
    assert answer.status_code in (400, 422)
    assert answer.json()["code"] in (("bad_path", "bad_upload") if "\n" in name else ("bad_path",))
    assert await _nothing_was_kept(client("amy"))


@pytest.mark.parametrize("what", [what for what, name in REFUSED.items() if not name.startswith(("/", "../"))])
def test_the_space_refuses_the_name_before_it_sends(folder: Path, what: str) -> None:
    path = folder / REFUSED[what]
    if len(path.name) > 255:
        # No file system here has it in one piece; two folders make it as long.
        path = folder / ("x" * 150) / ("x" * 150) / "x.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(WORK)
    with pytest.raises(LearnspaceError, match="Rename it") as refused:
        collect(folder.parents[2], FOLDER)
    assert refused.value.code == "bad_path"


def test_the_space_refuses_a_name_that_is_no_unicode(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.ipynb")).write_bytes(WORK)
    with pytest.raises(LearnspaceError, match="not valid Unicode"):
        collect(folder.parents[2], FOLDER)


@on_sqlite
@pytest.mark.parametrize("what", PAIRS)
async def test_two_names_that_are_one_elsewhere(client: Client, released: Database, folder: Path, what: str) -> None:
    answer = await _upload(client("amy"), "doubling.ipynb", *sorted(PAIRS[what]))
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_path")
    assert await _nothing_was_kept(client("amy"))
    for name in PAIRS[what]:
        (folder / name).write_bytes(WORK)
    with pytest.raises(LearnspaceError) as refused:
        collect(folder.parents[2], FOLDER)
    # In the same words: the learner reads them before anything is sent.
    assert refused.value.message == answer.json()["message"]


@on_sqlite
@pytest.mark.parametrize("what", TAKEN)
async def test_a_good_name_in_any_script_arrives_as_it_is(folder: Path, delivery: Delivery, what: str) -> None:
    path = folder / TAKEN[what]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(WORK)
    receipt = await delivery.hand_in("art", "doubling", FOLDER)
    assert isinstance(receipt, Receipt)
    assert [file.path for file in receipt.files] == [TAKEN[what]]


@on_sqlite
async def test_names_that_look_alike_but_are_two_on_every_disk_arrive_apart(folder: Path, delivery: Delivery) -> None:
    names = sorted(f"{name}.ipynb" for name in ("1", "１", "ｱ", "ア"))
    for name in names:
        (folder / name).write_bytes(WORK + name.encode())
    receipt = await delivery.hand_in("art", "doubling", FOLDER)
    assert isinstance(receipt, Receipt)
    assert [(file.path, file.size) for file in receipt.files] == [(name, len(WORK + name.encode())) for name in names]


# --- what is no file --------------------------------------------------------------------------------------------------


@on_sqlite
@pytest.mark.parametrize("what", NO_FILES)
async def test_what_is_no_file_is_refused_by_its_name_and_never_opened(
    folder: Path, delivery: Delivery, client: Client, what: str
) -> None:
    (folder / "doubling.ipynb").write_bytes(WORK)
    try:
        NO_FILES[what](folder / "odd")
    except PermissionError:
        pytest.skip("only root makes devices, and not in every container")
    with pytest.raises(LearnspaceError, match="odd") as refused:
        await delivery.hand_in("art", "doubling", FOLDER)
    assert refused.value.code == "not_a_regular_file"
    assert await delivery.waiting() == []
    assert await _nothing_was_kept(client("amy"))


@on_sqlite
async def test_a_file_that_becomes_a_link_on_the_way_is_not_followed(folder: Path, delivery: Delivery) -> None:
    (folder / "doubling.ipynb").write_bytes(WORK)
    paths = collect(folder.parents[2], FOLDER)
    (folder / "doubling.ipynb").unlink()
    (folder / "doubling.ipynb").symlink_to("/etc/passwd")
    with pytest.raises(LearnspaceError) as refused:
        delivery.outbox.put("art", "doubling", FOLDER, paths)
    assert refused.value.code == "not_a_regular_file"
    assert await delivery.waiting() == []
    assert list((folder.parents[2] / ".learnspace/outbox").iterdir()) == []


@on_sqlite
async def test_a_hard_link_is_an_ordinary_file(folder: Path, delivery: Delivery, tmp_path: Path) -> None:
    """One can link only to what one may read; tools like git make hard links of their own."""
    (tmp_path / "original").write_bytes(WORK)
    os.link(tmp_path / "original", folder / "doubling.ipynb")
    receipt = await delivery.hand_in("art", "doubling", FOLDER)
    assert isinstance(receipt, Receipt)
    assert receipt.files[0].size == len(WORK)


def test_what_nbgrader_and_older_versions_leave_is_not_handed_in(folder: Path) -> None:
    for name in (
        "doubling.ipynb", "feedback/2026/doubling.html", "handed-in 2026-11-24 18.05.09 3f2a91bc/doubling.ipynb",
        ".ipynb_checkpoints/x.ipynb", "__pycache__/x.pyc", "x.pyc", "my/feedback/notes.txt", "my/handed-in x/notes.txt",
    ):  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(WORK)
    (folder / "handed-in notes.txt").write_text("a file of mine, no folder")
    assert sorted(collect(folder.parents[2], FOLDER)) == [
        "doubling.ipynb", "handed-in notes.txt", "my/feedback/notes.txt", "my/handed-in x/notes.txt",
    ]  # fmt: skip


# --- notebooks --------------------------------------------------------------------------------------------------------


@on_sqlite
@pytest.mark.parametrize("what", NOTEBOOKS)
async def test_a_broken_notebook_is_warned_of_and_taken(folder: Path, delivery: Delivery, what: str) -> None:
    """Work must not be lost for its form: grading puts it aside for a person."""
    content, code = NOTEBOOKS[what]
    (folder / "doubling.ipynb").write_bytes(content)
    _, warnings = _look(folder.parents[2], FOLDER)
    assert [(warned.path, warned.code) for warned in warnings] == [("doubling.ipynb", code)]
    receipt = await delivery.hand_in("art", "doubling", FOLDER)
    assert isinstance(receipt, Receipt)
    assert receipt.files[0].size == len(content)


@on_sqlite
@pytest.mark.parametrize("what", NOTEBOOKS)
async def test_a_broken_notebook_that_was_handed_in_is_no_fault_of_ours_to_look_at(
    folder: Path, delivery: Delivery, client: Client, what: str
) -> None:
    (folder / "doubling.ipynb").write_bytes(NOTEBOOKS[what][0])
    receipt = await delivery.hand_in("art", "doubling", FOLDER)
    assert isinstance(receipt, Receipt)
    answer = await client("amy").get(f"submissions/{receipt.submission}/preview")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_notebook")


@on_sqlite
async def test_100_megabytes_of_outputs_are_refused_with_the_limit_and_in_constant_memory(
    folder: Path, delivery: Delivery, client: Client
) -> None:
    with (folder / "doubling.ipynb").open("wb") as file:
        file.truncate(100 * MEGABYTE)
    tracemalloc.start()
    try:
        with pytest.raises(LearnspaceError, match="a file may have 50000000 bytes") as refused:
            await delivery.hand_in("art", "doubling", FOLDER)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (refused.value.code, refused.value.status) == ("too_large", 413)
    assert peak < 20 * MEGABYTE, f"{peak / MEGABYTE:.0f} MB"
    assert await delivery.waiting() == []
    assert await _nothing_was_kept(client("amy"))
