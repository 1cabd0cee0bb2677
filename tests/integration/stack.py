"""``learnspace up``, started as a person starts it."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from tests.conftest import COURSES, ROOT, SCRATCH

T = TypeVar("T")

START_SECONDS = 300
SHOTS = ROOT / "test-results"


def wait_until(look: Callable[[], T], seconds: float = 60) -> T:
    """Return the first true answer of ``look``."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.05)
    return found


class Stack:
    """``learnspace up`` on a state directory and ports of its own."""

    course = "python-first-steps"

    def __init__(self, state: Path, *options: str, port: int = 0, config: str = "") -> None:
        self.state = state
        self.port = port or free_ports()
        self.url = f"http://127.0.0.1:{self.port}"
        self.command = [Path(sysconfig.get_path("scripts")) / "learnspace", "up", "--port", str(self.port), *options]
        self.environment = {**os.environ, "LEARNSPACE_STATE": str(state)}
        if config:
            file = state.with_suffix(".toml")
            file.write_text(config)
            self.environment["LEARNSPACE_CONFIG"] = str(file)
        self.output = state.with_suffix(".out")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start and wait until a browser could sign in; return the seconds it took."""
        began = time.monotonic()
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                self.command, env=self.environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )
        process = self.process
        wait_until(lambda: "Ctrl-C stops" in self.said() or process.poll() is not None, START_SECONDS)
        assert process.poll() is None, self.said()
        return time.monotonic() - began

    def stop(self) -> None:
        """Press Ctrl-C and wait for the end."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(60)

    def said(self) -> str:
        """Return what the command printed."""
        return self.output.read_text()

    def log(self, name: str) -> str:
        """Return the log of one process."""
        return (self.state / "logs" / f"{name}.log").read_text()

    def username(self, who: str) -> str:
        """Return the username of somebody of the demo."""
        return who

    def password(self, who: str) -> str:
        """Return the password of somebody of the demo."""
        return str(json.loads((self.state / "keys" / "demo_accounts.json").read_text())[who])

    def home(self, who: str) -> Path:
        """Return the home of somebody of the demo, where spaces are processes."""
        return self.state / "homes" / self.username(who)

    def pid(self, name: str) -> int:
        """Return the process id of one of the processes, as the supervisor's log has it."""
        lines = (self.state / "logs" / "supervisord.log").read_text().splitlines()
        spawned = [line for line in lines if f"spawned: '{name}' with pid" in line]
        return int(spawned[-1].rsplit(" ", 1)[1])


def free_ports() -> int:
    """Return a port that is free together with the internal ones that follow it.

    They lie below those that the system gives to whoever connects somewhere, so that none is taken before it is used.
    """
    while True:
        port = 10_000 + secrets.randbelow(20_000)
        if all(_is_free(number) for number in (port, *range(port + 100, port + 105))):
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@contextmanager
def running_stack(*options: str, config: str = "") -> Iterator[Stack]:
    """Run Learnspace with the course material in a directory of its own; nothing is left of it afterwards."""
    # Outside pytest's directories, which are closed to the user of a container.
    with tempfile.TemporaryDirectory(prefix="learnspace-test-", dir=SCRATCH, ignore_cleanup_errors=True) as directory:
        stack = Stack(Path(directory) / "state", "--materials", str(COURSES), *options, config=config)
        try:
            stack.start()
            yield stack
        finally:
            stack.stop()
            # What a failed test needs to be understood.
            if (stack.state / "logs").exists():
                shutil.copytree(stack.state / "logs", SHOTS / "logs" / str(stack.port), dirs_exist_ok=True)
