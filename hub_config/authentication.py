"""How people prove who they are: built-in accounts, or any OpenID Connect provider. Nobody is let in by default."""

from __future__ import annotations

from traitlets.config import Config

from hub_config.oidc import configure_oidc
from hub_config.passwords import configure_passwords
from learnspace_core.settings import Settings

METHODS = {"password": configure_passwords, "oidc": configure_oidc}


def configure_authentication(c: Config, settings: Settings) -> None:
    """Set up the way of signing in that the settings name."""
    METHODS[settings.signin.method](c, settings)
