"""A home and the real service, with a line between them that fails in every way."""

import asyncio
import json
from pathlib import Path

import httpx
import nbformat
import pytest
from tornado.httpclient import HTTPClientError

from learnspace_assignments import store
from learnspace_assignments.space.delivery import Delivery
from learnspace_core.app import make_app
from learnspace_core.client import ServiceClient
from learnspace_core.database import Database, upgrade
from learnspace_core.models import FileEntry
from learnspace_core.settings import Settings
from learnspace_people import store as people
from learnspace_people.models import Course, Enrolment

API = ("learnspace", "api")
PS1 = (*API, "assignments", "c1", "ps1")
FOLDER = "assignments/c1/ps1"
SLOW = 3600.0
"""A first wait so long that only what is tested tries again."""
WORK = nbformat.writes(nbformat.v4.new_notebook())


class Line(httpx.AsyncBaseTransport):
    """The line to the service; ``state`` says what becomes of a hand-in on it."""

    def __init__(self, app):
        self.inner = httpx.ASGITransport(app)
        self.state = "up"
        self.reached = 0
        self.held = asyncio.Event()

    async def handle_async_request(self, request):
        if self.state == "down":
            raise httpx.ConnectError("no route")
        if self.state == "proxy":
            return httpx.Response(502, html="<h1>Bad Gateway</h1>")
        if self.state == "portal":
            return httpx.Response(200, html="<h1>Sign in to the school's network</h1>")
        if self.state in ("sick", "tired"):
            status, code = {"sick": (500, "internal_error"), "tired": (401, "not_signed_in")}[self.state]
            return httpx.Response(status, json={"code": code, "message": "Try later."})
        if self.state == "held":
            async for _ in request.stream:
                pass
            self.held.set()
            await asyncio.Event().wait()
        answer = await self.inner.handle_async_request(request)
        if request.method == "POST":
            self.reached += 1
        if self.state == "answer lost":
            raise httpx.ReadTimeout("no answer")
        return answer


@pytest.fixture
def service(tmp_path):
    """The real service, and what it holds."""
    settings = Settings(state=tmp_path / "state")
    settings.state.mkdir()
    upgrade(settings.database_url)
    database = Database(settings.database_url)
    with database.write() as session:
        people.ensure_institution(session, "i", "I")
        people.ensure_course(session, Course(id="c1", title="C", institution="i"))
        person = people.ensure_person(session, "lena", "Lena")
        people.ensure_enrolment(session, person.id, Enrolment(role="learner", institution="i", course="c1"))
        row = store.ensure_assignment(session, "c1", "ps1", "PS 1")
        session.flush()
        store.release(session, row, [FileEntry(path="ps1.ipynb", sha256="0" * 64, size=1)], 3)

    async def identify(token):
        return token or None

    yield make_app(settings, identify)
    database.close()


@pytest.fixture
def line(service):
    return Line(service)


@pytest.fixture
def lena(line):
    return ServiceClient("http://service/services/learnspace", "lena", line)


@pytest.fixture
def folder(jp_root_dir):
    """The assignment in the home, as it was fetched."""
    made = jp_root_dir / FOLDER
    made.mkdir(parents=True)
    (made / "ps1.ipynb").write_text(WORK)
    return made


@pytest.fixture
def home(jp_serverapp, jp_root_dir, lena, folder) -> Path:
    settings = jp_serverapp.web_app.settings
    settings["learnspace_client"] = lena
    settings["learnspace_delivery"] = Delivery(jp_root_dir, lambda: lena, first_wait=SLOW)
    return jp_root_dir


def delivery_in(root, lena, **options) -> Delivery:
    return Delivery(root, lambda: lena, **{"first_wait": SLOW, **options})


async def hand_in(delivery):
    return await delivery.hand_in("c1", "ps1", FOLDER)


async def handed_in(lena) -> list[dict]:
    return (await lena.json("GET", "assignments/c1/ps1"))["submissions"]


async def until(look):
    """Let the background work go on until ``look`` is true."""
    async with asyncio.timeout(20):
        while not (found := await look()):  # noqa: ASYNC110 - the disk tells nobody
            await asyncio.sleep(0.005)
    return found


async def post(jp_fetch, *path):
    answer = await jp_fetch(*path, method="POST", body="{}")
    return answer.code, json.loads(answer.body)


async def get(jp_fetch, *path):
    return json.loads((await jp_fetch(*path)).body)


async def refusal(jp_fetch, *path, **options):
    with pytest.raises(HTTPClientError) as failed:
        await jp_fetch(*path, **options)
    return failed.value.code, json.loads(failed.value.response.body)
