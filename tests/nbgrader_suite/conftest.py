"""nbgrader's own tests of its exchange, pointed at our classes and a live service.

The tests are those of the installed nbgrader: nothing of them is copied. Each test has a service of its own with the
courses that nbgrader's tests name; the one person learns and teaches in all of them, as in nbgrader's tests. Which
tests differ, and why, stands in ``docs/nbgrader-suite.md``: they are expected to fail, strictly.
"""

from __future__ import annotations

import os
import re
import shutil
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.tests.apps.conftest import (  # noqa: F401 - fixtures of nbgrader's, as they are
    cache,
    env,
    exchange,
    fake_home_dir,
    jupyter_config_dir,
    jupyter_data_dir,
    temp_cwd,
)
from nbgrader.utils import get_username
from traitlets.config import Config

from learnspace_core.app import make_app
from learnspace_core.database import Database, upgrade
from learnspace_core.settings import Settings
from learnspace_people import store as people
from learnspace_people.models import Course, Enrolment
from tests.conftest import ROOT
from tests.live import LiveService, serve

TABLE = ROOT / "docs" / "nbgrader-suite.md"
ROW = re.compile(r"^\| `(?P<test>Test[^`]+)` \| (?P<why>.+?) \|", re.MULTILINE)
COURSES = ("abc101", "abc102", "xyz200")
FACTORY = {
    "exchange": "Exchange",
    "fetch_assignment": "ExchangeFetchAssignment",
    "fetch_feedback": "ExchangeFetchFeedback",
    "release_assignment": "ExchangeReleaseAssignment",
    "release_feedback": "ExchangeReleaseFeedback",
    "list": "ExchangeList",
    "submit": "ExchangeSubmit",
    "collect": "ExchangeCollect",
}
API_TESTS = (
    "test_get_released_assignments",
    "test_get_assignment",
    "test_release_deprecated",
    "test_release_and_unrelease",
    "test_collect",
    "test_release_feedback",
    "test_fetch_feedback",
)
"""The tests of nbgrader's API that ask the exchange for something; the others are about the gradebook alone."""
CONFIG = """\
exec(open({ours!r}).read())
# nbgrader's tests fetch into the directory they work in, and name courses on the command line.
c.Exchange.assignment_dir = "."
c.Exchange.path_includes_course = False
"""


def differing() -> dict[str, str]:
    """Return the tests that are expected to fail, and why."""
    return {row["test"]: row["why"] for row in ROW.finditer(TABLE.read_text(encoding="utf-8"))}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Expect the listed tests to fail, let nbgrader's tests warn as they like, leave out what asks no exchange."""
    here = Path(__file__).parent
    expected = differing()
    left_out = [item for item in items if item.path == here / "test_api.py" and item.name not in API_TESTS]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]
    for item in items:
        if item.path.parent != here:
            continue
        item.add_marker(pytest.mark.filterwarnings("ignore"))
        name = item.nodeid.split("::", 1)[1]
        why = expected.get(name)
        if why is not None:
            item.add_marker(pytest.mark.xfail(reason=why, strict=True))


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the courses and the person of nbgrader's tests."""
    path = tmp_path_factory.mktemp("template") / "learnspace.db"
    url = f"sqlite:///{path}"
    upgrade(url)
    database = Database(url)
    with database.write() as session:
        person = people.ensure_person(session, get_username(), "Ada")
        for course in COURSES:
            people.ensure_course(session, Course(id=course, title=course, institution="school"))
            for role in ("learner", "teacher"):
                enrolment = Enrolment.model_validate({"role": role, "institution": "school", "course": course})
                people.ensure_enrolment(session, person.id, enrolment)
    database.close()
    return path


@pytest.fixture
def state(tmp_path: Path, empty_database: Path) -> Path:
    """A state directory."""
    state = tmp_path / "state"
    (state / "courses").mkdir(parents=True)
    shutil.copy(empty_database, state / "learnspace.db")
    return state


@pytest.fixture(autouse=True)
def service(state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveService]:
    """The service, and the environment of the person's space."""

    async def identify(token: str) -> str | None:
        return token.removeprefix("token-")

    # nbgrader's tests put a plain dictionary in the place of os.environ.
    monkeypatch.setattr(os, "environ", os.environ)
    config = tmp_path / "config"
    config.mkdir()
    ours = ROOT / "extensions" / "learnspace_core" / "space_config" / "nbgrader_config.py"
    (config / "nbgrader_config.py").write_text(CONFIG.format(ours=str(ours)))
    with serve(make_app(Settings(state=state), identify)) as live:
        environment = {
            **live.environment(get_username()),
            "JUPYTER_CONFIG_PATH": str(config),
            "USER": get_username(),
            "LEARNSPACE_COURSES": "",
            # nbgrader runs alembic by its name, as a space lets it.
            "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]),
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        yield live


@pytest.fixture
def course_dir(state: Path) -> str:
    """The course's directory, where the platform keeps it and a teacher's space shows it."""
    path = state / "courses" / "abc101"
    path.mkdir()
    return str(path)


@pytest.fixture
def db(course_dir: str) -> str:
    """The course's gradebook: the platform reads it where it stands."""
    return f"sqlite:///{course_dir}/gradebook.db"


@pytest.fixture
def api(course_dir: str, db: str) -> NbGraderAPI:
    """What the formgrader works with, as in nbgrader's tests, with our exchange."""
    config = Config()
    config.CourseDirectory.course_id = "abc101"
    config.CourseDirectory.root = course_dir
    config.CourseDirectory.db_url = db
    for trait, name in FACTORY.items():
        setattr(config.ExchangeFactory, trait, f"learnspace_assignments.exchange.{name}")
    return NbGraderAPI(CourseDirectory(config=config), config=config)
