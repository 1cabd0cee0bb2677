"""nbgrader's commands as teachers and learners type them, on a service that listens, with the settings of a space."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.tests import run_nbgrader

from learnspace_assignments.coursedir import ensure_course_directory
from tests.conftest import ROOT
from tests.learnspace_assignments.conftest import source_notebook
from tests.live import LiveService, serve

pytestmark = [
    pytest.mark.parametrize("settings", ["sqlite"], indirect=True),
    pytest.mark.filterwarnings("ignore"),  # nbgrader's own
]

Nbgrader = Callable[..., str]
HIDDEN = "double(21)"


@pytest.fixture
def live(app) -> Iterator[LiveService]:
    with serve(app) as service:
        yield service


@pytest.fixture
def homes(tmp_path: Path, settings) -> Path:
    """The homes of the people; ted's shows the directory of the course ``art`` that he teaches."""
    directory = ensure_course_directory(settings, "art")
    for name in ("amy", "bob", "ted"):
        (tmp_path / "homes" / name).mkdir(parents=True)
    (tmp_path / "homes" / "ted" / "courses").mkdir()
    (tmp_path / "homes" / "ted" / "courses" / "art").symlink_to(directory)
    return tmp_path / "homes"


def space(live: LiveService, homes: Path, person: str) -> dict[str, str]:
    """Return the environment of a person's space."""
    return {
        **live.environment(person),
        "HOME": str(homes / person),
        "LEARNSPACE_COURSES": "art" if person == "ted" else "",
        "JUPYTER_CONFIG_PATH": str(ROOT / "extensions" / "learnspace_core" / "space_config"),
        "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]),
    }


@pytest.fixture
def nbgrader(live: LiveService, homes: Path, monkeypatch: pytest.MonkeyPatch) -> Nbgrader:
    """Run a command of nbgrader as a person in their home and return what it logs."""

    def run(person: str, *arguments: str, retcode: int = 0) -> str:
        with monkeypatch.context() as changed:
            # run_nbgrader puts a plain dictionary in the place of os.environ.
            changed.setattr(os, "environ", os.environ)
            for name, value in space(live, homes, person).items():
                changed.setenv(name, value)
            changed.chdir(homes / person / "courses" / "art" if person == "ted" else homes / person)
            return str(run_nbgrader(list(arguments), retcode=retcode))

    return run


@pytest.fixture
def course(homes: Path) -> Path:
    """The directory of the course, with the source of the assignment ``ps1``."""
    directory = homes / "ted" / "courses" / "art"
    folder = directory / "source" / "ps1"
    folder.mkdir(parents=True)
    nbformat.write(source_notebook(), folder / "p1.ipynb")
    return directory


@pytest.fixture
def released(nbgrader: Nbgrader, course: Path) -> Path:
    """``ps1``, released; its learners' version is made without nbgrader's converter, which takes seconds."""
    for name in ("ps1", "ps2"):
        notebook = source_notebook()
        notebook.cells[2].source = notebook.cells[2].source.split("### BEGIN HIDDEN")[0]
        (course / "release" / name).mkdir(parents=True)
        nbformat.write(notebook, course / "release" / name / "p1.ipynb")
    nbgrader("ted", "release_assignment", "ps1")
    return course


@pytest.fixture
def fetched(nbgrader: Nbgrader, released: Path, homes: Path) -> Path:
    """``ps1`` in amy's home."""
    nbgrader("amy", "fetch_assignment", "ps1", "--course", "art")
    return homes / "amy" / "assignments" / "art" / "ps1"


def answer(folder: Path, text: str) -> None:
    """Write an answer into the notebook."""
    notebook = nbformat.read(folder / "p1.ipynb", as_version=4)
    notebook.cells[1].source = text
    nbformat.write(notebook, folder / "p1.ipynb")


def test_released_files_reach_the_learner(nbgrader, course, homes):
    assert "generate_assignment" in nbgrader("ted", "release_assignment", "ps1", retcode=1)
    nbgrader("ted", "generate_assignment", "ps1")
    nbgrader("ted", "release_assignment", "ps1")
    assert "Destination already exists" in nbgrader("ted", "release_assignment", "ps1", retcode=1)
    nbgrader("ted", "release_assignment", "ps1", "--force")
    assert nbgrader("amy", "list") == "[ListApp | INFO] Released assignments:\n[ListApp | INFO] art ps1\n"
    nbgrader("amy", "fetch_assignment", "ps1", "--course", "art")
    fetched = homes / "amy" / "assignments" / "art" / "ps1" / "p1.ipynb"
    assert fetched.read_bytes() == (course / "release" / "ps1" / "p1.ipynb").read_bytes()
    assert HIDDEN not in fetched.read_text()
    assert "(already downloaded)" in nbgrader("amy", "list")


def test_hidden_tests_are_not_released(nbgrader, course):
    (course / "release").mkdir()
    (course / "release" / "ps1").symlink_to(course / "source" / "ps1")
    assert "p1.ipynb has hidden tests" in nbgrader("ted", "release_assignment", "ps1", retcode=1)
    assert "ps1" not in nbgrader("amy", "list")


def test_several_assignments_are_fetched_at_once(nbgrader, released, homes):
    nbgrader("ted", "release_assignment", "ps2")
    nbgrader("amy", "fetch_assignment", "ps1", "ps2", "--course", "art")
    assert sorted(path.name for path in (homes / "amy/assignments/art").iterdir()) == ["ps1", "ps2"]


def test_an_assignment_is_taken_back(nbgrader, fetched):
    nbgrader("amy", "list", "ps1", "--course", "art", "--remove", retcode=1)
    nbgrader("ted", "list", "ps1", "--remove")
    assert "art ps1" not in nbgrader("amy", "list")


def test_what_is_handed_in(nbgrader, fetched, course):
    for name in ("notes.txt", "lost.pyc", "data.bin", "__pycache__/x.txt", "feedback/old.html"):
        (fetched / name).parent.mkdir(exist_ok=True)
        (fetched / name).write_text("x" * (9_000 if name == "data.bin" else 10))
    nbgrader("amy", "submit", "ps1", "--course", "art", "--CourseDirectory.max_file_size=8")
    nbgrader("ted", "collect", "ps1")
    collected = course / "submitted" / "amy" / "ps1"
    assert sorted(path.name for path in collected.iterdir()) == ["notes.txt", "p1.ipynb", "timestamp.txt"]
    nbgrader("amy", "submit", "ps1", "--course", "art", '--CourseDirectory.include=["*.ipynb"]')
    nbgrader("ted", "collect", "ps1", "--update")
    assert sorted(path.name for path in collected.iterdir()) == ["p1.ipynb", "timestamp.txt"]


def test_a_directory_that_is_too_large(nbgrader, fetched):
    out = nbgrader("amy", "submit", "ps1", "--course", "art", "--CourseDirectory.max_dir_size=1", retcode=1)
    assert "max_dir_size" in out


def test_a_link_is_not_handed_in(nbgrader, fetched):
    (fetched / "passwords.txt").symlink_to("/etc/passwd")
    assert "passwords.txt is a link" in nbgrader("amy", "submit", "ps1", "--course", "art", retcode=1)


def test_list_tells_what_was_handed_in(nbgrader, fetched, homes, capsys):
    nbgrader("amy", "submit", "ps1", "--course", "art")
    answer(fetched, "def double(x):\n    return x + x")
    nbgrader("amy", "submit", "ps1", "--course", "art")
    nbgrader("bob", "fetch_assignment", "ps1", "--course", "art")
    nbgrader("bob", "submit", "ps1", "--course", "art")
    assert nbgrader("amy", "list", "--cached").count("art amy ps1") == 2
    assert "art bob" not in nbgrader("amy", "list", "--inbound")
    inbound = nbgrader("ted", "list", "--inbound")
    assert [inbound.count(f"art {name} ps1") for name in ("amy", "bob")] == [2, 1]
    assert inbound.count("(no feedback available)") == 3
    assert "art amy" not in nbgrader("ted", "list", "--inbound", "--student=bob")
    capsys.readouterr()
    nbgrader("ted", "list", "--inbound", "--json")
    assert [len(one["submissions"]) for one in json.loads(capsys.readouterr().out)] == [2, 1]
    nbgrader("ted", "list", "--inbound", "--cached", retcode=1)


def test_what_was_handed_in_cannot_be_removed(nbgrader, fetched):
    nbgrader("amy", "submit", "ps1", "--course", "art")
    for person, flag in (("amy", "--cached"), ("ted", "--inbound")):
        assert "is kept" in nbgrader(person, "list", "ps1", flag, "--remove", retcode=1)
    assert "art amy ps1" in nbgrader("amy", "list", "--cached")


def test_collect_update(nbgrader, fetched, course):
    nbgrader("amy", "submit", "ps1", "--course", "art")
    nbgrader("bob", "fetch_assignment", "ps1", "--course", "art")
    nbgrader("bob", "submit", "ps1", "--course", "art")
    nbgrader("ted", "collect", "ps1", "--student=amy")
    assert [path.name for path in (course / "submitted").iterdir()] == ["amy"]
    stamp = course / "submitted" / "amy" / "ps1" / "timestamp.txt"
    first = stamp.read_text()
    answer(fetched, "def double(x):\n    return x + x")
    nbgrader("amy", "submit", "ps1", "--course", "art")
    assert "use --update" in nbgrader("ted", "collect", "ps1")
    assert stamp.read_text() == first
    assert "Updating submission" in nbgrader("ted", "collect", "ps1", "--update")
    assert stamp.read_text() > first
    # The first version, handed in once more, is the one that counts.
    answer(fetched, "def double(x):\n    return 4")
    nbgrader("amy", "submit", "ps1", "--course", "art")
    nbgrader("ted", "collect", "ps1", "--update")
    last = stamp.read_text()
    answer(fetched, "def double(x):\n    return x + x")
    nbgrader("amy", "submit", "ps1", "--course", "art")
    nbgrader("ted", "collect", "ps1", "--update")
    assert first < stamp.read_text() < last


def test_collect_before_the_due_date_of_the_platform(clock, nbgrader, fetched, course, live):
    nbgrader("amy", "submit", "ps1", "--course", "art")
    headers = {"Authorization": "Bearer token-ted"}
    with httpx.Client(base_url=f"{live.url}/api/", headers=headers) as ted:
        received = ted.get("teach/art/ps1/submissions").json()[0]["received_at"]
        held = ted.get("teach/art/ps1/settings").json()
        ted.put("teach/art/ps1/settings", json={**held, "due_at": received}).raise_for_status()
    clock.at += timedelta(hours=1)
    answer(fetched, "def double(x):\n    return x + x")
    nbgrader("amy", "submit", "ps1", "--course", "art")
    nbgrader("ted", "collect", "ps1")
    nbgrader("ted", "collect", "ps1", "--before-duedate")
    collected = course / "submitted" / "amy" / "ps1" / "p1.ipynb"
    assert "x + x" not in collected.read_text()


def test_feedback_comes_back(nbgrader, fetched, course):
    nbgrader("ted", "generate_assignment", "ps1", "--force")
    answer(fetched, "def double(x):\n    return 4")
    nbgrader("amy", "submit", "ps1", "--course", "art")
    assert "no feedback yet" in nbgrader("amy", "fetch_feedback", "ps1", "--course", "art")
    nbgrader("ted", "collect", "ps1")
    nbgrader("ted", "autograde", "ps1", "--create")
    nbgrader("ted", "generate_feedback", "ps1")
    assert "some answers have no mark yet" in nbgrader("ted", "release_feedback", "ps1", retcode=1)
    assert "Nobody" in nbgrader("ted", "release_feedback", "ps1", "--student=bob", retcode=1)
    _mark(course, 2)
    nbgrader("ted", "release_feedback", "ps1", "--student=amy")
    assert "(feedback ready to be fetched)" in nbgrader("amy", "list", "--cached")
    nbgrader("amy", "fetch_feedback", "ps1", "--course", "art")
    stamp = (course / "submitted" / "amy" / "ps1" / "timestamp.txt").read_text()
    page = fetched / "feedback" / stamp / "p1.html"
    assert "2 / 3" in page.read_text()
    assert HIDDEN not in page.read_text()
    assert "(feedback already fetched)" in nbgrader("amy", "list", "--cached")
    # A mark is changed and returned again: the page at home is an older one, and is replaced.
    _mark(course, 3)
    nbgrader("ted", "release_feedback", "ps1")
    assert "(feedback ready to be fetched)" in nbgrader("amy", "list", "--cached")
    nbgrader("amy", "fetch_feedback", "ps1", "--course", "art")
    assert "3 / 3" in page.read_text()
    # Another version has no feedback: the gradebook has the marks of the first.
    answer(fetched, "def double(x):\n    return 2 * x")
    nbgrader("amy", "submit", "ps1", "--course", "art")
    nbgrader("ted", "release_feedback", "ps1")
    assert "(no feedback available)" in nbgrader("amy", "list", "--cached").splitlines()[-1]


def _mark(course: Path, points: float) -> None:
    with Gradebook(f"sqlite:///{course}/gradebook.db", "art") as book:
        grade = book.find_grade("why", "p1", "ps1", "amy")
        grade.manual_score, grade.needs_manual_grade = points, False
        book.db.commit()


COMMANDS = (
    ("list",),
    ("list", "--inbound"),
    ("fetch_assignment", "ps1", "--replace"),
    ("submit", "ps1"),
    ("fetch_feedback", "ps1"),
    ("release_assignment", "ps1", "--force"),
    ("collect", "ps1"),
    ("release_feedback", "ps1"),
)


@pytest.mark.parametrize("fault", ["nobody listens", "another server answers", "no address", "no token"])
def test_no_service(nbgrader, released, homes, monkeypatch, fault):
    (homes / "ted" / "assignments" / "art" / "ps1").mkdir(parents=True)
    changed = {
        "nobody listens": ("http://127.0.0.1:9", "token-ted"),
        "another server answers": (None, "token-ted"),
        "no address": ("http://[", "token-ted"),
        "no token": ("http://127.0.0.1:9", ""),
    }[fault]
    monkeypatch.setattr(LiveService, "environment", lambda self, person: _faulty(self, *changed))
    for command, *arguments in COMMANDS:
        out = nbgrader("ted", command, *arguments, retcode=1)
        assert "CRITICAL" in out, command
        assert "Traceback" not in out, command


def _faulty(live: LiveService, url: str | None, token: str) -> dict[str, str]:
    # Without /services/learnspace the service has nothing but words that are not the API's.
    return {"LEARNSPACE_SERVICE_URL": url or live.url.rsplit("/", 2)[0], "JUPYTERHUB_API_TOKEN": token}


def test_no_traceback_in_a_terminal(live, homes, settings):
    environment = space(live, homes, "amy") | {"LEARNSPACE_SERVICE_URL": "http://127.0.0.1:9"}
    command = [sys.executable, "-m", "nbgrader", "list"]
    done = subprocess.run(command, env=environment, cwd=homes / "amy", capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "cannot be reached just now" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
