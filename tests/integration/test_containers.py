"""Container spaces on a real hub, a real proxy and a real Docker engine: what they may do."""

from __future__ import annotations

import os
import socket
from typing import Any

import pytest

from tests.integration.container_platform import Platform

pytestmark = pytest.mark.docker


def outcome(container: Any, program: str) -> tuple[int, str]:
    done = container.exec_run(["python", "-c", program])
    return done.exit_code, done.output.decode()


def test_a_space_is_a_container_with_limits(platform: Platform) -> None:
    platform.enrol("limited")
    container = platform.start_space("limited")
    host = container.attrs["HostConfig"]
    assert host["Memory"] == host["MemorySwap"] == 512 * 1024**2
    assert host["CpuQuota"] / host["CpuPeriod"] == 1.5
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
