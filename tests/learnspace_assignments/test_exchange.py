import asyncio

import httpx
import nbformat
import pytest
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError, ExchangeFactory

from learnspace_assignments import exchange
from learnspace_core.client import ServiceClient
from learnspace_core.settings import PREFIX


@pytest.fixture
def run(app, tmp_path, monkeypatch):
    """Run one class of the exchange as a person, in a home of their own, against the real service in process."""

    def start(kind, username, name="ps1", **traits):
        transport = httpx.ASGITransport(app=app)
        arguments = (f"http://service{PREFIX}", f"token-{username}", transport)
        monkeypatch.setattr(ServiceClient, "from_environment", lambda: ServiceClient(*arguments))
        home = tmp_path / username
        (home / "courses/art").mkdir(parents=True, exist_ok=True)
        coursedir = CourseDirectory(root=str(home / "courses/art"), course_id="art", assignment_id=name)
        place = {"assignment_dir": str(home / "assignments"), "path_includes_course": True}
        return kind(coursedir=coursedir, authenticator=None, **place, **traits).start()

    return start


@pytest.fixture
def released(run, tmp_path):
    folder = tmp_path / "ted/courses/art/release/ps1"
    folder.mkdir(parents=True)
    nbformat.write(nbformat.v4.new_notebook(), folder / "ps1.ipynb")
    run(exchange.ExchangeReleaseAssignment, "ted")


def test_nbgrader_accepts_every_class():
    factory = ExchangeFactory()
    for trait in factory.class_own_traits():
        name = "Exchange" + "".join(word.title() for word in trait.split("_")) if trait != "exchange" else "Exchange"
        setattr(factory, trait, getattr(exchange, name))


def test_from_release_to_collect(run, released, tmp_path):
    [listed] = run(exchange.ExchangeList, "amy", name="")
    assert (listed["course_id"], listed["assignment_id"], listed["status"]) == ("art", "ps1", "released")
    run(exchange.ExchangeFetchAssignment, "amy")
    [listed] = run(exchange.ExchangeList, "amy", name="")
    assert listed["status"] == "fetched"
    assert listed["notebooks"] == [{"notebook_id": "ps1", "path": str(tmp_path / "amy/assignments/art/ps1/ps1.ipynb")}]
    run(exchange.ExchangeSubmit, "amy")
    [listed] = run(exchange.ExchangeList, "amy", name="", cached=True)
    assert (listed["student_id"], listed["status"]) == ("amy", "submitted")
    assert [notebook["has_exchange_feedback"] for notebook in listed["submissions"][0]["notebooks"]] == [False]
    run(exchange.ExchangeCollect, "ted", update=True)
    collected = tmp_path / "ted/courses/art/submitted/amy/ps1"
    assert sorted(path.name for path in collected.iterdir()) == ["ps1.ipynb", "timestamp.txt"]
    (collected / "mark").touch()
    run(exchange.ExchangeCollect, "ted", update=True)
    assert (collected / "mark").exists(), "the same submission was collected twice"


def test_the_student_option_changes_nobody(run, released):
    run(exchange.ExchangeFetchAssignment, "amy")
    run(exchange.ExchangeSubmit, "amy")
    assert run(exchange.ExchangeList, "bob", name="", cached=True) == []


@pytest.mark.parametrize("username", ["eve", "amy"])
def test_only_teachers_of_the_course_take_an_assignment_back(run, released, username):
    with pytest.raises(ExchangeError):
        run(exchange.ExchangeList, username, remove=True)


async def test_an_event_loop_may_be_running(run, released):
    assert asyncio.get_running_loop().is_running()
    assert run(exchange.ExchangeList, "amy", name="")[0]["assignment_id"] == "ps1"


def test_service_down(monkeypatch, tmp_path):
    monkeypatch.setenv("LEARNSPACE_SERVICE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "a-token")
    with pytest.raises(ExchangeError, match="cannot be reached"):
        exchange.ExchangeList(coursedir=CourseDirectory(root=str(tmp_path)), authenticator=None).start()
