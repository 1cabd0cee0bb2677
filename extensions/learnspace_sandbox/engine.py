"""Keeps a warm sandbox and runs notebooks in it, one at a time.

Two kinds: a container with no network, a read-only root, no capabilities and limits; or a process with limits, which
is no security boundary (a student's code runs as the grader's user) and says so when the grader starts. In both, each
notebook runs in a fork with namespaces of its own where the machine allows it. A container that cannot have them is
thrown away after each notebook.
"""

from __future__ import annotations

import atexit
import json
import logging
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from learnspace_core.errors import LearnspaceError
from learnspace_core.settings import Sandbox as SandboxSettings
from learnspace_sandbox import frames
from learnspace_sandbox.models import CellResult, Ended, Request, Result

log = logging.getLogger(__name__)

START_SECONDS = 60
"""Until a sandbox is warm: the engine starts the container, and Python imports what notebooks use."""
GRACE_SECONDS = 45
"""Beyond a notebook's own wall time, before the sandbox itself is taken for dead."""
UNAVAILABLE = (
    "The sandbox that runs notebooks does not start just now, so this was not graded. Grade it again in a moment; if "
    "it stays so, the operator finds the reason with 'learnspace doctor'."
)
SECCOMP = Path(__file__).parent / "seccomp.json"
"""What a container sandbox may not ask the kernel for; making namespaces, which every run needs, is allowed."""

Run = Callable[[Request], Result]


def make_run(kind: str, settings: SandboxSettings) -> Run:
    """Return the function that runs one request in this process's sandbox of that kind, ``process`` or ``docker``."""
    return _sandbox(kind, settings, os.getpid()).run


def warm_up(kind: str, settings: SandboxSettings) -> None:
    """Begin to start this process's sandbox of that kind, so that the first request need not wait for it."""
    _sandbox(kind, settings, os.getpid()).start()


@cache
def _sandbox(kind: str, settings: SandboxSettings, _process: int) -> Sandbox:
    sandbox = Sandbox(kind, settings)
    atexit.register(sandbox.close)
    return sandbox


def bytes_of(size: str) -> int:
    """Return the number of bytes of a size such as ``512M``."""
    return int(size[:-1]) * {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}[size[-1]]


class Sandbox:
    """One warm sandbox, started when it is first needed and again when it ended.

    Args:
        kind: ``process`` or ``docker``.
        settings: its image and limits.
    """

    def __init__(self, kind: str, settings: SandboxSettings) -> None:
        self.kind = kind
        self.settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._container = ""
        self._directory: tempfile.TemporaryDirectory[str] | None = None
        self._isolated = False
        self._is_warm = False

    def run(self, request: Request) -> Result:
        """Run one notebook and return its bounded result; whatever happens there, there is one for each cell.

        A sandbox that is gone may have been stopped from outside, as when the engine restarts: the notebook is then run
        again. If it is gone again, the notebook did it.

        Raises:
            LearnspaceError: ``sandbox_unavailable``, if none can be started: that says nothing of the notebook.
        """
        return self._run_once(request) or self._run_once(request) or _nothing(request, "sandbox_died")

    def _run_once(self, request: Request) -> Result | None:
        """Run one notebook; None if the sandbox was gone before it had ended."""
        try:
            process = self._started()
        except (frames.Ended, OSError) as error:
            self.close()
            raise LearnspaceError("sandbox_unavailable", UNAVAILABLE, 503) from error
        try:
            until = time.monotonic() + request.seconds + GRACE_SECONDS
            frames.send(_number(process.stdin), request.model_dump(mode="json"), until=until)
            answer, _ = frames.receive(_number(process.stdout), until=until, most=2 * self.settings.output_bytes)
            result = Result.model_validate(answer)
        except (frames.Ended, ValidationError) as error:
            log.warning("the sandbox ended while it ran a notebook: %s", error)
            self.close()
            return _nothing(request, "timeout") if getattr(error, "reason", "") == "timeout" else None
        if self.kind == "docker" and not self._isolated:
            self.close()
        # A result for another number of cells is no result.
        return result if len(result.cells) == len(request.cells) else None

    def close(self) -> None:
        """End the sandbox and all that runs in it."""
        process, self._process = self._process, None
        if process is None:
            return
        # The client first: an engine that waits for it to read the output does not answer a kill.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, 9)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        if self._container:
            subprocess.run(["docker", "kill", self._container], capture_output=True, check=False, timeout=60)
            self._container = ""
        if self._directory is not None:
            self._directory.cleanup()
            self._directory = None

    def start(self) -> None:
        """Begin to start the sandbox, unless it runs; do not wait until it is warm."""
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._is_warm = False
            self._process = self._start_container() if self.kind == "docker" else self._start_process()

    def _started(self) -> subprocess.Popen[bytes]:
        self.start()
        assert self._process is not None  # noqa: S101 - start() sees to it
        if not self._is_warm:
            hello, _ = frames.receive(_number(self._process.stdout), until=time.monotonic() + START_SECONDS, most=1000)
            self._isolated, self._is_warm = bool(hello["isolated"]), True
        return self._process

    def _start_process(self) -> subprocess.Popen[bytes]:
        self._directory = tempfile.TemporaryDirectory(prefix="learnspace-sandbox-")
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": self._directory.name,
            "TMPDIR": self._directory.name,
            "LANG": "C.UTF-8",
            **_QUIET,
        }
        return _popen([sys.executable, *self._program()], self._directory.name, environment)

    def _start_container(self) -> subprocess.Popen[bytes]:
        settings, self._container = self.settings, f"learnspace-sandbox-{secrets.token_hex(6)}"
        command = ["docker", "run", "--rm", "-i", "--name", self._container, "--label", "learnspace.sandbox=1"]
        command += ["--network", "none", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
        # Runs make namespaces of their own inside, without any capability: the three that forbid it by default.
        command += ["--security-opt", f"seccomp={SECCOMP}", "--security-opt", "apparmor=unconfined"]
        command += ["--security-opt", "systempaths=unconfined"]
        command += ["--memory", settings.memory, "--memory-swap", settings.memory, "--cpus", "1"]
        command += ["--pids-limit", str(settings.processes + 16), "--ulimit", "core=0", "--log-driver", "none"]
        # The only place to write: memory that is gone with the container, and in a run with the run.
        command += ["--tmpfs", "/tmp:rw,size=256m,mode=1777", "--workdir", "/tmp"]  # noqa: S108 - in the container
        for name, value in {"HOME": "/tmp", **_QUIET}.items():  # noqa: S108 - in the container
            command += ["--env", f"{name}={value}"]
        return _popen([*command, settings.image, "python", *self._program()], None, None)

    def _program(self) -> list[str]:
        settings = self.settings
        limits = {
            # Address space is larger than memory: numpy reserves much that it never touches.
            "memory": bytes_of(settings.memory) * 4,
            "disk": settings.disk_bytes,
            "processes": settings.processes,
            "files": settings.open_files,
            "seconds": settings.seconds + GRACE_SECONDS,
        }
        # A container has nothing else under /tmp; what runs a process sandbox may well be installed there.
        scratch = "/tmp" if self.kind == "docker" else ""  # noqa: S108 - in the container
        task = {"limits": limits, "output_bytes": settings.output_bytes, "scratch": scratch}
        task["packages"] = settings.warm_packages
        return ["-m", "learnspace_sandbox.warm", json.dumps(task)]


_QUIET = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
"""No threads before a fork, and the same order of sets in every run."""


def _popen(command: list[str], directory: str | None, environment: dict[str, str] | None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=directory,
        env=environment,
        bufsize=0,
        start_new_session=True,
    )


def _number(pipe: object) -> int:
    descriptor: int = pipe.fileno()  # type: ignore[attr-defined]  # Popen's pipes, which this module asked for
    return descriptor


def _nothing(request: Request, ended: Ended) -> Result:
    return Result(cells=[CellResult(status="not_run") for _ in request.cells], ended=ended)
