"""The doctor tells what is missing by trying it: real ports, real sockets, a real engine, a real database server."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from learnspace_core import doctor
from learnspace_core.doctor import Check, Engine
from learnspace_core.settings import Settings, parse_settings

ENGINE = Engine("unix:///var/run/docker.sock")


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which this test listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield server.getsockname()[1]


@pytest.fixture
def free() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return int(server.getsockname()[1])


@pytest.fixture
def no_engine(tmp_path: Path) -> Engine:
    return Engine(f"unix://{tmp_path}/nobody.sock")


def missing(check: Check) -> bool:
    """What fails also says how to mend it."""
    return check.ok is False and bool(check.found) and bool(check.remedy)


def test_python_and_memory() -> None:
    assert doctor.python().ok
    assert missing(doctor.python(needed=(4, 0)))
    assert doctor.memory(needed=1).ok
    assert missing(doctor.memory(needed=10**18))


def test_state_directory_that_can_be_made_is_not_made(tmp_path: Path) -> None:
    state = tmp_path / "var" / "learnspace"
    assert doctor.state_directory(state).ok
    assert not state.parent.exists()
    assert doctor.state_directory(tmp_path).ok
    assert list(tmp_path.iterdir()) == []


def test_state_directory_where_a_file_is_in_the_way(tmp_path: Path) -> None:
    state = tmp_path / "var"
    state.write_text("not a directory")
    assert missing(doctor.state_directory(state))


def test_state_directory_that_even_root_cannot_write() -> None:
    assert missing(doctor.state_directory(Path("/proc/learnspace")))


def test_disk_without_room(tmp_path: Path) -> None:
    assert doctor.disk(tmp_path / "not" / "yet", needed=1).ok
    # The kernel's own file system has no free block, as a full disk has none.
    assert missing(doctor.disk(Path("/proc")))


def test_port_of_another_program_is_named_with_its_process(taken: int, tmp_path: Path) -> None:
    check = doctor.port("front.port", "127.0.0.1", taken, tmp_path)
    assert missing(check)
    assert str(os.getpid()) in check.found
    assert str(taken) in check.remedy


def test_port_is_free(free: int, tmp_path: Path) -> None:
    assert doctor.port("front.port", "127.0.0.1", free, tmp_path).ok


def test_address_of_another_machine(free: int, tmp_path: Path) -> None:
    check = doctor.port("front.port", "192.0.2.77", free, tmp_path)
    assert missing(check)
    assert "no address of this machine" in check.found


def test_port_of_the_instance_that_runs_on_this_state(tmp_path: Path) -> None:
    with listener(tmp_path / "state") as port:
        assert doctor.port("hub", "127.0.0.1", port, tmp_path / "state").ok
        assert missing(doctor.port("hub", "127.0.0.1", port, tmp_path / "another"))


def test_all_ports_are_asked_and_the_spaces_door_only_for_containers(taken: int) -> None:
    front = {"port": taken, "internal_port": taken - 2}
    processes = list(doctor.ports(parse_settings({"front": front}), ENGINE))
    containers = list(doctor.ports(parse_settings({"front": front, "spaces": {"kind": "docker"}}), ENGINE))
    assert [f"port {taken} (" in check.name for check in processes] == [True, False, False, True, False]
    assert [check.ok for check in processes if f"port {taken} (" in check.name] == [False, False]
    assert len(containers) == len(processes) + 1


def test_program_that_nobody_has() -> None:
    assert missing(doctor.program("no-such-proxy", "npm install --prefix PREFIX no-such-proxy"))
    assert sys.prefix in doctor.program("no-such-proxy", "npm install --prefix PREFIX no-such-proxy").remedy


def test_node_and_caddy_come_with_this_environment() -> None:
    assert doctor.node().ok
    assert missing(doctor.node(needed=1000))
    assert doctor.program("caddy", "").ok


def test_no_engine_where_containers_are_wanted(no_engine: Engine) -> None:
    containers = parse_settings({"spaces": {"kind": "docker"}})
    assert missing(doctor.docker(containers, no_engine))
    assert all(missing(check) for check in doctor.images(containers, no_engine))
    assert no_engine.gateway("bridge") is None


def test_no_engine_where_none_is_wanted(no_engine: Engine) -> None:
    assert doctor.docker(Settings(), no_engine).ok is None
    assert [check.ok for check in doctor.images(Settings(), no_engine)] == [None, None]


def test_sandbox_alone_needs_the_engine(no_engine: Engine) -> None:
    settings = parse_settings({"sandbox": {"kind": "docker"}})
    assert missing(doctor.docker(settings, no_engine))
    assert [check.ok for check in doctor.images(settings, no_engine)] == [None, False]


@pytest.mark.docker
def test_engine_answers_and_lacks_an_image() -> None:
    image = "learnspace-no-such-image:latest"
    settings = parse_settings({"spaces": {"kind": "docker", "image": image}, "sandbox": {"image": image}})
    assert doctor.docker(settings, ENGINE).ok
    assert all(missing(check) and image in check.remedy for check in doctor.images(settings, ENGINE))
    assert ENGINE.gateway("learnspace-no-such-network") is None
    network = f"learnspace-doctor-{os.getpid()}"
    subprocess.run(["docker", "network", "create", network], check=True, capture_output=True)
    try:
        assert str(ENGINE.gateway(network)).count(".") == 3
    finally:
        subprocess.run(["docker", "network", "rm", network], check=True, capture_output=True)


def test_sqlite_needs_no_server() -> None:
    assert doctor.postgresql("database.url", "", Settings()).ok is None


def test_postgresql_that_does_not_answer(free: int) -> None:
    settings = parse_settings({"database": {"url": f"postgresql+psycopg://learner@127.0.0.1:{free}/learnspace"}})
    check = doctor.postgresql("database.url", settings.database.url, settings)
    assert missing(check)
    assert "refused" in check.found


def test_postgresql_whose_password_file_is_not_there(tmp_path: Path, free: int) -> None:
    url = f"postgresql+psycopg://learner@127.0.0.1:{free}/learnspace"
    database = {"hub_url": url, "password_file": tmp_path / "nowhere"}
    settings = parse_settings({"database": database})
    assert missing(doctor.postgresql("database.hub_url", url, settings))


@pytest.mark.postgres
def test_postgresql_that_answers(postgres: str) -> None:
    url = f"postgresql+psycopg://{postgres}/postgres"
    check = doctor.postgresql("database.url", url, parse_settings({"database": {"url": url}}))
    assert check.ok, check.found


def test_everything_together_is_a_list_with_names_of_its_own(tmp_path: Path) -> None:
    found = doctor.checks(Settings(state=tmp_path))
    assert len({check.name for check in found}) == len(found)
    assert all(check.remedy for check in found if check.ok is False)


@contextmanager
def listener(state: Path) -> Iterator[int]:
    """A program that listens, with the state directory in its command line as the supervisor's children have it."""
    code = (
        "import socket; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True); s.accept()"
    )
    command = [sys.executable, "-c", code, f"--config={state}/run/Caddyfile"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()
