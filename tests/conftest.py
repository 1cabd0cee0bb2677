"""What the tests of the hub's side share: settings in a temporary place, both databases, the service in process."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from itsdangerous import TimestampSigner

from learnspace_core.app import make_app
from learnspace_core.blobs import BlobStore
from learnspace_core.database import Database, upgrade
from learnspace_core.keys import secret
from learnspace_core.settings import PREFIX, Settings
from learnspace_core.settings import Database as DatabaseSettings
from learnspace_people import store as people
from learnspace_people.models import Course, Enrolment

ROOT = Path(__file__).parent.parent
COURSES = ROOT / "course_materials"
MEMORY = Path("/dev/shm")
SCRATCH = MEMORY if os.access(MEMORY, os.W_OK) else Path(tempfile.gettempdir())
"""Where tests keep their files: many make hundreds of directories and sync what they write, and nothing has to last."""
os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(SCRATCH))

NEEDS: dict[str, tuple[Callable[[], bool], str]] = {
    "docker": (
        lambda: (
            shutil.which("docker") is not None
            and subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0
        ),
        "no Docker engine answers: apt-get install docker.io, then start dockerd",
    ),
    "browser": (lambda: Path("/usr/bin/chromium").exists(), "no Chromium: apt-get install chromium"),
    "postgres": (lambda: _postgres_bin() is not None, "no PostgreSQL: apt-get install postgresql"),
}


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what this machine cannot run; in CI that is a failure."""
    for marker, (there, remedy) in NEEDS.items():
        if item.get_closest_marker(marker) is not None and not there():
            if os.environ.get("CI"):
                pytest.fail(remedy)
            pytest.skip(remedy)


def _postgres_bin() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    return found[-1].parent if found else None


def free_port() -> int:
    """Return a TCP port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class PostgresServer(NamedTuple):
    """A PostgreSQL server of our own: the URL prefix of its databases, and how it is told to stop and to start."""

    address: str
    control: Callable[..., object]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server of our own on loopback."""
    binaries = _postgres_bin()
    assert binaries is not None
    with tempfile.TemporaryDirectory(prefix="learnspace-postgres-", dir=SCRATCH) as name:
        directory = Path(name)
        as_postgres: list[str] = []
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root.
            as_postgres = ["runuser", "-u", "postgres", "--"]
            shutil.chown(directory, "postgres")
        data, port = directory / "data", free_port()
        run = partial(subprocess.run, check=True, capture_output=True, cwd="/")
        run([*as_postgres, binaries / "initdb", "-D", data, "-A", "trust", "-U", "learnspace", "--no-sync"])
        # Nothing here has to survive a power cut: without fsync the tests are twice as fast.
        options = f"-p {port} -k {directory} -c listen_addresses=127.0.0.1 -c max_connections=200 -c fsync=off"
        control = [*as_postgres, binaries / "pg_ctl", "-D", data, "-w"]
        # Without a log of its own the server keeps the pipes of whoever starts it.
        beginning = ("-o", options, "-l", str(directory / "log"))

        def tell(*words: str) -> None:
            run([*control, *beginning, *words])

        tell("start")
        try:
            yield PostgresServer(f"learnspace@127.0.0.1:{port}", tell)
        finally:
            tell("-m", "immediate", "stop")


@pytest.fixture(scope="session")
def postgres(postgres_server: PostgresServer) -> str:
    """The URL prefix of the databases of our own PostgreSQL server."""
    return postgres_server.address


@pytest.fixture(scope="session")
def newest_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database at the newest schema, to be copied: the migrations run once."""
    path = tmp_path_factory.mktemp("newest") / "learnspace.db"
    upgrade(f"sqlite:///{path}")
    assert not path.with_name(f"{path.name}-wal").exists(), "the file alone is not the database"
    return path


@pytest.fixture(scope="session")
def newest_postgres(postgres: str) -> str:
    """The name of an empty PostgreSQL database at the newest schema, to be copied."""
    with psycopg.connect(f"postgresql://{postgres}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE newest")
    upgrade(f"postgresql+psycopg://{postgres}/newest")
    return "newest"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings in a temporary state directory, on an empty database of each kind at the newest schema."""
    made = Settings(state=tmp_path / "state")
    made.state.mkdir()
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("newest_sqlite"), made.database_url.removeprefix("sqlite:///"))
        return made
    server, newest = request.getfixturevalue("postgres"), request.getfixturevalue("newest_postgres")
    name = f"test_{os.urandom(6).hex()}"
    with psycopg.connect(f"postgresql://{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{newest}"')
    url = f"postgresql+psycopg://{server}/{name}"
    return made.model_copy(update={"database": DatabaseSettings(url=url)})


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 12 MB."""
    if os.geteuid() != 0:
        if os.environ.get("CI"):
            pytest.fail("mounting a small disk needs root")
        pytest.skip("mounting a small disk needs root")
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", place], check=True)
    yield place
    subprocess.run(["umount", "-l", place], check=True)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """The database of ``settings``."""
    opened = Database(settings.database_url)
    yield opened
    opened.close()


@pytest.fixture
def blobs(settings: Settings) -> BlobStore:
    """The blobs of ``settings``."""
    return BlobStore(settings.state / "blobs")


@pytest.fixture
def school(database: Database) -> Database:
    """A school with two courses: amy and bob learn and ted teaches ``art``; eve learns and una teaches ``biology``."""
    with database.write() as session:
        for course in ("art", "biology"):
            people.ensure_course(session, Course(id=course, title=course.title(), institution="school"))
        for username, role, course_id in (
            ("amy", "learner", "art"),
            ("bob", "learner", "art"),
            ("ted", "teacher", "art"),
            ("eve", "learner", "biology"),
            ("una", "teacher", "biology"),
            ("max", "manager", None),
        ):
            person = people.ensure_person(session, username, username.title())
            enrolment = Enrolment.model_validate({"role": role, "institution": "school", "course": course_id})
            people.ensure_enrolment(session, person.id, enrolment)
        people.ensure_person(session, "nobody", "Nobody")
    return database


class Clock:
    """The service's clock, which a test sets; it stands still."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 24, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The service's clock, at ten on 24 November 2026."""
    clock = Clock()
    monkeypatch.setattr("learnspace_core.database.clock", clock)
    return clock


@pytest.fixture
def app(settings: Settings, school: Database) -> FastAPI:
    """The real service; a token is good if it is ``token-`` and the username. The hub itself is in integration/."""

    async def identify(token: str) -> str | None:
        return token.removeprefix("token-") if token.startswith("token-") else None

    return make_app(settings, identify)


@pytest.fixture
async def jp_asyncio_loop() -> asyncio.AbstractEventLoop:
    """Let pytest-jupyter run a learner's own server on the loop of the test, which pytest-asyncio makes."""
    return asyncio.get_running_loop()


@pytest.fixture
def jp_fetch(jp_fetch: Callable[..., object]) -> Callable[..., object]:
    """Ask that server, with patience for a busy machine."""
    return partial(jp_fetch, request_timeout=120)


@pytest.fixture
def jp_server_config() -> dict[str, object]:
    """Load our extension into that server, and nothing without a sign-in."""
    return {
        "ServerApp": {"jpserver_extensions": {"learnspace_core.space": True}, "allow_unauthenticated_access": False}
    }


Client = Callable[[str], httpx.AsyncClient]


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[Client]:
    """Return an in-process HTTP client that is signed in as the given person, or as nobody."""
    clients = []

    def make(username: str) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer token-{username}"} if username else {}
        # An unknown exception must become an answer, as it does under uvicorn.
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        made = httpx.AsyncClient(transport=transport, base_url=f"http://test{PREFIX}/api/", headers=headers)
        clients.append(made)
        return made

    yield make
    for made in clients:
        await made.aclose()


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A browser, in process, of whoever ``as_person`` says; in integration/ it is Chromium."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://test{PREFIX}") as made:
        app.state.browser = made
        yield made


def as_person(app: FastAPI, username: str) -> None:
    """Give the browser the session that follows the hub's sign-in; the sign-in itself is in integration/."""
    signer = TimestampSigner(secret(app.state.settings.state, "session_secret"))
    session = signer.sign(b64encode(json.dumps({"token": f"token-{username}"}).encode())).decode()
    app.state.browser.cookies.set("learnspace-session", session, domain="test.local", path=PREFIX)


@pytest.fixture
def other_kernel() -> Iterator[str]:
    """A kernel of another name and language among those of the grader's Python: ipykernel again, started cold."""
    name = f"other-{secrets.token_hex(4)}"
    folder = Path(sys.prefix) / "share/jupyter/kernels" / name
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": command, "display_name": "Other", "language": "other"}
    (folder / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    yield name
    shutil.rmtree(folder)
