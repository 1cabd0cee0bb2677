import json
import os
from pathlib import Path

import httpx
import nbformat
import pytest
from tornado.httpclient import HTTPClientError

from learnspace_assignments import store
from learnspace_core import handin
from learnspace_core.app import make_app
from learnspace_core.blobs import BlobStore
from learnspace_core.client import ServiceClient
from learnspace_core.database import Database, upgrade
from learnspace_core.errors import LearnspaceError
from learnspace_core.homefiles import bring, collect
from learnspace_core.models import FileEntry
from learnspace_core.settings import Settings
from learnspace_people import store as people
from learnspace_people.models import Course, Enrolment

pytest_plugins = ["pytest_jupyter.jupyter_server"]
API = ("learnspace", "api", "assignments")
PS1 = (*API, "c1", "ps1")


@pytest.fixture
def service(tmp_path):
    """The real service on a real SQLite database, asked in process by lena, who learns in c1."""
    settings = Settings(state=tmp_path / "state")
    settings.state.mkdir()
    upgrade(settings.database_url)
    database, blobs = Database(settings.database_url), BlobStore(settings.state / "blobs")
    notebook = tmp_path / "ps1.ipynb"
    nbformat.write(nbformat.v4.new_notebook(), notebook)
    with notebook.open("rb") as file:
        blob = blobs.put(file, 10**6)
    with database.write() as session:
        people.ensure_institution(session, "i", "I")
        people.ensure_course(session, Course(id="c1", title="C", institution="i"))
        person = people.ensure_person(session, "lena", "Lena")
        people.ensure_enrolment(session, person.id, Enrolment(role="learner", institution="i", course="c1"))
        row = store.ensure_assignment(session, "c1", "ps1", "PS 1")
        session.flush()
        store.release(session, row, [FileEntry(path="ps1.ipynb", sha256=blob.sha256, size=blob.size)], 3)

    async def identify(token):
        return token or None

    yield make_app(settings, identify)
    database.close()


@pytest.fixture
def client(service):
    return ServiceClient("http://service/services/learnspace", "lena", httpx.ASGITransport(service))


@pytest.fixture
def home(jp_serverapp, jp_root_dir, client) -> Path:
    jp_serverapp.web_app.settings["learnspace_client"] = client
    return jp_root_dir


async def post(jp_fetch, *path):
    return json.loads((await jp_fetch(*path, method="POST", body="{}")).body)


async def failure(jp_fetch, *path):
    with pytest.raises(HTTPClientError) as failed:
        await jp_fetch(*path, method="POST", body="{}")
    return json.loads(failed.value.response.body)


async def test_fetch_and_hand_in(jp_fetch, home):
    fetched = await post(jp_fetch, *PS1, "fetch")
    assert fetched["notebook"] == "assignments/c1/ps1/ps1.ipynb"
    assert fetched["written"] == ["ps1.ipynb"]
    folder = home / "assignments/c1/ps1"
    (folder / "数据.csv").write_text("1,2")
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "ps1-checkpoint.ipynb").write_text("{}")
    receipt = await post(jp_fetch, *PS1, "submit")
    assert [file["path"] for file in receipt["files"]] == ["ps1.ipynb", "数据.csv"]
    [listed] = json.loads((await jp_fetch(*API)).body)
    assert listed["state"] == "handed_in"
    assert listed["local_path"] == "assignments/c1/ps1"
    assert listed["local_files"] == receipt["files"]
    assert not list(home.rglob("*.draft"))


async def test_a_check_with_the_grader_sends_the_folder_and_hands_nothing_in(jp_fetch, home, service):
    await post(jp_fetch, *PS1, "fetch")
    assert (await failure(jp_fetch, *PS1, "practice"))["code"] == "no_practice"
    with service.state.database.write() as session:
        store.get_assignment(session, "c1", "ps1").practice = {"tests": "visible", "per_day": 1}
    (home / "assignments/c1/ps1/passwords.txt").symlink_to("/etc/passwd")
    assert (await failure(jp_fetch, *PS1, "practice"))["code"] == "not_a_regular_file"
    (home / "assignments/c1/ps1/passwords.txt").unlink()
    asked = await post(jp_fetch, *PS1, "practice")
    assert (asked["left"], asked["newest"]["state"]) == (0, "waiting")
    assert json.loads((await jp_fetch(*PS1, "practice")).body) == asked
    assert (await failure(jp_fetch, *PS1, "practice"))["code"] == "practice_runs"
    [listed] = json.loads((await jp_fetch(*API)).body)
    assert (listed["state"], listed["submissions"]) == ("working", [])


async def test_existing_file_is_kept(jp_fetch, home):
    await post(jp_fetch, *PS1, "fetch")
    mine = home / "assignments/c1/ps1/ps1.ipynb"
    mine.write_text("my work")
    fetched = await post(jp_fetch, *PS1, "fetch")
    assert (fetched["written"], fetched["kept"]) == ([], ["ps1.ipynb"])
    assert mine.read_text() == "my work"


async def test_symlink_in_submission(jp_fetch, home):
    await post(jp_fetch, *PS1, "fetch")
    (home / "assignments/c1/ps1/passwords.txt").symlink_to("/etc/passwd")
    error = await failure(jp_fetch, *PS1, "submit")
    assert error["code"] == "not_a_regular_file"
    assert "passwords.txt" in error["message"]


async def test_nothing_is_written_through_a_link(jp_fetch, home, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (home / "assignments").symlink_to(outside)
    assert (await failure(jp_fetch, *PS1, "fetch"))["code"] == "not_a_folder"
    assert not list(outside.iterdir())


async def test_hand_in_before_fetch_says_so(jp_fetch, home):
    assert (await failure(jp_fetch, *PS1, "submit"))["code"] == "not_fetched"


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to(".")])
def test_what_is_no_ordinary_file_is_named(tmp_path, make):
    (tmp_path / "ps1").mkdir()
    make(tmp_path / "ps1" / "odd")
    with pytest.raises(LearnspaceError, match="odd") as failed:
        collect(tmp_path, "ps1")
    assert failed.value.code == "not_a_regular_file"


@pytest.mark.parametrize("path", ["../evil", "/etc/evil", "a/../../evil", "a\0b", ".bashrc"])
async def test_path_escape_from_service(client, tmp_path, path):
    root = tmp_path / "root"
    root.mkdir()
    with pytest.raises(LearnspaceError) as failed:
        await bring(client, root, "learning/c1", [FileEntry(path=path, sha256="0" * 64, size=1)], str)
    assert failed.value.code == "bad_path"
    assert not list(root.iterdir())


async def test_a_file_that_did_not_arrive_whole_leaves_nothing(client, tmp_path):
    file = FileEntry(path="ps1.ipynb", sha256="0" * 64, size=1)
    with pytest.raises(LearnspaceError) as failed:
        await bring(client, tmp_path, "here", [file], lambda path: f"assignments/c1/ps1/files/{path}")
    assert failed.value.code == "damaged_download"
    assert not list((tmp_path / "here").iterdir())


async def test_changed_on_disk_while_uploading(client, tmp_path):
    root = tmp_path / "root"
    (root / "ps1").mkdir(parents=True)
    (root / "ps1" / "ps1.ipynb").write_text("{}")
    receipt = await handin.send(client, "POST", "assignments/c1/ps1/submissions", root, "ps1")
    files = [FileEntry.model_validate(file) for file in receipt["files"]]
    await handin.compare(root, "ps1", files)
    (root / "ps1" / "ps1.ipynb").write_text('{"newer": 1}')
    with pytest.raises(LearnspaceError, match=r"ps1\.ipynb") as failed:
        await handin.compare(root, "ps1", files)
    assert failed.value.code == "changed_while_handing_in"
