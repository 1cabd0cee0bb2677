"""The Docker engine, and the network on which container spaces live."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import docker
from docker.errors import APIError, DockerException, ImageNotFound

from learnspace_core.errors import LearnspaceError
from learnspace_core.settings import Settings

_NO_TRAFFIC_BETWEEN_CONTAINERS = {"com.docker.network.bridge.enable_icc": "false"}


def engine() -> Any:
    """Return a client of the Docker engine that answers at ``DOCKER_HOST`` or the usual socket.

    Raises:
        LearnspaceError: ``no_docker``.
    """
    try:
        client = docker.from_env(version="auto", timeout=60)
        client.ping()
    except DockerException as error:
        raise LearnspaceError(
            "no_docker",
            'Docker does not answer, and spaces.kind is "docker". Start it (systemctl start docker), or install it '
            "(apt-get install docker.io), and see that this account may use it.",
            503,
        ) from error
    return client


def ensure_network(settings: Settings) -> str:
    """Make the network of the spaces if it is missing, and return the address of this machine on it.

    Raises:
        LearnspaceError: ``no_docker``; ``no_network``; ``open_network``, if learners' containers could reach each
            other on a network that is there under that name.
    """
    client = engine()
    name = settings.spaces.network
    network = _find(client, name)
    if network is None:
        with suppress(APIError):  # another process made it in between
            client.networks.create(name, driver="bridge", options=_NO_TRAFFIC_BETWEEN_CONTAINERS, check_duplicate=True)
        network = _find(client, name)
    if network is None:
        raise LearnspaceError("no_network", f"The Docker network {name} could not be made. See: docker network ls", 503)
    if not _NO_TRAFFIC_BETWEEN_CONTAINERS.items() <= network.attrs["Options"].items():
        raise LearnspaceError(
            "open_network",
            f"On the Docker network {name} learners' containers could reach each other. "
            f"Remove it (docker network rm {name}), or name another one in spaces.network.",
        )
    return str(network.attrs["IPAM"]["Config"][0]["Gateway"])


def ensure_image(settings: Settings) -> None:
    """Check that the image of the spaces is on this machine.

    Raises:
        LearnspaceError: ``no_docker`` or ``no_image``.
    """
    try:
        engine().images.get(settings.spaces.image)
    except ImageNotFound as error:
        raise LearnspaceError(
            "no_image", f"The image {settings.spaces.image} is not on this machine. Build it: make images", 503
        ) from error


def _find(client: Any, name: str) -> Any | None:
    return next((network for network in client.networks.list(names=[name], greedy=True) if network.name == name), None)
