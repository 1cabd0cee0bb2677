"""Container spaces on a real hub, a real proxy and a real Docker engine: what they may do, and what outlives them."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import docker
import httpx
import pytest

from hub_config.network import ensure_network
from hub_config.volumes import STATE_LABEL, state_id, stop_all
from learnspace_core.database import Database, upgrade
from learnspace_core.settings import Settings, load_settings
from learnspace_people.models import Course, Enrolment
from learnspace_people.store import ensure_course, ensure_enrolment, ensure_person
from learnspace_people.tables import PersonRow

T = TypeVar("T")
pytestmark = pytest.mark.docker

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
            self.port = free_ports()
        (self.folder / "learnspace.toml").write_text(
            f'state = "state"\n[front]\ninternal_port = {self.port}\n'
            f'[spaces]\nkind = "docker"\nimage = "{image}"\nmemory = "512M"\ncpus = 0.5\nprocesses = 100\n'
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


def free_ports() -> int:
    """Return the first of five ports in a row that nobody listens on."""
    for first in range(21000 + secrets.randbelow(2000) * 5, 40000, 5):
        try:
            for port in range(first, first + 5):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first
    raise AssertionError("no free ports")


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    missing = None
    if shutil.which("docker") is None:
        missing = "docker is not installed"
    elif subprocess.run(["docker", "image", "inspect", IMAGE], capture_output=True).returncode:
        missing = f"no engine, or no {IMAGE}; build it: make images"
    if missing:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    platform = Platform(tmp_path_factory.mktemp("platform"))
    yield platform
    platform.close()


def outcome(container: Any, program: str) -> tuple[int, str]:
    done = container.exec_run(["python", "-c", program])
    return done.exit_code, done.output.decode()


def test_a_space_is_a_container_with_limits(platform: Platform) -> None:
    platform.enrol("limited")
    container = platform.start_space("limited")
    host = container.attrs["HostConfig"]
    assert host["Memory"] == host["MemorySwap"] == 512 * 1024**2
    assert host["CpuQuota"] / host["CpuPeriod"] == 0.5
    assert host["PidsLimit"] == 100
    assert host["CapDrop"] == ["ALL"]
    assert host["SecurityOpt"] == ["no-new-privileges"]
    assert not host["Privileged"]


def test_a_space_runs_without_root_and_without_capabilities(platform: Platform) -> None:
    platform.enrol("limited")
    container = platform.start_space("limited")
    status = dict(
        line.split(":\t", 1) for line in container.exec_run(["cat", "/proc/1/status"]).output.decode().splitlines()
    )
    assert status["Uid"].split() == ["10500"] * 4
    assert status["Gid"].split() == ["10500"] * 4
    assert {status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert status["NoNewPrivs"] == "1"


def test_more_processes_than_allowed_are_refused(platform: Platform) -> None:
    platform.enrol("limited")
    container = platform.start_space("limited")
    program = (
        "import subprocess\nstarted = []\ntry:\n"
        "    for _ in range(150): started.append(subprocess.Popen(['sleep', '20']))\n"
        "except OSError as error: print(error.errno)\n"
        "for process in started: process.kill()"
    )
    assert outcome(container, program) == (0, "11\n")
    assert platform.answers("limited")


CONNECT = "import socket; socket.create_connection(({host!r}, {port}), timeout=3).close(); print('connected')"


def test_a_learner_reaches_no_other_learners_port(platform: Platform) -> None:
    platform.enrol("ada")
    platform.enrol("bob")
    ada, bob = platform.start_space("ada"), platform.start_space("bob")
    [network] = bob.attrs["NetworkSettings"]["Networks"].values()
    address = network["IPAddress"]
    socket.create_connection((address, 8888), timeout=3).close()  # it listens, and the hub reaches it
    code, output = outcome(ada, CONNECT.format(host=address, port=8888))
    assert code, output
    assert "timed out" in output or "refused" in output
    # The learner's network works: the door is open.
    door = CONNECT.format(host=platform.gateway, port=platform.settings.space_door_port)
    assert outcome(ada, door) == (0, "connected\n")


def test_a_learner_has_no_course_and_a_teacher_has(platform: Platform) -> None:
    course = platform.settings.state / "courses" / "python"
    course.mkdir(parents=True, exist_ok=True)
    os.chown(course, -1, 10500)
    course.chmod(0o2770)
    platform.enrol("ada")
    platform.enrol("teacher", "teacher")
    assert outcome(platform.start_space("ada"), "import os; print(os.path.exists('courses'))") == (0, "False\n")
    write = "open('courses/python/from_space', 'w').write('ok')"
    assert outcome(platform.start_space("teacher"), write)[0] == 0
    assert (course / "from_space").read_text() == "ok"


def test_who_is_on_no_roster_gets_no_space(platform: Platform) -> None:
    platform.http.post("/hub/api/users/stranger")
    answer = platform.request_space("stranger")
    assert answer.status_code == 403
    assert answer.json()["message"].startswith("stranger is on no roster yet.")
    assert not platform.containers("stranger")


def test_files_are_there_after_stop_and_start(platform: Platform) -> None:
    platform.enrol("stopper")
    before = platform.start_space("stopper")
    platform.write("stopper", "风筝")
    platform.stop_space("stopper")
    after = platform.start_space("stopper")
    assert after.id != before.id
    assert platform.read("stopper") == "风筝"


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL])
def test_a_space_outlives_the_hub(platform: Platform, sign: signal.Signals) -> None:
    username = f"worker{sign.value}"
    platform.enrol(username)
    before = platform.start_space(username)
    platform.write(username, "kept")
    platform.restart_hub(sign)
    wait_for("the space behind the new hub", lambda: platform.answers(username))
    assert platform.container(username).id == before.id
    assert platform.read(username) == "kept"
    assert platform.http.get(f"/hub/api/users/{username}").json()["servers"][""]["ready"]


def test_a_hub_killed_during_a_spawn_leaves_nothing_in_the_way(platform: Platform) -> None:
    platform.enrol("unlucky")
    with pytest.raises(httpx.HTTPError), httpx.Client(timeout=0.2, trust_env=False) as impatient:
        impatient.post(
            f"{platform.http.base_url}/hub/api/users/unlucky/server",
            headers={"Authorization": f"Bearer {platform.token}"},
        )
    wait_for("the container", lambda: platform.containers("unlucky"))
    platform.restart_hub(signal.SIGKILL)
    platform.start_space("unlucky")
    assert len(platform.containers("unlucky")) == 1


def test_a_new_image_keeps_the_files(platform: Platform) -> None:
    platform.enrol("modern")
    platform.start_space("modern")
    platform.write("modern", "kept")
    tag = f"learnspace/space:test-{platform.port}"
    dockerfile = f"FROM {IMAGE}\nLABEL test={platform.port}\n".encode()
    subprocess.run(["docker", "build", "--quiet", "--tag", tag, "-"], input=dockerfile, check=True, capture_output=True)
    try:
        platform.configure(tag)
        platform.restart_hub(signal.SIGTERM)
        platform.stop_space("modern")
        container = platform.start_space("modern")
        assert container.attrs["Config"]["Image"] == tag
        assert platform.read("modern") == "kept"
        platform.stop_space("modern")
    finally:
        platform.configure(IMAGE)
        platform.restart_hub(signal.SIGTERM)
        platform.engine.images.remove(tag)


def test_a_name_given_to_somebody_new_brings_no_old_files(platform: Platform) -> None:
    platform.enrol("heir")
    platform.start_space("heir")
    platform.write("heir", "private")
    platform.stop_space("heir")
    with platform.people.read() as session:
        volume = f"learnspace-home-{session.query(PersonRow).filter_by(username='heir').one().id}"
    with platform.people.write() as session:
        session.delete(session.query(PersonRow).filter_by(username="heir").one())
    platform.enrol("heir")
    platform.start_space("heir")
    assert platform.read("heir") is None
    platform.stop_space("heir")
    platform.engine.volumes.get(volume).remove()


def test_stop_all_stops_only_this_installation(platform: Platform) -> None:
    platform.enrol("mine")
    platform.start_space("mine")
    other = platform.settings.model_copy(update={"state": platform.folder / "elsewhere"})
    assert stop_all(other) == 0
    assert platform.container("mine").status == "running"
    platform.stop_space("mine")


def test_files_survive_a_restart_of_docker(tmp_path: Path) -> None:
    """In a network namespace of its own, with an engine of its own, so that nobody else's containers are stopped."""
    if os.geteuid() != 0 or not shutil.which("dockerd"):
        pytest.skip("a second Docker engine needs dockerd and root")
    done = subprocess.run(
        ["unshare", "--net", sys.executable, __file__, str(tmp_path)],
        env=os.environ | {"DOCKER_HOST": f"unix://{tmp_path}/docker.sock"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]


def restart_docker_under_a_space(folder: Path) -> None:
    """Keep a file in a space, restart the engine, and find the file again; fails with an AssertionError."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    engine = start_engine(folder)
    try:
        bring_image()
        (folder / "platform").mkdir()
        platform = Platform(folder / "platform")
        try:
            platform.enrol("steady")
            platform.start_space("steady")
            platform.write("steady", "kept")
            engine.terminate()
            engine.wait(60)
            assert not platform.answers("steady")
            engine = start_engine(folder)
            assert platform.hub.poll() is None, "the hub outlives the engine"
            platform.http.delete("/hub/api/users/steady/server")  # or wait for the hub's next look at it
            platform.wait_until_stopped("steady")
            platform.start_space("steady")
            assert platform.read("steady") == "kept"
        finally:
            platform.close()
    finally:
        engine.terminate()
        engine.wait(60)


def start_engine(folder: Path) -> subprocess.Popen[bytes]:
    """Start a Docker engine with everything of its own and wait until it answers."""
    command = ["dockerd", f"--data-root={folder}/data", f"--exec-root={folder}/exec", f"--pidfile={folder}/docker.pid"]
    with (folder / "dockerd.log").open("ab") as log:
        engine = subprocess.Popen([*command, f"--host=unix://{folder}/docker.sock"], stdout=log, stderr=log)

    def answers() -> bool:
        assert engine.poll() is None, (folder / "dockerd.log").read_text()[-3000:]
        return subprocess.run(["docker", "info"], capture_output=True).returncode == 0

    wait_for("the engine", answers)
    return engine


def bring_image() -> None:
    """Copy the image from the machine's engine."""
    usual = {key: value for key, value in os.environ.items() if key != "DOCKER_HOST"}
    with subprocess.Popen(["docker", "save", IMAGE], stdout=subprocess.PIPE, env=usual) as save:
        subprocess.run(["docker", "load", "--quiet"], stdin=save.stdout, check=True, capture_output=True)


if __name__ == "__main__":
    restart_docker_under_a_space(Path(sys.argv[1]))
