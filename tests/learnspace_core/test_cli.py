"""A user's mistake on the command line is one clear line and exit code 2, never a traceback."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

from learnspace_core.errors import LearnspaceError
from learnspace_resources.coursefolder import read_course

LEARNSPACE = Path(sysconfig.get_path("scripts")) / "learnspace"
COURSE = Path(__file__).parents[2] / "course_materials" / "python-first-steps"
ROSTER = "username,name,institution,course,role\namy,Amy,school,art,learner\n"


def _run(state: Path, *arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LEARNSPACE, *arguments],
        env={**os.environ, "LEARNSPACE_STATE": str(state), **environment},
        cwd=state.parent,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state directory as ``db upgrade`` makes it."""
    place = tmp_path_factory.mktemp("upgraded") / "state"
    done = _run(place, "db", "upgrade")
    assert done.returncode == 0, done.stderr
    assert str(place) in done.stdout.replace("\n", "")
    return place


@pytest.fixture
def state(upgraded: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(upgraded, tmp_path / "state"))


def test_db_upgrade_is_safe_to_repeat(state: Path) -> None:
    assert _run(state, "db", "upgrade").returncode == 0


def test_a_course_and_a_roster_are_imported(state: Path, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text(ROSTER)
    people = _run(state, "people", "import", roster)
    assert (people.returncode, people.stdout.split(";")[0]) == (0, "People 1, new roles 1")
    course = _run(state, "course", "import", COURSE, "--institution", "school")
    assert course.returncode == 0, course.stderr
    assert "resources 9, assignments 4" in course.stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["course", "import", "nowhere"], "bad_course"),
        (["people", "import", "nowhere.csv"], "bad_roster"),
        (["people", "import", "of [/class] 3.csv"], "bad_roster"),
        (["people", "password", "nobody"], "not_found"),
        (["serve", "nonsense"], "unknown_process"),
        (["up", "--spaces", "cloud"], "bad_settings"),
    ],
)
def test_a_mistake_is_one_clear_line(state: Path, arguments: list[str], code: str) -> None:
    done = _run(state, *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith(f"{code}: ")
    assert "Traceback" not in done.stderr + done.stdout


def test_a_name_in_brackets_is_said_as_it_is(state: Path) -> None:
    assert "class [b].csv" in _run(state, "people", "import", "class [b].csv").stderr


@pytest.mark.parametrize("port", ["0", "-4", "65432", "99999"])
def test_a_port_that_cannot_be_is_a_mistake(state: Path, port: str) -> None:
    done = _run(state, "up", "--port", port)
    assert done.returncode == 2
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [["course", "import", str(COURSE)], ["people", "password", "amy"]])
def test_a_forgotten_state_directory_is_not_made_anew(tmp_path: Path, arguments: list[str]) -> None:
    done = _run(tmp_path / "elsewhere", *arguments)
    assert done.returncode == 2
    assert "no_state" in done.stderr
    assert not (tmp_path / "elsewhere").exists()


def test_a_database_that_cannot_be_reached_is_said(state: Path, tmp_path: Path) -> None:
    config = tmp_path / "learnspace.toml"
    config.write_text('[database]\nurl = "postgresql+psycopg://nobody@127.0.0.1:1/learnspace"\n')
    done = _run(state, "course", "import", COURSE, LEARNSPACE_CONFIG=str(config))
    assert done.returncode == 2
    assert "database_unreachable" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_says_what_each_command_does() -> None:
    for arguments in ([], ["up"], ["serve"], ["doctor"], ["db"], ["people"], ["course"]):
        done = subprocess.run([LEARNSPACE, *arguments, "--help"], capture_output=True, text=True, check=True)
        assert "Usage" in done.stdout


def test_a_missing_course_folder_is_named() -> None:
    with pytest.raises(LearnspaceError, match=r"nowhere/course\.toml: is missing"):
        read_course(Path("nowhere"))
