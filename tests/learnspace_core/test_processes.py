from __future__ import annotations

import shutil
import socket
import subprocess
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from pathlib import Path

import pytest

from learnspace_core.processes import caddyfile, wait_for_hub
from learnspace_core.settings import Settings, parse_settings


def _adapted(text: str, tmp_path: Path) -> str:
    """Let Caddy itself read the file; what it refuses fails here."""
    file = tmp_path / "Caddyfile"
    file.write_text(text)
    caddy = shutil.which("caddy", path=sysconfig.get_path("scripts"))
    assert caddy is not None
    command = [caddy, "adapt", "--adapter", "caddyfile", "--config", file]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_door_of_process_spaces_has_one_listener(tmp_path: Path) -> None:
    adapted = _adapted(caddyfile(Settings(), None), tmp_path)
    assert adapted.count('"listen"') == 1
    assert "127.0.0.1:8000" in adapted


def test_container_spaces_reach_two_apis_and_nothing_else(tmp_path: Path) -> None:
    settings = Settings()
    text = caddyfile(settings, "172.20.0.1")
    door = text.split(f"http://:{settings.space_door_port} {{")[1]
    assert "bind 172.20.0.1" in door
    assert [line.split()[-1] for line in door.splitlines() if "reverse_proxy" in line] == [
        f"127.0.0.1:{settings.hub_port}",
        f"127.0.0.1:{settings.service_port}",
    ]
    assert "respond 404" in door
    # Or one learner's space could try passwords as many addresses, until a name is locked.
    assert "request_header -X-Real-Ip" in door
    _adapted(text, tmp_path)


@pytest.mark.parametrize(("url", "port"), [("https://learn.example.org", "443"), ("https://a.example:8443", "8443")])
def test_https_has_its_own_port_and_says_to_stay(tmp_path: Path, url: str, port: str) -> None:
    adapted = _adapted(caddyfile(parse_settings({"front": {"public_url": url}}), None), tmp_path)
    assert f'"127.0.0.1:{port}"' in adapted
    assert "Strict-Transport-Security" in adapted


def test_a_browser_cannot_say_where_it_comes_from(tmp_path: Path) -> None:
    adapted = _adapted(caddyfile(Settings(), None), tmp_path)
    assert "X-Real-Ip" in adapted


def test_the_culler_waits_for_the_hub() -> None:
    with ThreadPoolExecutor() as pool, socket.socket() as hub:
        hub.bind(("127.0.0.1", 0))
        settings = parse_settings({"front": {"internal_port": hub.getsockname()[1] - 2}})
        waiting = pool.submit(wait_for_hub, settings)
        try:
            with pytest.raises(NotYet):
                waiting.result(timeout=1)
        finally:
            hub.listen()
        waiting.result(timeout=30)
