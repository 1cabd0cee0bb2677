"""The processes of one installation, by name, and how each is started; supervisord and systemd use the same names."""

from __future__ import annotations

import gc
import logging
import os
import shutil
import socket
import sysconfig
import time
from contextlib import suppress
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from learnspace_core.errors import LearnspaceError
from learnspace_core.keys import secret
from learnspace_core.labstatic import find_lab_static
from learnspace_core.settings import Settings

NAMES = ("service", "worker", "grader", "proxy", "hub", "culler", "door")
"""In the order in which they start."""


def serve(name: str, settings: Settings) -> None:
    """Become the process of that name; returns only when it was told to stop.

    Raises:
        LearnspaceError: ``not_installed``, naming the program that is missing and how to get it.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    if name == "service":
        _serve_service(settings)
    elif name in ("worker", "grader"):
        _serve_jobs(name, settings)
    elif name == "door":
        _exec(["caddy", "run", "--adapter", "caddyfile", "--config", str(write_caddyfile(settings))])
    elif name == "proxy":
        os.environ["CONFIGPROXY_AUTH_TOKEN"] = secret(settings.state, "proxy_token")
        ports = ["--port", str(settings.proxy_port), "--api-port", str(settings.proxy_api_port)]
        _exec(["configurable-http-proxy", "--ip", "127.0.0.1", "--api-ip", "127.0.0.1", *ports])
    elif name == "hub":
        import hub_config

        config = Path(hub_config.__file__).parent / "jupyterhub_config.py"
        run = settings.state / "run"
        run.mkdir(parents=True, exist_ok=True)
        if settings.spaces.kind == "docker":
            from hub_config.network import ensure_image, ensure_network

            ensure_image(settings)
            _door_file(settings).write_text(ensure_network(settings), encoding="ascii")
        os.chdir(run)
        _exec(["jupyterhub", "--config", str(config)])
    elif name == "culler":
        from hub_config.services import culler_command, culler_environment

        os.environ.update(culler_environment(settings))
        wait_for_hub(settings)
        _exec(culler_command(settings))
    else:
        raise LearnspaceError("unknown_process", f"{name} is no process; they are {', '.join(NAMES)}.")


def wait_for_hub(settings: Settings) -> None:
    """Wait until the hub can be asked: the culler takes one that still starts for a fault, and logs a traceback."""
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", settings.hub_port), timeout=5):
            return
        time.sleep(0.5)


def environment(settings: Settings, config: Path) -> dict[str, str]:
    """Return the environment in which every process runs: our own programs are found first."""
    return {
        **os.environ,
        "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", os.defpath)]),
        "LEARNSPACE_STATE": str(settings.state),
        "LEARNSPACE_CONFIG": str(config),
    }


def write_caddyfile(settings: Settings) -> Path:
    """Write the configuration of the front door and return its path."""
    path = settings.state / "run" / "Caddyfile"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(caddyfile(settings, _door_address(settings)), encoding="utf-8")
    return path


def caddyfile(settings: Settings, door_address: str | None) -> str:
    """Return the front door's configuration.

    Args:
        settings: the settings of this installation.
        door_address: the address of the spaces' network on this host, where container spaces knock; None for
            process spaces.
    """
    public = urlsplit(settings.public_url)
    site = f"https://{public.netloc}" if public.scheme == "https" else f"http://:{settings.front.port}"
    # Whoever came once over TLS never comes without it again.
    secure = '	header Strict-Transport-Security "max-age=31536000"\n' if public.scheme == "https" else ""
    lab = find_lab_static()
    shared = SHARED_LAB.format(url=lab.url, directory=lab.directory) if lab else ""
    text = f"""{{
	admin off
	persist_config off
	storage file_system {settings.state / "caddy"}
}}
{site} {{
	bind {settings.front.address}
	encode zstd gzip
	header X-Content-Type-Options nosniff
	header -Server
{secure}	# The hub believes these; only we may say them.
	request_header -X-Real-Ip
	request_header -X-Scheme
{shared}	handle {{
		reverse_proxy 127.0.0.1:{settings.proxy_port}
	}}
	handle_errors 502 503 504 {{
		header Content-Type "text/html; charset=utf-8"
		header Retry-After 5
		respond `{UNAVAILABLE}` {{err.status_code}}
	}}
}}
"""
    if door_address is None:
        return text
    # Container spaces reach the two APIs on this address and nothing else of the host's side.
    return f"""{text}http://:{settings.space_door_port} {{
	bind {door_address}
	request_header -X-Real-Ip
	request_header -X-Scheme
	@hub path /hub/api /hub/api/*
	handle @hub {{
		reverse_proxy 127.0.0.1:{settings.hub_port}
	}}
	handle /services/learnspace/api/* {{
		reverse_proxy 127.0.0.1:{settings.service_port}
	}}
	handle {{
		respond 404
	}}
}}
"""


SHARED_LAB = """\
	handle_path {url}/* {{
		root * {directory}
		header Cache-Control "public, max-age=31536000, immutable"
		file_server
	}}
"""

UNAVAILABLE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<meta http-equiv="refresh" content="5"><title>Learnspace</title>'
    '<body style="font-family:system-ui,sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem">'
    "<h1>One moment</h1><p>Learnspace is starting or busy. Your work is safe. This page tries again by itself.</p>"
    '<p lang="zh-CN">请稍候：学习空间正在启动或繁忙，你的内容是安全的，本页会自动重试。</p>'
)


def _door_address(settings: Settings) -> str | None:
    if settings.spaces.kind != "docker":
        return None
    try:
        return _door_file(settings).read_text(encoding="ascii")
    except FileNotFoundError as error:
        raise LearnspaceError("not_ready", "The hub has not made the network of the spaces yet.", 503) from error


def _door_file(settings: Settings) -> Path:
    """Where the hub, which may talk to Docker, tells the door, which may not, the address of the spaces' network."""
    return settings.state / "run" / "space-door"


def _serve_service(settings: Settings) -> None:
    import uvicorn

    from learnspace_core.app import make_app

    app = make_app(settings)
    # What there is now stays: the collector need not look through it again and again.
    gc.collect()
    gc.freeze()
    uvicorn.run(app, host="127.0.0.1", port=settings.service_port, log_level="warning", access_log=False)


def _serve_jobs(name: str, settings: Settings) -> None:
    from learnspace_core.blobs import BlobStore
    from learnspace_core.database import Database
    from learnspace_core.features import load_all
    from learnspace_core.jobs import Queue, QueueName

    load_all("jobs")
    queue_name: QueueName = "grading" if name == "grader" else "background"
    if name == "grader" and settings.sandbox_kind == "process":
        logging.getLogger(__name__).warning(
            "submitted notebooks run in limited processes of this user: this is not a security boundary"
        )
    workers = (settings.grading.workers or os.cpu_count() or 1) if name == "grader" else 1
    queue = Queue(settings, queue_name, Database(settings.database_url), BlobStore(settings.state / "blobs"))
    queue.work(workers)


def _exec(command: list[str]) -> NoReturn:
    program = shutil.which(command[0])
    if program is None:
        raise LearnspaceError(
            "not_installed", f"{command[0]} was not found. Run 'learnspace doctor' to see how to get it."
        )
    os.execv(program, [program, *command[1:]])  # noqa: S606 - a program found on our own path, without a shell
