"""``learnspace up`` as a person meets it: start again, Ctrl-C, what is missing or broken, and a hub that is killed."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sysconfig
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest
from playwright.sync_api import Browser, expect

from learnspace_core.app import make_app
from learnspace_core.blobs import BlobStore
from learnspace_core.database import upgrade
from learnspace_core.errors import LearnspaceError
from learnspace_core.settings import PREFIX, Settings
from tests.integration.conftest import Stack, free_ports, new_context, running_stack, sign_in, wait_until

LEARNSPACE = Path(sysconfig.get_path("scripts")) / "learnspace"
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Learnspace on embedded defaults."""
    with running_stack() as stack:
        yield stack


def _up(state: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``learnspace up`` where it should refuse to start."""
    return subprocess.run(
        [LEARNSPACE, "up", *options],
        env={**os.environ, "LEARNSPACE_STATE": str(state), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_it_says_what_it_is_and_listens_only_here(stack: Stack) -> None:
    said = stack.said()
    assert stack.url in said
    for username in ("lena", "ming", "li", "manager"):
        assert stack.password(username) in said
    assert "do not isolate" in " ".join(said.split())
    listening = {
        connection.laddr.ip
        for process in [psutil.Process(stack.process.pid), *psutil.Process(stack.process.pid).children(recursive=True)]  # type: ignore[union-attr]
        for connection in process.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


def test_no_process_warns_of_an_option_that_is_not_recognized(stack: Stack) -> None:
    for log in (stack.state / "logs").glob("*.log"):
        assert "not recognized" not in log.read_text(), log.name


def test_secrets_are_for_their_owner_only(stack: Stack) -> None:
    for path in (stack.state / "keys").iterdir():
        assert path.stat().st_mode & 0o077 == 0, path
    assert [path for path in stack.state.iterdir() if path.stat().st_mode & 0o002] == []


def test_a_second_one_on_the_same_state_is_refused(stack: Stack) -> None:
    done = _up(stack.state, "--port", str(free_ports()))
    assert done.returncode == 2
    assert "already_running" in done.stderr


def test_port_in_use(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = _up(tmp_path / "state", "--port", str(port))
    assert done.returncode == 2
    assert f"Port {port} on 127.0.0.1" in " ".join(done.stderr.split())
    assert "front.port" in done.stderr
    assert "Traceback" not in done.stderr


def test_docker_is_not_there_when_asked_for(tmp_path: Path) -> None:
    done = _up(tmp_path / "state", "--spaces", "docker", DOCKER_HOST=f"unix://{tmp_path}/nothing.sock")
    assert done.returncode == 2
    assert "docker" in done.stderr.lower()
    assert "apt-get install docker.io" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_wrong_settings_are_named(tmp_path: Path) -> None:
    file = tmp_path / "learnspace.toml"
    file.write_text("[front]\nprot = 1\n")
    done = _up(tmp_path / "state", LEARNSPACE_CONFIG=str(file))
    assert done.returncode == 2
    assert "did you mean front.port" in " ".join(done.stderr.split())


def test_no_disk_space_to_start(small_disk: Path) -> None:
    done = _up(small_disk / "state", "--port", str(free_ports()))
    assert done.returncode == 2
    assert "disk_full" in done.stderr
    assert "Make room" in done.stderr


def test_no_disk_space_during_upload(small_disk: Path) -> None:
    settings = Settings(state=small_disk / "state")
    settings.state.mkdir()
    upgrade(settings.database_url)
    blobs = BlobStore(settings.state / "blobs")
    with pytest.raises(LearnspaceError) as refused:
        blobs.put(os.urandom(16_000_000))
    assert (refused.value.code, refused.value.status) == ("disk_full", 507)
    assert [path for path in blobs.directory.rglob("*") if path.is_file()] == []
    # What is small enough still works, and the service still answers.
    assert blobs.read(blobs.put(b"small").sha256) == b"small"

    async def health() -> int:
        transport = httpx.ASGITransport(app=make_app(settings))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return (await client.get(f"{PREFIX}/api/health")).status_code

    # In a thread of its own: the browser of this session has an event loop in this one.
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(asyncio.run, health()).result() == 200


@pytest.mark.browser
def test_a_hub_killed_during_spawn_comes_back_and_the_space_opens(stack: Stack, browser: Browser) -> None:
    page = new_context(browser).new_page()
    page.goto(stack.url)
    page.get_by_label("Username", exact=True).fill("ming")
    page.get_by_label("Password", exact=True).fill(stack.password("ming"))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/spawn-pending/**")
    killed = stack.pid("hub")
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: stack.pid("hub") != killed)
    wait_until(lambda: _answers(f"{stack.url}/hub/health"))
    page.goto(f"{stack.url}/hub/spawn")
    expect(page.get_by_role("main", name="Home")).to_be_visible(timeout=120_000)


@pytest.mark.browser
def test_a_killed_hub_and_service_leave_the_space_working(stack: Stack, browser: Browser) -> None:
    page = sign_in(new_context(browser), stack, "lena")
    notes = stack.state / "homes" / "lena" / "notes.txt"
    notes.write_text("mine")
    servers = _spaces(stack)
    for name in ("hub", "service"):
        killed = stack.pid(name)
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda name=name, killed=killed: stack.pid(name) != killed)  # type: ignore[misc]
    wait_until(lambda: _answers(f"{stack.url}/hub/health"))
    wait_until(lambda: _answers(f"{stack.url}{PREFIX}/api/health"))
    assert _spaces(stack) >= servers
    page.reload()
    expect(page.get_by_role("main", name="Home").get_by_role("heading", name="Hello, Lena")).to_be_visible()
    assert notes.read_text() == "mine"


def test_ctrl_c_leaves_nothing_running_and_the_next_start_has_everything(stack: Stack) -> None:
    assert stack.process is not None
    family = [psutil.Process(stack.process.pid), *psutil.Process(stack.process.pid).children(recursive=True)]
    assert len(family) > 8
    before = stack.password("lena")
    notes = stack.state / "homes" / "lena" / "kept.txt"
    notes.parent.mkdir(exist_ok=True)
    notes.write_text("mine")
    stack.stop()
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []
    stack.start()
    assert stack.password("lena") == before
    assert notes.read_text() == "mine"
    assert _answers(f"{stack.url}/hub/health")


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def _spaces(stack: Stack) -> set[int]:
    assert stack.process is not None
    children = psutil.Process(stack.process.pid).children(recursive=True)
    return {child.pid for child in children if "jupyterhub-singleuser" in " ".join(child.cmdline())}


def test_a_stop_during_the_start_and_an_ignored_ctrl_c_still_stop_everything(tmp_path: Path) -> None:
    ignoring = ["sh", "-c", f'trap "" INT; exec {LEARNSPACE} up --port {free_ports()}']
    environment = {**os.environ, "LEARNSPACE_STATE": str(tmp_path / "state")}
    process = subprocess.Popen(ignoring, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)
    started = psutil.Process(process.pid)
    wait_until(lambda: (tmp_path / "state" / "run" / "supervisord.pid").exists())
    family = wait_until(lambda: started.children(recursive=True))
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []
