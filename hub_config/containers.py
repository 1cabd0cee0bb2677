"""A space as a container of its own, with nothing in reach but its home and the door to the platform."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

from docker.errors import APIError, NotFound
from dockerspawner import DockerSpawner
from requests.exceptions import RequestException
from traitlets.config import Config

from hub_config.network import ensure_network
from hub_config.tenants import Tenant, space_environment
from hub_config.volumes import OWNER_LABEL, STATE_LABEL, course_groups, mounts, state_id
from learnspace_core.settings import Settings

USER = "10500:10500"
"""The account ``learnspace`` of our images, set here too: an image cannot make a space run as root by mistake."""


def configure_containers(c: Config, settings: Settings) -> None:
    """Tell DockerSpawner what holds for every space; what depends on the person is set by :class:`ContainerSpace`."""
    spaces = settings.spaces
    c.DockerSpawner.image = spaces.image
    c.DockerSpawner.pull_policy = "never"  # a pull at spawn would block every other space: images are brought before
    c.DockerSpawner.network_name = spaces.network
    c.DockerSpawner.prefix = f"learnspace-{state_id(settings)}"
    c.DockerSpawner.remove = True  # a new image is used at the next start; files are in the volume
    c.DockerSpawner.format_volume_name = _as_it_is
    c.DockerSpawner.mem_limit = spaces.memory
    c.DockerSpawner.cpu_limit = spaces.cpus
    c.DockerSpawner.extra_host_config = {
        "memswap_limit": spaces.memory.lower(),  # memory and swap together: no swap
        "pids_limit": spaces.processes,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges"],
        "init": True,
        # The engine removing it too would race with the hub's own removal when a space starts again at once.
        "auto_remove": False,
        # The local driver is bounded: a server that prints for ever fills no disk.
        "log_config": {"type": "local", "config": {"max-size": "1m", "max-file": "2"}},
    }


class ContainerSpace(DockerSpawner):
    """One person's JupyterLab in a container."""

    extra_host_config: dict[str, Any]

    async def admit(self, tenant: Tenant, settings: Settings) -> None:
        """Set the mounts, the environment and the only address that the person's container may call."""
        gateway = await asyncio.to_thread(ensure_network, settings)
        self.hub_connect_url = f"http://{gateway}:{settings.space_door_port}"
        self.environment = space_environment(tenant, self.hub_connect_url, settings)
        self.mounts = await asyncio.to_thread(mounts, settings, tenant)
        groups = await asyncio.to_thread(course_groups, settings, tenant)
        labels = {OWNER_LABEL: tenant.id, STATE_LABEL: state_id(settings)}
        self.extra_create_kwargs = {"user": USER, "labels": labels}
        self.extra_host_config = {**self.extra_host_config, "group_add": groups}

    async def poll(self) -> int | str | None:
        """Tell how the container ended, or None while it runs, or while the engine cannot say.

        DockerSpawner takes an engine that restarts or stumbles for a container that is gone; the hub would then take
        the space away from a person who is working in it.
        """
        try:
            container = await self.docker("inspect_container", self.object_name)
        except NotFound:
            return 0
        except (APIError, RequestException) as error:
            self.log.warning("Docker cannot tell how %s is: %s", self.object_name, error)
            return None
        self.object_id = container["Id"]  # a hub killed while it started the space has not kept it
        state = container["State"]
        if state["Running"]:
            return None
        return "it used more memory than it may" if state["OOMKilled"] else int(state["ExitCode"])

    async def get_url(self) -> str:
        """Return where the container is now: a hub killed while it started the space has not kept its address.

        JupyterHub would wait at an address that nobody has, and the person could not enter until it gave up.
        """
        url = str(self.server.url)
        try:
            networks = (await self.docker("inspect_container", self.object_name))["NetworkSettings"]["Networks"]
        except (APIError, RequestException) as error:
            self.log.warning("Docker cannot tell where %s is: %s", self.object_name, error)
            return url
        address = networks.get(self.network_name, {}).get("IPAddress")
        return urlsplit(url)._replace(netloc=f"{address}:{self.port}").geturl() if address else url

    async def remove_object(self) -> None:
        """Remove the container even if it runs: a hub killed while it started a space leaves one behind."""
        try:
            await self.docker("remove_container", self.object_name, v=True, force=True)
        except NotFound:
            self.log.debug("Already removed %s", self.object_name)


def _as_it_is(template: str, _spawner: DockerSpawner) -> str:
    return template
