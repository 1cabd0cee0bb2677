"""Hub, proxy and service of a Learnspace as real processes, with learners and their hub tokens: what hand-ins need."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import tomli_w

from learnspace_assignments import store
from learnspace_core.blobs import BlobStore
from learnspace_core.database import Database, upgrade
from learnspace_core.keys import secret
from learnspace_core.models import FileEntry
from learnspace_core.settings import PREFIX, Settings
from learnspace_people import store as people
from learnspace_people.models import Course, Enrolment
from tests.integration.conftest import free_ports, wait_until

COURSE = "bench"
TOKENS_AT_ONCE = 8
HUB = """
import sys
from traitlets.config import get_config
from hub_config.configure import configure
from learnspace_core.keys import secret
from learnspace_core.settings import load_settings

c, settings = get_config(), load_settings()
configure(c, settings)
# Who makes the learners' tokens, as the hub itself does when it starts their spaces.
c.JupyterHub.services = [*c.JupyterHub.services, {"name": "bench", "api_token": secret(settings.state, "bench_token")}]
role = {"name": "bench", "scopes": ["admin:users", "tokens"], "services": ["bench"]}
c.JupyterHub.load_roles = [*c.JupyterHub.load_roles, role]
"""


class Platform:
    """Processes on a state directory and ports of their own.

    Args:
        state: an empty directory.
        database: the SQLAlchemy URL of the service's database; SQLite in the state directory if empty.
        options: sections of the settings.
    """

    def __init__(self, state: Path, database: str = "", **options: dict[str, object]) -> None:
        port = free_ports()
        front = {"port": port, "internal_port": port + 100}
        self.settings = Settings.model_validate(
            {"state": state, "front": front, "database": {"url": database}, **options}
        )
        self.config = state / "learnspace.toml"
        (state / "logs").mkdir(parents=True)
        (state / "run").mkdir()
        self.config.write_text(tomli_w.dumps(self.settings.model_dump(mode="json", exclude_none=True)))
        upgrade(self.settings.database_url)
        self.api = f"http://127.0.0.1:{self.settings.service_port}{PREFIX}/api"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        """Start one of the processes and wait until it answers."""
        scripts = Path(sysconfig.get_path("scripts"))
        command = [str(scripts / "learnspace"), "serve", name]
        if name == "hub":
            config = self.settings.state / "run" / "jupyterhub_config.py"
            config.write_text(HUB)
            command = [str(scripts / "jupyterhub"), "--config", str(config)]
        places = {"LEARNSPACE_CONFIG": str(self.config), "PATH": f"{scripts}:{os.environ['PATH']}"}
        with (self.settings.state / "logs" / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command, env={**os.environ, **places}, cwd=self.settings.state / "run", stdout=log, stderr=log
            )
        wait_until(lambda: self._answers(name) or self.processes[name].poll() is not None)
        assert self.processes[name].poll() is None, (self.settings.state / "logs" / f"{name}.log").read_text()[-3000:]

    def kill(self, name: str) -> None:
        """End a process without any warning."""
        self.processes[name].send_signal(signal.SIGKILL)
        self.processes[name].wait()

    def stop(self) -> None:
        """End all of them."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait(30)

    def tokens(self, usernames: list[str]) -> dict[str, str]:
        """Return a hub token for each learner, with the scopes that the token of a space has."""
        return asyncio.run(self._tokens(usernames))

    async def _tokens(self, usernames: list[str]) -> dict[str, str]:
        headers = {"Authorization": f"token {secret(self.settings.state, 'bench_token')}"}
        found: dict[str, str] = {}
        todo = iter(usernames)
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.settings.hub_port}/hub/api/",
            headers=headers,
            timeout=120,
            trust_env=False,
        ) as hub:
            (await hub.post("users", json={"usernames": usernames})).raise_for_status()

            async def work() -> None:
                for username in todo:
                    body = {"scopes": ["access:services!service=learnspace", "read:users:name!user"]}
                    answer = await hub.post(f"users/{username}/tokens", json=body)
                    answer.raise_for_status()
                    found[username] = answer.json()["token"]

            await asyncio.gather(*(work() for _ in range(TOKENS_AT_ONCE)))
        return found

    def _answers(self, name: str) -> bool:
        if name == "grader":
            return True  # nobody asks it anything: it takes jobs when it has started
        urls = {
            "hub": f"http://127.0.0.1:{self.settings.hub_port}/hub/health",
            "proxy": f"http://127.0.0.1:{self.settings.proxy_port}/",
            "service": f"{self.api}/health",
        }
        try:
            answer = httpx.get(urls[name], trust_env=False)
        except httpx.HTTPError:
            return False
        return name == "proxy" or answer.is_success


def enrol(settings: Settings, usernames: list[str], assignments: int) -> None:
    """Make the course ``bench`` with its learners and so many released assignments, ``a0``, ``a1`` …"""
    database = Database(settings.database_url)
    blob = BlobStore(settings.state / "blobs").put(b'{"cells":[],"metadata":{},"nbformat":4,"nbformat_minor":5}')
    with database.write() as session:
        people.ensure_course(session, Course(id=COURSE, title="Bench", institution="school"))
        learner = Enrolment(role="learner", institution="school", course=COURSE)
        for username in usernames:
            people.ensure_enrolment(session, people.ensure_person(session, username, username).id, learner)
        for number in range(assignments):
            row = store.ensure_assignment(session, COURSE, f"a{number}", f"Assignment {number}", number)
            store.release(session, row, [FileEntry(path="work.ipynb", sha256=blob.sha256, size=blob.size)], 10)
    database.close()


@contextmanager
def running(usernames: list[str], assignments: int, database: str = "") -> Iterator[tuple[Platform, dict[str, str]]]:
    """Run proxy, hub and service with these learners; yield them and the learners' tokens."""
    with tempfile.TemporaryDirectory(prefix="learnspace-bench-", ignore_cleanup_errors=True) as name:
        platform = Platform(Path(name) / "state", database)
        enrol(platform.settings, usernames, assignments)
        try:
            for process in ("proxy", "hub", "service"):
                platform.start(process)
            yield platform, platform.tokens(usernames)
        except BaseException:
            for log in (platform.settings.state / "logs").iterdir():
                print(f"--- {log.name}", log.read_text()[-2000:], sep="\n", file=sys.stderr)
            raise
        finally:
            platform.stop()
