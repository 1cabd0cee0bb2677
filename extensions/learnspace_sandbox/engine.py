"""Starts a sandbox for one notebook and takes back its bounded result.

Two kinds: a container with no network, a read-only root, no capabilities and limits; or a process with limits, which
is no security boundary (a student's code runs as the grader's user) and says so when the grader starts.
"""

from __future__ import annotations

import os
import resource
import secrets
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from pydantic import ValidationError

from learnspace_core.settings import Sandbox
from learnspace_sandbox.models import CellResult, Request, Result

GRACE_SECONDS = 20
"""Beyond a notebook's own wall time: starting the container and the kernel."""

Run = Callable[[Request], Result]


def make_run(kind: str, settings: Sandbox) -> Run:
    """Return the function that runs one request in a sandbox of that kind, ``process`` or ``docker``."""
    start = _docker if kind == "docker" else _process

    def run(request: Request) -> Result:
        with start(settings) as process:
            answer, ended = _talk(
                process, request.model_dump_json().encode(), settings.seconds + GRACE_SECONDS, settings.output_bytes
            )
        try:
            result = Result.model_validate_json(answer)
        except ValidationError:
            return _nothing(request, ended or "sandbox_died")
        # A result for another number of cells is no result.
        return result if len(result.cells) == len(request.cells) else _nothing(request, "sandbox_died")

    return run


def bytes_of(size: str) -> int:
    """Return the number of bytes of a size such as ``512M``."""
    return int(size[:-1]) * {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}[size[-1]]


@contextmanager
def _process(settings: Sandbox) -> Iterator[subprocess.Popen[bytes]]:
    memory = bytes_of(settings.memory)

    def limit() -> None:
        # Address space is larger than memory: numpy reserves much that it never touches.
        for kind, most in (
            (resource.RLIMIT_AS, memory * 4),
            (resource.RLIMIT_CPU, settings.seconds + GRACE_SECONDS),
            (resource.RLIMIT_FSIZE, settings.output_bytes * 5),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.setrlimit(kind, (most, most))

    with tempfile.TemporaryDirectory(prefix="learnspace-sandbox-") as directory:
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": directory,
            "LANG": "C.UTF-8",
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "learnspace_sandbox.runner"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=directory,
            env=environment,
            start_new_session=True,
            preexec_fn=limit,
        )
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, 9)
            process.wait()


@contextmanager
def _docker(settings: Sandbox) -> Iterator[subprocess.Popen[bytes]]:
    name = f"learnspace-sandbox-{secrets.token_hex(6)}"
    command = ["docker", "run", "--rm", "-i", "--init", "--name", name, "--label", "learnspace.sandbox=1"]
    command += ["--network", "none", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
    command += ["--memory", settings.memory, "--memory-swap", settings.memory, "--cpus", "1"]
    command += ["--pids-limit", str(settings.processes), "--ulimit", "core=0", "--log-driver", "none"]
    # The only place to write: memory that is gone with the container.
    command += ["--tmpfs", "/tmp:rw,size=256m,mode=1777", "--workdir", "/tmp"]  # noqa: S108 - inside the container
    command += ["--env", "HOME=/tmp", "--env", "OMP_NUM_THREADS=1"]
    command += [settings.image, "python", "-m", "learnspace_sandbox.runner"]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield process
    finally:
        running = process.poll() is None
        # The client first: an engine that waits for it to read the output does not answer a kill.
        process.kill()
        process.wait()
        if running:
            subprocess.run(["docker", "kill", name], capture_output=True, check=False, timeout=60)


def _talk(process: subprocess.Popen[bytes], request: bytes, seconds: float, most: int) -> tuple[bytes, str]:
    """Send the request and read at most ``most`` bytes within ``seconds``; say why reading ended early."""
    stdin, stdout = process.stdin, process.stdout
    if stdin is None or stdout is None:
        raise RuntimeError("the sandbox was started without pipes")
    end = time.monotonic() + seconds
    answer, to_send = bytearray(), memoryview(request)
    os.set_blocking(stdin.fileno(), False)
    with selectors.DefaultSelector() as selector:
        selector.register(stdin, selectors.EVENT_WRITE)
        selector.register(stdout, selectors.EVENT_READ)
        while (left := end - time.monotonic()) > 0:
            for key, _ in selector.select(left):
                if key.fileobj is stdin:
                    try:
                        to_send = to_send[os.write(stdin.fileno(), to_send[:65536]) :]
                    except BrokenPipeError:
                        to_send = to_send[:0]
                    if not to_send:
                        selector.unregister(stdin)
                        with suppress(BrokenPipeError):
                            stdin.close()
                else:
                    piece = os.read(stdout.fileno(), 65536)
                    if not piece:
                        return bytes(answer), ""
                    answer += piece
                    if len(answer) > most:
                        return b"", "too_much_output"
    return b"", "timeout"


def _nothing(request: Request, ended: str) -> Result:
    cells = [CellResult(status="not_run", outputs=[]) for _ in request.cells]
    return Result.model_validate({"cells": cells, "ended": ended})
