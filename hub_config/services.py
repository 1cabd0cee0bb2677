"""The services the hub knows: ours and the culler, both run beside the hub and not below it."""

from __future__ import annotations

import sys

from traitlets.config import Config

from learnspace_core.keys import secret
from learnspace_core.settings import Settings
from learnspace_core.signin import CLIENT_ID


def configure_services(c: Config, settings: Settings) -> None:
    """Register the services with their tokens; a hub that dies takes none of them along."""
    c.JupyterHub.services = [
        {
            "name": "learnspace",
            "url": f"http://127.0.0.1:{settings.service_port}",
            "api_token": secret(settings.state, "service_token"),
            "oauth_client_id": CLIENT_ID,
            "oauth_redirect_uri": "/services/learnspace/oauth_callback",
            "oauth_no_confirm": True,
            "display": False,
        },
        {"name": "culler", "api_token": secret(settings.state, "culler_token")},
        {"name": "people", "api_token": secret(settings.state, "people_token")},
    ]


def culler_command(settings: Settings) -> list[str]:
    """Return the command that stops spaces nobody uses; with ``idle_minutes = 0`` it waits and stops none."""
    if settings.spaces.idle_minutes == 0:
        return ["sleep", "infinity"]
    seconds = settings.spaces.idle_minutes * 60
    return [
        sys.executable,
        "-m",
        "jupyterhub_idle_culler",
        f"--url=http://127.0.0.1:{settings.hub_port}/hub/api",
        f"--timeout={seconds}",
        f"--cull-every={min(300, max(30, seconds // 4))}",
    ]


def culler_environment(settings: Settings) -> dict[str, str]:
    """Return the environment in which the culler proves who it is."""
    return {"JUPYTERHUB_API_TOKEN": secret(settings.state, "culler_token")}
