"""A real Learnspace, started as a person starts it, and a real browser."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.conftest import COURSES, ROOT, free_port

T = TypeVar("T")

CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
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

    def password(self, username: str) -> str:
        """Return the password of a demo account."""
        return str(json.loads((self.state / "keys" / "demo_accounts.json").read_text())[username])

    def pid(self, name: str) -> int:
        """Return the process id of one of the processes, as the supervisor's log has it."""
        lines = (self.state / "logs" / "supervisord.log").read_text().splitlines()
        spawned = [line for line in lines if f"spawned: '{name}' with pid" in line]
        return int(spawned[-1].rsplit(" ", 1)[1])


def free_ports() -> int:
    """Return a port that is free together with the internal ones that follow it."""
    while True:
        port = free_port()
        if port < 60_000 and all(_is_free(port + 100 + offset) for offset in range(5)):
            return port


def _is_free(port: int) -> bool:
    import socket

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@contextmanager
def running_stack(*options: str, config: str = "") -> Iterator[Stack]:
    """Run Learnspace with the course material in a directory of its own; nothing is left of it afterwards."""
    # Outside pytest's directories, which are closed to the user of a container.
    with tempfile.TemporaryDirectory(prefix="learnspace-test-", ignore_cleanup_errors=True) as directory:
        stack = Stack(Path(directory) / "state", "--materials", str(COURSES), *options, config=config)
        try:
            stack.start()
            yield stack
        finally:
            stack.stop()
            # What a failed test needs to be understood.
            if (stack.state / "logs").exists():
                shutil.copytree(stack.state / "logs", SHOTS / "logs" / str(stack.port), dirs_exist_ok=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        yield started
        started.close()


def sign_in(context: BrowserContext, stack: Stack, username: str) -> Page:
    """Sign in with a demo account and arrive in the space, on Home."""
    page = context.new_page()
    page.goto(stack.url)
    page.get_by_label("Username", exact=True).fill(username)
    page.get_by_label("Password", exact=True).fill(stack.password(username))
    page.get_by_role("button", name="Sign in", exact=True).click()
    # A cold space on a busy machine takes its time.
    expect(page.get_by_role("main", name="Home")).to_be_visible(timeout=120_000)
    return page


def new_context(browser: Browser, locale: str = "en-GB", width: int = 1280, height: int = 860) -> BrowserContext:
    """Return a browser of somebody new."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale=locale, timezone_id="Asia/Shanghai"
    )
    context.set_default_timeout(30_000)
    return context


def shot(page: Page, name: str) -> None:
    """Keep a picture of the page as test-results/NAME.png."""
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")
