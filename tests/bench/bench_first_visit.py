"""What two learners on one shared computer load at their first visit to JupyterLab: stock JupyterHub against ours.

Both run in one go on this machine, with process spaces, the same JupyterLab and a real browser whose cache is kept from
the first learner to the second. Bytes are those that the browser received over the network, compressed as they came.
Prints a table; the last line is one JSON object.
"""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from playwright.sync_api import Page, expect, sync_playwright
from rich.console import Console
from rich.table import Table

from tests.conftest import free_port
from tests.integration.conftest import CHROMIUM, running_stack, wait_until

LEARNERS = ("lena", "ming")
STOCK = """
c = get_config()
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_port = {hub}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api}"
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = "{password}"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = "{home}/{{username}}"
c.Spawner.default_url = "/lab"
c.Spawner.args = ["--allow-root"]
"""


class Visit(NamedTuple):
    """What one learner's first visit cost: bytes received, requests that went over the network."""

    received: int
    requests: int


@contextmanager
def stock_hub() -> Iterator[tuple[str, str]]:
    """Run JupyterHub as it comes; yield its address and everybody's password."""
    with tempfile.TemporaryDirectory(prefix="learnspace-bench-", ignore_cleanup_errors=True) as name:
        place = Path(name)
        port, password = free_port(), "a-password-for-everyone"
        config = place / "jupyterhub_config.py"
        config.write_text(STOCK.format(port=port, hub=free_port(), api=free_port(), password=password, home=place))
        scripts = sysconfig.get_path("scripts")
        process = subprocess.Popen(
            [f"{scripts}/jupyterhub", "--config", config],
            cwd=place,
            env={**os.environ, "PATH": f"{scripts}:{os.environ['PATH']}"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        url = f"http://127.0.0.1:{port}"
        try:
            wait_until(lambda: _is_up(f"{url}/hub/health"))
            yield url, password
        finally:
            process.terminate()
            process.wait(60)


def _is_up(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def visits(url: str, passwords: dict[str, str]) -> list[Visit]:
    """Let each learner sign in and arrive in JupyterLab, one after the other in one browser with one cache."""
    found = []
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as profile:
        browser = playwright.chromium.launch_persistent_context(
            profile, executable_path="/usr/bin/chromium", args=CHROMIUM, locale="en-GB"
        )
        for username, password in passwords.items():
            browser.clear_cookies()
            page = browser.new_page()
            seen = _watch(page)
            page.goto(url)
            page.get_by_label("Username").fill(username)
            page.get_by_label("Password", exact=False).first.fill(password)
            page.keyboard.press("Enter")
            expect(page.locator("#jp-main-dock-panel .lm-TabBar-tab").first).to_be_visible(timeout=120_000)
            page.wait_for_load_state("networkidle")
            found.append(Visit(sum(seen.values()), len(seen)))
            page.close()
        browser.close()
    return found


def _watch(page: Page) -> dict[str, int]:
    """Count the bytes of JupyterLab's own pages and files as they come over the network, by request."""
    seen: dict[str, int] = {}
    addresses: dict[str, str] = {}
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")

    def responded(event: dict[str, Any]) -> None:
        response = event["response"]
        cached = response.get("fromDiskCache") or response.get("fromPrefetchCache")
        if not cached and ("/user/" in response["url"] or "/shared/" in response["url"]):
            addresses[event["requestId"]] = response["url"]

    def finished(event: dict[str, Any]) -> None:
        if event["requestId"] in addresses:
            seen[event["requestId"]] = int(event["encodedDataLength"])

    session.on("Network.responseReceived", responded)
    session.on("Network.loadingFinished", finished)
    return seen


def main() -> None:
    """Measure both and print."""
    with stock_hub() as (url, password):
        stock = visits(url, dict.fromkeys(LEARNERS, password))
    with running_stack() as stack:
        ours = visits(stack.url, {username: stack.password(username) for username in LEARNERS})
    table = Table("", "stock", "ours", "ratio", title="First visit to JupyterLab, two learners on one computer")
    for who, theirs, mine in zip(("first learner", "second learner"), stock, ours, strict=True):
        ratio = theirs.received / max(1, mine.received)
        table.add_row(
            f"{who}: received", f"{theirs.received / 1e6:.2f} MB", f"{mine.received / 1e6:.2f} MB", f"{ratio:.1f}"
        )
        table.add_row(f"{who}: requests", str(theirs.requests), str(mine.requests), "")
    Console().print(table)
    print(
        json.dumps(
            {
                "bench": "first_visit",
                "stock_bytes": [visit.received for visit in stock],
                "bytes": [visit.received for visit in ours],
                "ratio_first": round(stock[0].received / ours[0].received, 2),
                "ratio_second": round(stock[1].received / ours[1].received, 2),
            }
        )
    )


if __name__ == "__main__":
    main()
