"""``learnspace up``: starts every process on this machine, keeps them running, and leaves nothing behind."""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psutil
import tomli_w

from learnspace_core.errors import LearnspaceError
from learnspace_core.processes import NAMES, environment
from learnspace_core.settings import PREFIX, Settings

LEAST_FREE_BYTES = 200_000_000
START_SECONDS = 240
STOP_SECONDS = 15
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Hold the state directory, made if missing, so that no second ``up`` touches it, and see that all ports are free.

    Raises:
        LearnspaceError: ``already_running``, ``port_in_use``, ``disk_full`` or ``bad_settings``.
    """
    prepare_state(settings)
    with (settings.state / "run" / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LearnspaceError(
                "already_running", f"Learnspace is running already with the state in {settings.state}."
            ) from error
        check_ports(settings)
        yield


@contextmanager
def running(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """Run all processes; on leaving, all of them and all spaces have ended.

    From here on Ctrl-C and a stop signal raise KeyboardInterrupt, even where a shell had us ignore Ctrl-C.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    config = settings.state / "run" / "learnspace.toml"
    # What every process reads: the settings as they are now, with the options of the command.
    config.write_text(tomli_w.dumps(settings.model_dump(mode="json", exclude_none=True)), encoding="utf-8")
    # Spaces outlive the hub that started them; as their reaper we find them when we stop.
    _prctl(PR_SET_CHILD_SUBREAPER, 1)
    supervisor = subprocess.Popen(
        [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(_write_supervisord(settings))],
        env=environment(settings, config),
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=_die_with_parent,
    )
    try:
        yield supervisor
    except KeyboardInterrupt:
        pass
    finally:
        # A second Ctrl-C must not leave half of it behind.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        _stop(supervisor)
        if settings.spaces.kind == "docker":
            from hub_config.volumes import stop_all

            stop_all(settings)


def prepare_state(settings: Settings) -> None:
    """Make the state directory.

    Raises:
        LearnspaceError: ``disk_full`` or ``bad_settings``, if it cannot be used.
    """
    try:
        for name in ("logs", "run", "homes", "courses"):
            (settings.state / name).mkdir(parents=True, exist_ok=True)
        settings.state.chmod(0o750)
        (settings.state / "homes").chmod(0o700)
        free = shutil.disk_usage(settings.state).free
    except OSError as error:
        raise LearnspaceError("bad_settings", f"{settings.state} cannot be used: {error.strerror}.") from error
    if free < LEAST_FREE_BYTES:
        raise LearnspaceError(
            "disk_full",
            f"{settings.state} has {free // 1_000_000} MB free; {LEAST_FREE_BYTES // 1_000_000} MB are needed. "
            "Make room, or set 'state' in learnspace.toml to another disk.",
        )


def check_ports(settings: Settings) -> None:
    """Check that every port is free.

    Raises:
        LearnspaceError: ``port_in_use``, naming the port and the setting that moves it.
    """
    ports = [(settings.front.address, settings.front.port, "front.port")]
    inner = (settings.proxy_port, settings.proxy_api_port, settings.hub_port, settings.service_port)
    ports += [("127.0.0.1", port, "front.internal_port") for port in inner]
    for address, port, key in ports:
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError as error:
                raise LearnspaceError(
                    "port_in_use",
                    f"Port {port} on {address} cannot be used ({error.strerror}). Stop the program that uses it, or "
                    f"set {key} in learnspace.toml; make up PORT=… moves all of them.",
                ) from error


def wait_until_ready(settings: Settings, supervisor: subprocess.Popen[bytes]) -> None:
    """Wait until a browser could sign in.

    Raises:
        LearnspaceError: ``not_started``, naming what does not answer and its log.
    """
    front = f"http://{'127.0.0.1' if settings.front.address == '0.0.0.0' else settings.front.address}"  # noqa: S104
    checks = {
        "hub": f"http://127.0.0.1:{settings.hub_port}/hub/health",
        "service": f"http://127.0.0.1:{settings.service_port}{PREFIX}/api/health",
    }
    if not settings.public_url.startswith("https"):
        checks |= {
            "door": f"{front}:{settings.front.port}/hub/login",
            "proxy": f"{front}:{settings.front.port}{PREFIX}/api/health",
        }
    end = time.monotonic() + START_SECONDS
    with httpx.Client(trust_env=False, timeout=2) as client:
        while checks:
            name, url = next(iter(checks.items()))
            try:
                if client.get(url).is_success:
                    del checks[name]
                    continue
            except httpx.HTTPError:
                pass
            if supervisor.poll() is not None or time.monotonic() > end:
                log = settings.state / "logs" / f"{name}.log"
                raise LearnspaceError("not_started", f"The {name} did not start. Its log says why: {log}")
            time.sleep(0.1)


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _write_supervisord(settings: Settings) -> Path:
    run, logs = settings.state / "run", settings.state / "logs"
    learnspace = Path(sysconfig.get_path("scripts")) / "learnspace"
    lines = [
        "[supervisord]",
        f"logfile={logs}/supervisord.log",
        f"pidfile={run}/supervisord.pid",
        f"childlogdir={logs}",
        "user=root" if os.geteuid() == 0 else "",
    ]
    for priority, name in enumerate(NAMES):
        lines += [
            f"[program:{name}]",
            f"command={learnspace} serve {name}",
            f"priority={priority}",
            f"stdout_logfile={logs}/{name}.log",
            "redirect_stderr=true",
            "stdout_logfile_maxbytes=10MB",
            "stdout_logfile_backups=2",
            "startsecs=1",
            "startretries=1000000",
            f"stopwaitsecs={STOP_SECONDS - 5}",
            "autorestart=true",
            "umask=007",
        ]
    path = run / "supervisord.conf"
    # supervisord reads % as the start of an expression.
    path.write_text("\n".join(lines).replace("%", "%%") + "\n", encoding="utf-8")
    return path


def _stop(supervisor: subprocess.Popen[bytes]) -> None:
    me = psutil.Process()
    mine = me.children(recursive=True)
    supervisor.terminate()
    try:
        supervisor.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        supervisor.kill()
        supervisor.wait()
    left = {process for process in [*mine, *me.children(recursive=True)] if process.is_running()}
    for process in left:
        _signal(process, signal.SIGTERM)
    _, alive = psutil.wait_procs(left, timeout=5)
    for process in alive:
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=5)


def _signal(process: psutil.Process, number: int) -> None:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(number)


def _die_with_parent() -> None:
    _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _prctl(option: int, value: int) -> None:
    ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)
