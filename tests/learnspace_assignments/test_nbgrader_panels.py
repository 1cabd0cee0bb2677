"""nbgrader's own panels, by the addresses that they ask in a space, on a service that listens."""

from __future__ import annotations

import json
import os
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import nbformat
import pytest
from nbgrader import __version__
from nbgrader.api import Gradebook

from learnspace_assignments.coursedir import ensure_course_directory
from learnspace_assignments.panels import LEARNERS, TEACHERS, shown_panels
from tests.conftest import ROOT
from tests.learnspace_assignments.conftest import source_notebook
from tests.live import LiveService, serve

pytest_plugins = ["pytest_jupyter.jupyter_server"]
pytestmark = [
    pytest.mark.parametrize("settings", ["sqlite"], indirect=True),
    pytest.mark.filterwarnings("ignore"),  # nbgrader's own
]
SPACE_CONFIG = ROOT / "extensions" / "learnspace_core" / "space_config"


@pytest.fixture
def live(app) -> Iterator[LiveService]:
    with serve(app) as service:
        yield service


@pytest.fixture
def course(settings, jp_root_dir: Path) -> Path:
    """The directory of the course, as a teacher's space shows it."""
    directory = ensure_course_directory(settings, "art")
    (directory / "source" / "ps1").mkdir()
    nbformat.write(source_notebook(), directory / "source" / "ps1" / "p1.ipynb")
    (jp_root_dir / "courses").mkdir()
    (jp_root_dir / "courses" / "art").symlink_to(directory)
    return directory


Act = Callable[[str], None]


@pytest.fixture
def act(live, course, monkeypatch, jp_root_dir) -> Act:
    """Be a person from now on: their space has one home here, so that one server is enough."""
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(SPACE_CONFIG))
    monkeypatch.setenv("PATH", os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]))
    monkeypatch.setenv("LEARNSPACE_ROLE", "teacher")
    monkeypatch.setenv("LEARNSPACE_NBGRADER_PANELS", "everyone")
    monkeypatch.chdir(jp_root_dir)

    def be(person: str) -> None:
        for name, value in live.environment(person).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("HOME", str(jp_root_dir))
        monkeypatch.setenv("LEARNSPACE_COURSES", "art" if person == "ted" else "")

    be("ted")
    return be


@pytest.fixture
def jp_server_config(act, jp_root_dir):
    return {
        "ServerApp": {"jpserver_extensions": {"learnspace_core.space": True}},
        "CourseDirectory": {"root": str(jp_root_dir / "courses" / "art"), "course_id": "art"},
        "ExchangeFactory": {
            name: f"learnspace_assignments.exchange.Exchange{kind}"
            for name, kind in (
                ("exchange", ""),
                ("list", "List"),
                ("collect", "Collect"),
                ("release_assignment", "ReleaseAssignment"),
                ("release_feedback", "ReleaseFeedback"),
            )
        },
    }


@pytest.fixture
def post(jp_fetch):
    async def send(*path: str, **body: object):
        arguments = urlencode({key: str(value) for key, value in body.items()})
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return json.loads((await jp_fetch(*path, method="POST", body=arguments, headers=form)).body)

    return send


@pytest.fixture
def listed(jp_fetch):
    async def ask() -> list[dict[str, object]]:
        answer = json.loads((await jp_fetch("assignments", params={"course_id": "art"})).body)
        assert answer["success"], answer
        return list(answer["value"])

    return ask


async def test_every_button_of_the_formgrader_and_the_assignment_list(act, course, jp_fetch, jp_root_dir, post, listed):
    act("ted")
    api = ("formgrader", "api", "assignment", "ps1")
    for step in ("assign", "release"):
        answer = await post(*api, step)
        assert answer["success"], answer
    released = json.loads((await jp_fetch("formgrader", "api", "assignments")).body)
    assert [(one["name"], one["status"]) for one in released] == [("ps1", "released")]

    act("amy")
    assert [(one["assignment_id"], one["status"]) for one in await listed()] == [("ps1", "released")]
    assert json.loads((await jp_fetch("courses")).body) == {"success": True, "value": ["art"]}
    version = json.loads((await jp_fetch("nbgrader_version", params={"version": __version__})).body)
    assert version["success"]
    fetched = await post("assignments", "fetch", course_id="art", assignment_id="ps1")
    assert [(one["status"], one["path"]) for one in fetched["value"]] == [("fetched", "assignments/art/ps1")]
    notebook = jp_root_dir / "assignments" / "art" / "ps1" / "p1.ipynb"
    assert notebook.is_file()
    answer = await post("assignments", "submit", course_id="art", assignment_id="ps1")
    assert [one["status"] for one in answer["value"]] == ["fetched", "submitted"]
    checked = await post("assignments", "validate", path="assignments/art/ps1/p1.ipynb")
    assert checked["success"]
    assert checked["value"].get("failed"), checked["value"]

    act("ted")
    answer = await post(*api, "collect")
    assert answer["success"], answer
    assert (course / "submitted" / "amy" / "ps1" / "p1.ipynb").is_file()
    assert (await post("formgrader", "api", "submission", "ps1", "amy", "autograde"))["success"]
    with Gradebook(f"sqlite:///{course}/gradebook.db", "art") as book:
        grade = book.find_grade("why", "p1", "ps1", "amy")
        grade.manual_score, grade.needs_manual_grade = 2, False
        book.db.commit()
    for step in ("generate_feedback", "release_feedback"):
        answer = await post(*api, step)
        assert answer["success"], answer

    act("amy")
    answer = await post("assignments", "fetch_feedback", course_id="art", assignment_id="ps1")
    [submission] = answer["value"][1]["submissions"]
    assert submission["has_local_feedback"]
    folder = jp_root_dir / submission["local_feedback_path"]
    assert "2 / 3" in (folder / "p1.html").read_text()

    act("ted")
    assert (await post(*api, "unrelease"))["success"]
    act("amy")
    assert [one["status"] for one in await listed()] == []


async def test_the_service_is_down(act, monkeypatch, jp_fetch):
    monkeypatch.setenv("LEARNSPACE_SERVICE_URL", "http://127.0.0.1:9")
    answer = json.loads((await jp_fetch("assignments", params={"course_id": "art"})).body)
    assert not answer["success"]


async def test_a_removed_folder_of_assignments_is_made_again(act, jp_root_dir, listed, jp_serverapp):
    act("amy")
    (jp_root_dir / "assignments").mkdir()
    (jp_root_dir / "assignments").rmdir()
    assert await listed() == []


@pytest.mark.parametrize(
    ("setting", "role", "panels"),
    [
        ("teachers", "teacher", TEACHERS),
        ("teachers", "learner", ()),
        ("everyone", "teacher", TEACHERS),
        ("everyone", "learner", LEARNERS),
        ("off", "teacher", ()),
        ("off", "learner", ()),
    ],
)
def test_who_has_which_panels(settings, setting, role, panels):
    assert shown_panels({"LEARNSPACE_NBGRADER_PANELS": setting, "LEARNSPACE_ROLE": role}) == panels


async def test_a_learners_space_has_none_of_it(act, monkeypatch, jp_configurable_serverapp):
    monkeypatch.setenv("LEARNSPACE_ROLE", "learner")
    monkeypatch.setenv("LEARNSPACE_NBGRADER_PANELS", "teachers")
    server = jp_configurable_serverapp(config={"ServerApp": {"jpserver_extensions": {"learnspace_core.space": True}}})
    assert "assignment_list_manager" not in server.web_app.settings
