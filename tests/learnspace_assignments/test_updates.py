"""An update of an assignment in a learner's own server: previewed, made, undone; the real service behind it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import httpx
import nbformat
import pytest
from tornado.httpclient import HTTPClientError

from learnspace_assignments import store
from learnspace_assignments.space.undobox import MOST_ENTRIES, UndoBox
from learnspace_core.app import make_app
from learnspace_core.blobs import BlobStore
from learnspace_core.client import ServiceClient
from learnspace_core.database import Database, upgrade
from learnspace_core.models import FileEntry
from learnspace_core.settings import Settings
from learnspace_people import store as people
from learnspace_people.models import Course, Enrolment

pytest_plugins = ["pytest_jupyter.jupyter_server"]
PS1 = ("learnspace", "api", "assignments", "c1", "ps1")
FOLDER = "assignments/c1/ps1"


def notebook(*sources: str) -> bytes:
    """A notebook whose cells are named by their places."""
    cells = [nbformat.v4.new_code_cell(source, id=f"cell-{number}") for number, source in enumerate(sources)]
    text: str = nbformat.writes(nbformat.v4.new_notebook(cells=cells))
    return text.encode() + b"\n"


class School:
    """The real service, in which a teacher releases versions of ``c1/ps1`` and lena learns."""

    def __init__(self, state: Path) -> None:
        self.settings = Settings(state=state)
        state.mkdir()
        upgrade(self.settings.database_url)
        self.database, self.blobs = Database(self.settings.database_url), BlobStore(state / "blobs")
        with self.database.write() as session:
            people.ensure_institution(session, "i", "I")
            people.ensure_course(session, Course(id="c1", title="C", institution="i"))
            person = people.ensure_person(session, "lena", "Lena")
            people.ensure_enrolment(session, person.id, Enrolment(role="learner", institution="i", course="c1"))
            store.ensure_assignment(session, "c1", "ps1", "PS 1")

    def release(self, change: str = "", **files: bytes) -> None:
        """Release these files, named with ``__`` for a dot."""
        entries = []
        for name, content in sorted(files.items()):
            blob = self.blobs.put(content)
            entries.append(FileEntry(path=name.replace("__", "."), sha256=blob.sha256, size=blob.size))
        with self.database.write() as session:
            row = store.get_assignment(session, "c1", "ps1", released=False)
            store.release(session, row, entries, 3, change)

    def has(self) -> int:
        """Return which version lena has, as the service knows."""
        with self.database.read() as session:
            person = people.find_person(session, "lena")
            assert person is not None
            row = store.get_assignment(session, "c1", "ps1")
            return store.for_learner(session, person, row, "C").fetched_version


@pytest.fixture
def school(tmp_path):
    made = School(tmp_path / "state")
    yield made
    made.database.close()


@pytest.fixture
def home(jp_serverapp, jp_root_dir, school) -> Path:
    async def identify(token):
        return token or None

    transport = httpx.ASGITransport(make_app(school.settings, identify))
    client = ServiceClient("http://service/services/learnspace", "lena", transport)
    jp_serverapp.web_app.settings["learnspace_client"] = client
    return jp_root_dir


@pytest.fixture
def ask(jp_fetch, home):
    """Ask the learner's own server about the assignment."""

    async def ask(method: str, *path: str, **body: Any) -> Any:
        sent = {"body": json.dumps(body)} if method == "POST" else {}
        return json.loads((await jp_fetch(*PS1, *path, method=method, **sent)).body)

    return ask


async def refusal(asked: Any) -> str:
    with pytest.raises(HTTPClientError) as failed:
        await asked
    code: str = json.loads(failed.value.response.body)["code"]
    return code


async def listed(jp_fetch: Any) -> dict[str, Any]:
    [one] = json.loads((await jp_fetch(*PS1[:3])).body)
    found: dict[str, Any] = one
    return found


V1 = notebook("# read this", "def f(): ...", "assert f() == 1")
V2 = notebook("# read this, mended", "def f(): ...  # hint", "assert f() == 2")


async def test_preview_update_undo(ask, home, school, jp_fetch):
    school.release(ps1__ipynb=V1, data__csv=b"1")
    await ask("POST", "fetch")
    place = home / FOLDER / "ps1.ipynb"
    mine = V1.replace(b"def f(): ...", b"def f(): return 1")
    place.write_bytes(mine)
    place.chmod(0o640)
    school.release("The test was wrong.", ps1__ipynb=V2, data__csv=b"2", more__txt=b"new")

    one = await listed(jp_fetch)
    assert (one["version"], one["fetched_version"], one["missing"], one["updated"]) == (2, 1, [], None)
    assert (one["update"]["number"], one["update"]["note"]) == (2, "The test was wrong.")
    preview = await ask("GET", "update")
    assert [(cell["kind"], cell["chosen"]) for cell in preview["cells"]] == [
        ("changed", "theirs"),
        ("both_changed", "mine"),
        ("changed", "theirs"),
    ]
    assert [(file["path"], file["kind"]) for file in preview["files"]] == [
        ("data.csv", "replaced"),
        ("more.txt", "added"),
        ("ps1.ipynb", "merged"),
    ]
    assert place.read_bytes() == mine

    done = await ask("POST", "update", seen=preview["seen"])
    assert done["written"] == ["data.csv", "more.txt", "ps1.ipynb"]
    cells = nbformat.read(place, as_version=4).cells
    assert [cell.source for cell in cells] == ["# read this, mended", "def f(): return 1", "assert f() == 2"]
    assert place.stat().st_mode & 0o777 == 0o640
    assert (home / FOLDER / "data.csv").read_bytes() == b"2"
    one = await listed(jp_fetch)
    assert (one["fetched_version"], one["update"], one["updated"]["to_version"]) == (2, None, 2)
    assert await refusal(ask("POST", "update", seen=preview["seen"])) == "no_update"
    # The copies are in no hand-in.
    assert [file["path"] for file in one["local_files"]] == ["data.csv", "more.txt", "ps1.ipynb"]

    undone = await ask("POST", "update", "undo")
    assert (undone["version"], undone["kept"]) == (1, [])
    assert place.read_bytes() == mine
    assert (home / FOLDER / "data.csv").read_bytes() == b"1"
    assert not (home / FOLDER / "more.txt").exists()
    assert school.has() == 1
    assert (await listed(jp_fetch))["update"]["number"] == 2
    assert await refusal(ask("POST", "update", "undo")) == "nothing_to_undo"
    assert not list(home.rglob("*.draft"))


async def test_choices_count_and_others_are_refused(ask, home, school):
    school.release(ps1__ipynb=V1)
    await ask("POST", "fetch")
    place = home / FOLDER / "ps1.ipynb"
    place.write_bytes(V1.replace(b"def f(): ...", b"def f(): return 1"))
    school.release(ps1__ipynb=V2)
    seen = (await ask("GET", "update"))["seen"]
    for choices in ({"ps1.ipynb#9": "theirs"}, {"../x#0": "mine"}):
        assert await refusal(ask("POST", "update", seen=seen, choices=choices)) == "bad_choice"
    assert await refusal(ask("POST", "update", seen=seen, choices={"ps1.ipynb#0": "all"})) == "bad_request"
    assert await refusal(ask("POST", "update")) == "bad_request"
    await ask("POST", "update", seen=seen, choices={"ps1.ipynb#0": "mine", "ps1.ipynb#1": "both"})
    sources = [cell.source for cell in nbformat.read(place, as_version=4).cells]
    assert sources == ["# read this", "def f(): return 1", "def f(): ...  # hint", "assert f() == 2"]


async def test_work_between_the_preview_and_the_update_is_not_lost(ask, home, school):
    school.release(ps1__ipynb=V1)
    await ask("POST", "fetch")
    school.release(ps1__ipynb=V2)
    seen = (await ask("GET", "update"))["seen"]
    later = V1.replace(b"assert f() == 1", b"my new work")
    (home / FOLDER / "ps1.ipynb").write_bytes(later)
    assert await refusal(ask("POST", "update", seen=seen)) == "changed_meanwhile"
    assert (home / FOLDER / "ps1.ipynb").read_bytes() == later
    assert school.has() == 1


async def test_a_changed_data_file_is_kept_and_the_new_one_stands_beside_it(ask, home, school):
    school.release(ps1__ipynb=V1, data__csv=b"1")
    await ask("POST", "fetch")
    (home / FOLDER / "data.csv").write_bytes(b"mine")
    (home / FOLDER / "data.new.csv").write_bytes(b"mine, too")
    school.release(ps1__ipynb=V1, data__csv=b"2")
    preview = await ask("GET", "update")
    assert [(file["kind"], file["place"]) for file in preview["files"]] == [("beside", "data.new-2.csv")]
    await ask("POST", "update", seen=preview["seen"])
    contents = {path.name: path.read_bytes() for path in (home / FOLDER).glob("*.csv")}
    assert contents == {"data.csv": b"mine", "data.new.csv": b"mine, too", "data.new-2.csv": b"2"}


async def test_who_wrote_nothing_gets_the_teachers_very_bytes(ask, home, school):
    school.release(ps1__ipynb=V1)
    await ask("POST", "fetch")
    school.release(ps1__ipynb=V2)
    await ask("POST", "update", seen=(await ask("GET", "update"))["seen"])
    assert (home / FOLDER / "ps1.ipynb").read_bytes() == V2


@pytest.mark.parametrize(
    "broken", [V1[:-40], b"\x00", b'{"nbformat": 3, "nbformat_minor": 0, "worksheets": []}', b'{"nbformat": 5}']
)
async def test_a_broken_notebook_is_left_alone_and_the_rest_goes_on(ask, home, school, broken):
    school.release(ps1__ipynb=V1, data__csv=b"1")
    await ask("POST", "fetch")
    (home / FOLDER / "ps1.ipynb").write_bytes(broken)
    school.release(ps1__ipynb=V2, data__csv=b"2")
    preview = await ask("GET", "update")
    [data, file] = preview["files"]
    assert (file["kind"], data["kind"]) == ("unreadable", "replaced")
    assert file["reason"].endswith(".")
    await ask("POST", "update", seen=preview["seen"])
    assert (home / FOLDER / "ps1.ipynb").read_bytes() == broken
    assert (home / FOLDER / "data.csv").read_bytes() == b"2"


async def test_nothing_is_written_through_a_link(ask, home, school, tmp_path):
    school.release(ps1__ipynb=V1, data__csv=b"1")
    await ask("POST", "fetch")
    outside = tmp_path / "outside.csv"
    outside.write_bytes(b"1")
    (home / FOLDER / "data.csv").unlink()
    (home / FOLDER / "data.csv").symlink_to(outside)
    school.release(ps1__ipynb=V2, data__csv=b"2")
    await ask("POST", "update", seen=(await ask("GET", "update"))["seen"])
    assert outside.read_bytes() == b"1"
    assert (home / FOLDER / "data.csv").is_symlink()
    assert (home / FOLDER / "data.new.csv").read_bytes() == b"2"


async def test_a_link_in_place_of_our_own_folder_leads_nowhere(ask, home, school, tmp_path):
    school.release(ps1__ipynb=V1)
    await ask("POST", "fetch")
    (tmp_path / "outside").mkdir()
    (home / ".learnspace").mkdir(exist_ok=True)
    (home / ".learnspace" / "updates").symlink_to(tmp_path / "outside")
    school.release(ps1__ipynb=V2)
    assert await refusal(ask("POST", "update", seen=(await ask("GET", "update"))["seen"])) == "not_a_folder"
    assert (home / FOLDER / "ps1.ipynb").read_bytes() == V1
    assert not list((tmp_path / "outside").iterdir())


async def test_what_was_written_after_the_update_survives_its_undoing(ask, home, school):
    school.release(ps1__ipynb=V1)
    await ask("POST", "fetch")
    school.release(ps1__ipynb=V2, more__txt=b"new")
    await ask("POST", "update", seen=(await ask("GET", "update"))["seen"])
    later = V2.replace(b"assert f() == 2", b"my later work")
    (home / FOLDER / "ps1.ipynb").write_bytes(later)
    (home / FOLDER / "more.txt").write_bytes(b"my notes")
    undone = await ask("POST", "update", "undo")
    assert undone["kept"] == ["ps1.before-undo.ipynb"]
    assert (home / FOLDER / "ps1.ipynb").read_bytes() == V1
    assert (home / FOLDER / "ps1.before-undo.ipynb").read_bytes() == later
    assert (home / FOLDER / "more.txt").read_bytes() == b"my notes"


async def test_an_update_that_could_not_be_noted_is_made_once(ask, home, school, jp_serverapp, monkeypatch):
    school.release(ps1__ipynb=V1)
    await ask("POST", "fetch")
    place = home / FOLDER / "ps1.ipynb"
    place.write_bytes(V1.replace(b"def f(): ...", b"def f(): return 1"))
    school.release(ps1__ipynb=V2)
    seen = (await ask("GET", "update"))["seen"]
    client = jp_serverapp.web_app.settings["learnspace_client"]
    request = client.request

    async def cut(method: str, path: str, **more: Any) -> Any:
        if path.endswith("/fetched"):
            path = "nowhere"
        return await request(method, path, **more)

    monkeypatch.setattr(client, "request", cut)
    assert await refusal(ask("POST", "update", seen=seen, choices={"ps1.ipynb#1": "both"})) == "not_found"
    monkeypatch.undo()
    after = place.read_bytes()
    preview = await ask("GET", "update")
    assert (preview["cells"], preview["files"]) == ([], [])
    await ask("POST", "update", seen=preview["seen"])
    assert place.read_bytes() == after
    assert school.has() == 2
    await ask("POST", "update", "undo")
    assert b"return 1" in place.read_bytes()


async def test_a_full_disk_leaves_every_file_as_it_was(ask, home, school, monkeypatch):
    school.release(a__csv=b"1", b__csv=b"1", ps1__ipynb=V1)
    await ask("POST", "fetch")
    school.release(a__csv=b"2", b__csv=b"2", ps1__ipynb=V2)
    seen = (await ask("GET", "update"))["seen"]
    rename, names = os.rename, []

    def full(source: str, target: str, **more: int) -> None:
        names.append(target)
        if target == "ps1.ipynb" and names.count("ps1.ipynb") == 1:
            raise OSError(28, "No space left on device")
        rename(source, target, **more)

    monkeypatch.setattr(os, "rename", full)
    assert await refusal(ask("POST", "update", seen=seen)) == "disk_full"
    monkeypatch.undo()
    assert {path.name: path.read_bytes() for path in (home / FOLDER).iterdir()} == {
        "a.csv": b"1",
        "b.csv": b"1",
        "ps1.ipynb": V1,
    }
    assert school.has() == 1
    assert UndoBox(home, "c1", "ps1").newest() is None


async def test_a_missing_file_is_named_and_fetched_again_in_the_version_that_one_has(ask, home, school, jp_fetch):
    school.release(ps1__ipynb=V1, data__csv=b"1")
    await ask("POST", "fetch")
    (home / FOLDER / "data.csv").unlink()
    assert (await listed(jp_fetch))["missing"] == ["data.csv"]
    school.release(ps1__ipynb=V2, data__csv=b"2")
    fetched = await ask("POST", "fetch")
    assert (fetched["written"], fetched["kept"]) == (["data.csv"], ["ps1.ipynb"])
    assert (home / FOLDER / "data.csv").read_bytes() == b"1"
    assert school.has() == 1


async def test_who_removed_everything_fetches_the_newest(ask, home, school):
    school.release(ps1__ipynb=V1)
    await ask("POST", "fetch")
    (home / FOLDER / "ps1.ipynb").unlink()
    school.release(ps1__ipynb=V2)
    await ask("POST", "fetch")
    assert (home / FOLDER / "ps1.ipynb").read_bytes() == V2
    assert school.has() == 2


async def test_the_same_files_again_are_no_update(ask, home, school, jp_fetch):
    school.release(ps1__ipynb=V1)
    await ask("POST", "fetch")
    school.release(ps1__ipynb=V2)
    school.release(ps1__ipynb=V1)
    assert (await listed(jp_fetch))["update"] is None


async def test_only_the_last_updates_are_kept(ask, home, school):
    school.release(ps1__ipynb=V1)
    await ask("POST", "fetch")
    for number in range(MOST_ENTRIES + 2):
        school.release(ps1__ipynb=notebook(str(number)))
        await ask("POST", "update", seen=(await ask("GET", "update"))["seen"])
    assert len(list((home / ".learnspace/updates/c1/ps1").iterdir())) == MOST_ENTRIES
