"""Addresses, database and cookies of the hub, and the proxy that runs beside it and not below it."""

from __future__ import annotations

from traitlets.config import Config

from learnspace_core.keys import secret
from learnspace_core.settings import Settings


def configure_proxy(c: Config, settings: Settings) -> None:
    """Let the hub find the proxy that is already running, so that a restart of the hub cuts off nobody."""
    c.JupyterHub.bind_url = f"http://127.0.0.1:{settings.proxy_port}"
    c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{settings.hub_port}"
    c.JupyterHub.public_url = f"{settings.public_url}/"
    c.JupyterHub.db_url = settings.hub_database_url
    c.JupyterHub.cookie_secret = bytes.fromhex(secret(settings.state, "cookie_secret"))
    c.JupyterHub.cleanup_proxy = False
    # The front door and the proxy each add the address that called them: what they add is not the browser's.
    c.JupyterHub.trusted_downstream_ips = ["127.0.0.1", "::1"]

    c.ConfigurableHTTPProxy.should_start = False
    c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{settings.proxy_api_port}"
    c.ConfigurableHTTPProxy.auth_token = secret(settings.state, "proxy_token")

    # Strict-Transport-Security and nosniff are the front door's, for all pages.
    c.JupyterHub.tornado_settings = {
        "cookie_options": {"samesite": "Lax", "secure": settings.public_url.startswith("https://")},
        "headers": {"Referrer-Policy": "same-origin"},
    }
