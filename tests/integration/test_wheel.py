"""The built wheel on an environment without node: it installs, and JupyterLab serves the labextension from it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import ROOT, free_port
from tests.integration.conftest import wait_until

UV = ROOT / ".tools" / "bin" / "uv"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh virtual environment with the wheel and its extra ``space``, at the locked versions."""
    place = tmp_path_factory.mktemp("wheel")
    uv = str(UV) if UV.exists() else shutil.which("uv")
    assert uv is not None
    without_node = {**os.environ, "PATH": "/usr/bin:/bin", "NODE": "", "UV_PYTHON_DOWNLOADS": "never"}
    run = {"check": True, "cwd": ROOT, "capture_output": True, "text": True}
    # From the sdist, so that the wheel provably needs no node.
    subprocess.run([uv, "build", "--sdist", "--out-dir", place / "dist"], **run)  # type: ignore[call-overload]
    (sdist,) = (place / "dist").glob("*.tar.gz")
    subprocess.run([uv, "build", "--wheel", sdist, "--out-dir", place / "dist"], env=without_node, **run)  # type: ignore[call-overload]
    (wheel,) = (place / "dist").glob("*.whl")
    export = [uv, "export", "--frozen", "--no-dev", "--no-emit-project", "--extra", "space", "-o", place / "locked.txt"]
    subprocess.run(export, **run)  # type: ignore[call-overload]
    subprocess.run([uv, "venv", "--python", sys.executable, place / "env"], **run)  # type: ignore[call-overload]
    install = [uv, "pip", "install", "--python", place / "env", "-r", place / "locked.txt", wheel]
    subprocess.run(install, env=without_node, **run)  # type: ignore[call-overload]
    return place / "env"


def test_the_labextension_is_enabled(environment: Path) -> None:
    command = [environment / "bin" / "jupyter", "labextension", "list"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={"PATH": f"{environment}/bin"})
    (line,) = [line for line in (done.stdout + done.stderr).splitlines() if " learnspace " in f" {line} "]
    assert "enabled" in line
    assert "OK" in line


@pytest.fixture
def server(environment: Path, tmp_path: Path) -> Iterator[str]:
    """JupyterLab from that environment; yields its address."""
    port = free_port()
    command = [environment / "bin" / "jupyter", "lab", "--no-browser", f"--port={port}", "--IdentityProvider.token=t"]
    command += [f"--ServerApp.root_dir={tmp_path}", "--allow-root"]
    process = subprocess.Popen(
        command,
        env={"PATH": f"{environment}/bin:/usr/bin:/bin", "HOME": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: process.poll() is not None or _is_up(url), 90)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def test_jupyterlab_serves_it(server: str) -> None:
    with httpx.Client(base_url=server, headers={"Authorization": "token t"}, trust_env=False) as client:
        page = client.get("/lab").raise_for_status().text
        config = json.loads(page.split('id="jupyter-config-data"')[1].split(">", 1)[1].split("</script>")[0])
        (ours,) = [one for one in config["federated_extensions"] if one["name"] == "learnspace"]
        script = client.get(f"/lab/extensions/learnspace/{ours['load']}").raise_for_status()
        assert len(script.content) > 1000
        words = client.get("/lab/api/translations/zh_CN").raise_for_status().json()
        assert words["data"]["learnspace"]["Resources"] == ["资源"]


def _is_up(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api", headers={"Authorization": "token t"}, trust_env=False).is_success
    except httpx.HTTPError:
        return False
