"""Turns the settings into JupyterHub's configuration, one room a concern.

The law of this package: a room only sets values; it never appends to or changes what another one set.
"""

from __future__ import annotations

from traitlets.config import Config

from hub_config.authentication import configure_authentication
from hub_config.pages import configure_pages
from hub_config.proxy import configure_proxy
from hub_config.roles import configure_roles
from hub_config.services import configure_services
from hub_config.spawning import configure_spawning
from learnspace_core.settings import Settings


def configure(c: Config, settings: Settings) -> None:
    """Set everything that JupyterHub is told."""
    configure_proxy(c, settings)
    configure_authentication(c, settings)
    configure_roles(c, settings)
    configure_services(c, settings)
    configure_spawning(c, settings)
    configure_pages(c, settings)
