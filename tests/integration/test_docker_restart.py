"""A Docker engine that restarts under a space: the files are there afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.container_platform import IMAGE, Platform, wait_for

pytestmark = pytest.mark.docker


@pytest.fixture
def folder() -> Iterator[Path]:
    """A directory on a disk, where an engine can stack its layers, with a name short enough for its sockets."""
    with tempfile.TemporaryDirectory(prefix="engine-", dir="/var/tmp", ignore_cleanup_errors=True) as name:
        yield Path(name)


def test_files_survive_a_restart_of_docker(folder: Path) -> None:
    """In a network namespace of its own, with an engine of its own, so that nobody else's containers are stopped."""
    if os.geteuid() != 0 or not shutil.which("dockerd"):
        pytest.skip("a second Docker engine needs dockerd and root")
    done = subprocess.run(
        ["unshare", "--net", sys.executable, "-m", "tests.integration.test_docker_restart", str(folder)],
        env=os.environ | {"DOCKER_HOST": f"unix://{folder}/docker.sock"},
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
