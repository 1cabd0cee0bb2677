"""A real Learnspace, started as a person starts it, and a real browser."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from tests.integration.classroom import Classroom
from tests.integration.container_platform import IMAGE, Platform
from tests.integration.stack import SHOTS, Stack, free_ports, running_stack, wait_until

__all__ = ["Classroom", "Stack", "free_ports", "new_context", "running_stack", "shot", "sign_in", "wait_until"]

CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NARROW = {"width": 360, "height": 740}
SET_LANGUAGE = """async () => {
  const { baseUrl } = JSON.parse(document.getElementById('jupyter-config-data').textContent);
  const url = baseUrl + 'lab/api/settings/@jupyterlab/translation-extension:plugin';
  const headers = { 'X-XSRFToken': document.cookie.match(/_xsrf=([^;]+)/)[1] };
  const body = JSON.stringify({ raw: JSON.stringify({ locale: 'zh_CN' }) });
  return (await fetch(url, { method: 'PUT', headers, body })).status;
}"""
# What is waited for comes within a second on a machine with nothing else to do; two groups of tests run at once.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def shared_stack() -> Iterator[Stack]:
    """Learnspace with spaces as processes, for all files of a test process that need nothing special of it."""
    with running_stack("--spaces", "process") as stack:
        yield stack


@pytest.fixture(scope="module")
def stack(request: pytest.FixtureRequest, shared_stack: Stack) -> Iterator[Classroom]:
    """Learnspace with spaces as processes; the people of the demo, and their course, are this file's own."""
    with Classroom(shared_stack, request.module.__name__.rpartition(".test_")[2].replace("_", "-")) as classroom:
        yield classroom


_contexts: list[BrowserContext] = []


@pytest.fixture(scope="module", autouse=True)
def _close_browsers() -> Iterator[None]:
    """Leave no page open that goes on asking a server."""
    yield
    while _contexts:
        _contexts.pop().close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        yield started
        started.close()


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A hub that starts containers, for all files that look at them."""
    missing = None
    if shutil.which("docker") is None:
        missing = "docker is not installed"
    elif subprocess.run(["docker", "image", "inspect", IMAGE], capture_output=True).returncode:
        missing = f"no engine, or no {IMAGE}; build it: make images"
    if missing:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    platform = Platform(tmp_path_factory.mktemp("platform"))
    yield platform
    platform.close()


def sign_in(context: BrowserContext, stack: Stack, username: str) -> Page:
    """Sign in with a demo account and arrive in the space, on Home."""
    page = context.new_page()
    page.goto(stack.url)
    page.get_by_label("Username", exact=True).fill(stack.username(username))
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
    _contexts.append(context)
    return context


def shot(page: Page, name: str) -> None:
    """Keep a picture of the page as test-results/NAME.png."""
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")


def open_panel(page: Page, menu: str, name: str) -> Locator:
    """Open a panel through the menu and return it."""
    page.get_by_role("menuitem", name=menu, exact=True).click()
    page.get_by_role("menuitem", name=name, exact=True).click()
    panel = page.get_by_role("main", name=name, exact=True)
    expect(panel).to_be_visible()
    return panel


def save_in_lab(page: Page) -> None:
    """Save the open document by keyboard, and wait until JupyterLab takes it for saved.

    It reads the file's hash after it has written it, and only then is nothing left to save; a checkpoint comes last.
    """
    with page.expect_response(lambda answer: "/checkpoints" in answer.url and answer.request.method == "POST"):
        page.keyboard.press("ControlOrMeta+s")
