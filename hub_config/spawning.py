"""How spaces are started: one for each person, as a container or as a local process.

Configuration only sets; it never appends to or changes what is there.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from traitlets.config import Config

from hub_config.processes import BIN
from hub_config.tenants import Tenant, read_tenant
from learnspace_core.database import Database
from learnspace_core.settings import Settings
from learnspace_core.words import language_of


class Space(Protocol):
    """What both kinds of spawner have."""

    user: User
    environment: dict[str, str]
    handler: Any
    """JupyterHub's handler of the request that asked for the space, if there was one."""

    async def admit(self, tenant: Tenant, settings: Settings) -> None:
        """Set what the person's space needs."""


class User(Protocol):
    """JupyterHub's user of a spawner."""

    name: str


def configure_spawning(c: Config, settings: Settings) -> None:
    """Set the spawner and everything about spaces."""
    c.JupyterHub.cleanup_servers = False  # spaces outlive a restart of the hub
    # A space that was just starting waits for the hub to answer: a hub that waited for it would only lose time.
    c.JupyterHub.init_spawners_timeout = 1
    c.Spawner.default_url = "/lab"
    c.Spawner.start_timeout = settings.spaces.start_seconds
    c.Spawner.http_timeout = settings.spaces.start_seconds
    c.Spawner.env_keep = ["LANG", "LC_ALL"]
    c.Spawner.pre_spawn_hook = admission(settings)
    if settings.spaces.kind == "docker":
        from hub_config.containers import configure_containers

        c.JupyterHub.spawner_class = "hub_config.containers.ContainerSpace"
        c.Spawner.cmd = ["jupyterhub-singleuser"]
        configure_containers(c, settings)
    else:
        c.JupyterHub.spawner_class = "hub_config.processes.ProcessSpace"
        c.Spawner.cmd = [str(BIN / "jupyterhub-singleuser")]
        # Whoever runs Learnspace as root to try it out is told at its start that nothing is isolated.
        c.Spawner.args = ["--allow-root"] if os.geteuid() == 0 else []


def admission(settings: Settings) -> Callable[[Space], Awaitable[None]]:
    """Return the hook that reads the person from the rosters before each start, away from the hub's event loop."""
    database = Database(settings.database_url)

    async def admit(spawner: Space) -> None:
        tenant = await asyncio.to_thread(read_tenant, database, spawner.user.name)
        await spawner.admit(tenant, settings)
        spawner.environment = {**spawner.environment, "LEARNSPACE_LANGUAGE": _language_of(spawner.handler)}

    return admit


def _language_of(handler: Any) -> str:
    """Return the language of the browser that asked for the space."""
    return language_of(handler.request.headers.get("Accept-Language", "") if handler else "")
