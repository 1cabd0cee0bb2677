"""What a container space is given to keep, how it is labelled, and how all of one installation are stopped."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from docker.errors import APIError

from hub_config.network import engine
from hub_config.tenants import Tenant, taught_directories
from learnspace_core.settings import Settings

HOME = "/home/learnspace"
"""The home in the container; the volume lies here."""

STATE_LABEL = "learnspace.state"
"""Label of every container: which state directory it belongs to."""

OWNER_LABEL = "learnspace.owner"
"""Label of containers and volumes: the id of the person, which is never used again for another one."""

STOP_SECONDS = 10
"""How long a space may take to end its kernels before it is killed."""


def state_id(settings: Settings) -> str:
    """Return twelve characters that tell this state directory from any other on the machine."""
    return hashlib.sha256(str(settings.state).encode()).hexdigest()[:12]


def home_volume(tenant: Tenant) -> str:
    """Return the name of the volume of a person's home; a username given to somebody new brings a new volume."""
    return f"learnspace-home-{tenant.id}"


def mounts(settings: Settings, tenant: Tenant) -> list[dict[str, Any]]:
    """Return the home and the directories of the courses that the person teaches, as ``docker.types.Mount`` takes them.

    Docker makes the volume at its first use and labels it then.
    """
    home = {"type": "volume", "source": home_volume(tenant), "target": HOME, "labels": {OWNER_LABEL: tenant.id}}
    return [
        home,
        *(
            {"type": "bind", "source": str(directory), "target": f"{HOME}/courses/{course}"}
            for course, directory in taught_directories(settings, tenant).items()
        ),
    ]


def course_groups(settings: Settings, tenant: Tenant) -> list[int]:
    """Return the groups that own the courses the person teaches: a teacher's space writes there as a member."""
    return sorted({directory.stat().st_gid for directory in taught_directories(settings, tenant).values()})


def stop_all(settings: Settings) -> int:
    """Stop and remove every container of this state directory and return how many; homes are volumes and stay."""
    client = engine()
    containers = client.containers.list(all=True, filters={"label": f"{STATE_LABEL}={state_id(settings)}"})
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(_end, containers))
    return len(containers)


def _end(container: Any) -> None:
    with suppress(APIError):  # it ended, or the hub removes it, at this moment
        container.stop(timeout=STOP_SECONDS)
    with suppress(APIError):
        container.remove(force=True)
