"""A real hub and proxy that start containers as spaces, without a front door or a service."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import docker
import httpx

from hub_config.network import ensure_network
from hub_config.volumes import STATE_LABEL, state_id, stop_all
from learnspace_core.database import Database, upgrade
from learnspace_core.settings import Settings, load_settings
from learnspace_people.models import Course, Enrolment
from learnspace_people.store import ensure_course, ensure_enrolment, ensure_person
from learnspace_people.tables import PersonRow
from tests.integration.stack import free_ports

T = TypeVar("T")

IMAGE = "learnspace/space:latest"

CONFIG = """
import os
from hub_config.spawning import configure_spawning
from learnspace_core.settings import load_settings

c = get_config()
settings = load_settings()
configure_spawning(c, settings)
c.JupyterHub.hub_bind_url = os.environ["TEST_HUB_URL"]
c.JupyterHub.bind_url = f"http://127.0.0.1:{settings.proxy_port}"
c.JupyterHub.db_url = settings.hub_database_url
c.JupyterHub.authenticator_class = "null"
c.ConfigurableHTTPProxy.should_start = False
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{settings.proxy_api_port}"
c.JupyterHub.services = [{"name": "tester", "api_token": os.environ["TEST_TOKEN"]}]
c.JupyterHub.load_roles = [
    {"name": "tester", "services": ["tester"], "scopes": ["admin:users", "admin:servers", "access:servers"]}
]
"""


def wait_for(what: str, look: Callable[[], T | None], seconds: float = 90) -> T:
    """Return the first true answer of ``look``."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within {seconds} s")


class Platform:
    """A hub and its proxy on a state directory of their own; the hub can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.token = secrets.token_hex(32)
        self.configure(IMAGE)
        self.gateway = ensure_network(self.settings)
        upgrade(self.settings.database_url)
        self.people = Database(self.settings.database_url)
        self.engine = docker.from_env()
        (folder / "jupyterhub_config.py").write_text(CONFIG)
        self.environment = os.environ | {
            "LEARNSPACE_CONFIG": str(folder / "learnspace.toml"),
            "CONFIGPROXY_AUTH_TOKEN": secrets.token_hex(32),
            "TEST_HUB_URL": f"http://{self.gateway}:{self.settings.space_door_port}",
            "TEST_TOKEN": self.token,
        }
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{self.settings.proxy_port}",
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=30,
            trust_env=False,
        )
        proxy = shutil.which("configurable-http-proxy", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
        assert proxy, "configurable-http-proxy is missing: npm install -g configurable-http-proxy"
        ports = [f"--port={self.settings.proxy_port}", f"--api-port={self.settings.proxy_api_port}"]
        self.proxy = self.start([proxy, "--ip=127.0.0.1", "--api-ip=127.0.0.1", *ports], "proxy")
        self.hub = self.start_hub()

    @property
    def settings(self) -> Settings:
        return load_settings(self.folder / "learnspace.toml")

    def configure(self, image: str) -> None:
        if not hasattr(self, "port"):
            self.port = free_ports() + 100
        (self.folder / "learnspace.toml").write_text(
            f'state = "state"\n[front]\ninternal_port = {self.port}\n'
            f'[spaces]\nkind = "docker"\nimage = "{image}"\nmemory = "512M"\ncpus = 1.5\nprocesses = 100\n'
            f'network = "learnspace-test-{self.port}"\n'
        )
        self.settings.state.mkdir(exist_ok=True)

    def start(self, command: list[str], name: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(command, env=self.environment, cwd=self.folder, stdout=log, stderr=log)

    def start_hub(self) -> subprocess.Popen[bytes]:
        config = str(self.folder / "jupyterhub_config.py")
        hub = self.start([sys.executable, "-m", "jupyterhub", "--config", config], "hub")

        def ready() -> bool:
            assert hub.poll() is None, (self.folder / "hub.log").read_text()[-3000:]
            try:
                return self.http.get("/hub/api/users").status_code == 200
            except httpx.HTTPError:
                return False

        wait_for("the hub", ready)
        return hub

    def restart_hub(self, sign: signal.Signals) -> None:
        self.hub.send_signal(sign)
        self.hub.wait(30)
        self.hub = self.start_hub()

    def enrol(self, username: str, role: Any = "learner") -> None:
        with self.people.write() as session:
            ensure_course(session, Course(id="python", title="Python", institution="demo"))
            person = ensure_person(session, username, username)
            ensure_enrolment(session, person.id, Enrolment(role=role, institution="demo", course="python"))
        self.http.post(f"/hub/api/users/{username}")

    def request_space(self, username: str) -> httpx.Response:
        return self.http.post(f"/hub/api/users/{username}/server")

    def start_space(self, username: str) -> Any:
        """Start the person's space if it does not run, and return its container."""
        self.request_space(username)
        wait_for(f"{username}'s space", lambda: self.answers(username))
        return self.container(username)

    def answers(self, username: str) -> bool:
        try:
            return self.http.get(f"/user/{username}/api/status", follow_redirects=False).status_code == 200
        except httpx.HTTPError:
            return False

    def stop_space(self, username: str) -> None:
        self.http.delete(f"/hub/api/users/{username}/server")
        wait_for(f"the end of {username}'s space", lambda: not self.containers(username))
        self.wait_until_stopped(username)

    def wait_until_stopped(self, username: str) -> None:
        wait_for("the hub to know", lambda: not self.http.get(f"/hub/api/users/{username}").json()["servers"])

    def containers(self, username: str) -> list[Any]:
        own = self.engine.containers.list(all=True, filters={"label": f"{STATE_LABEL}={state_id(self.settings)}"})
        return [container for container in own if container.name.endswith(f"-{username}")]

    def container(self, username: str) -> Any:
        [container] = self.containers(username)
        return container

    def write(self, username: str, text: str) -> None:
        body = {"type": "file", "format": "text", "content": text}
        assert self.http.put(f"/user/{username}/api/contents/kept.txt", json=body).is_success

    def read(self, username: str) -> str | None:
        answer = self.http.get(f"/user/{username}/api/contents/kept.txt")
        return answer.json()["content"] if answer.status_code == 200 else None

    def close(self) -> None:
        for process in (self.hub, self.proxy):
            process.terminate()
            process.wait(30)
        stop_all(self.settings)
        for network in self.engine.networks.list(names=[self.settings.spaces.network]):
            network.remove()
        with self.people.read() as session:
            owners = {person.id for person in session.query(PersonRow)}
        for volume in self.engine.volumes.list():
            if volume.name.removeprefix("learnspace-home-") in owners:
                volume.remove()
        self.people.close()
