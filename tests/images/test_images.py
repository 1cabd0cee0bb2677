"""Each image, looked at from inside: a folder here holds a ``verify`` that runs in the image's container."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
IMAGES = ["base", "space", "grader", "hub"]


def require_image(name: str) -> str:
    """Return the image's tag; without it, CI fails and a developer's machine skips."""
    image = f"learnspace/{name}:latest"
    inspect = ["docker", "image", "inspect", image]
    if shutil.which("docker") and subprocess.run(inspect, capture_output=True).returncode == 0:
        return image
    if os.environ.get("CI"):
        pytest.fail(f"{image} is not on this machine; build it: make images")
    pytest.skip(f"{image} is not on this machine; build it: make images")


@pytest.mark.docker
@pytest.mark.parametrize("verify", ["base", "own"])
@pytest.mark.parametrize("name", IMAGES)
def test_verify(name: str, verify: str) -> None:
    script = HERE / ("base" if verify == "base" else name) / "verify"
    locked_down = ["--init", "--network=none", "--cap-drop=ALL", "--security-opt=no-new-privileges"]
    mount = f"--volume={script}:/verify:ro"
    command = ["docker", "run", "--rm", *locked_down, mount, require_image(name), "python", "/verify"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.docker
def test_every_notebook_of_the_courses_runs_in_the_space() -> None:
    mounts = [f"--volume={HERE / 'space' / 'run_notebooks'}:/run_notebooks:ro"]
    mounts += [f"--volume={ROOT / 'course_materials'}:/courses:ro"]
    command = ["docker", "run", "--rm", "--init", "--network=none", *mounts, require_image("space")]
    done = subprocess.run([*command, "python", "/run_notebooks"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("26 notebooks ran")


@pytest.mark.docker
@pytest.mark.parametrize("name", IMAGES[1:])
def test_label_tells_the_version(name: str) -> None:
    label = '{{index .Config.Labels "org.opencontainers.image.version"}}'
    done = subprocess.run(["docker", "image", "inspect", "--format", label, require_image(name)], capture_output=True)
    assert done.stdout.decode().strip().startswith("0.")


def build(*arguments: str, path: Path) -> subprocess.CompletedProcess[str]:
    """Run images/build.py where only ``path`` has programs."""
    command = [sys.executable, str(ROOT / "images" / "build.py"), *arguments]
    return subprocess.run(command, env={"PATH": str(path)}, capture_output=True, text=True)


def test_without_docker_says_how_to_get_it(tmp_path: Path) -> None:
    done = build(path=tmp_path)
    assert done.returncode == 1
    assert done.stderr == "docker is missing. On Debian: apt-get install docker.io\n"


def test_without_engine_says_how_to_start_it(tmp_path: Path) -> None:
    program(tmp_path / "docker", "echo 'Cannot connect to the Docker daemon' >&2; exit 1")
    done = build(path=tmp_path)
    assert done.returncode == 1
    assert "systemctl start docker" in done.stderr


def test_without_registry_and_mmdebstrap_says_what_to_install(tmp_path: Path) -> None:
    program(tmp_path / "docker", '[ "$1" = info ]')
    done = build(path=tmp_path)
    assert done.returncode == 1
    assert "apt-get install mmdebstrap" in done.stderr


def test_unknown_image_names_the_known_ones(tmp_path: Path) -> None:
    done = build("spaec", path=tmp_path)
    assert done.returncode == 2
    assert "base, space, grader, hub" in done.stderr


def program(path: Path, script: str) -> None:
    """Write a program that stands for one of the machine's."""
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
