"""What an OpenID Connect provider tells about itself (OpenID Connect Discovery 1.0)."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, ValidationError

from learnspace_core.errors import LearnspaceError

PATIENCE_SECONDS = 30.0
PAUSE_SECONDS = 1.0
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Provider(BaseModel):
    """What we need of a provider's metadata (section 3 there); the default is the specification's."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]

    @property
    def wants_basic(self) -> bool:
        """Whether a client with a secret shows it in the Authorization header and not in the form.

        Raises:
            LearnspaceError: ``bad_provider``, if the provider takes no secret either way.
        """
        methods = self.token_endpoint_auth_methods_supported
        if "client_secret_basic" in methods:
            return True
        if "client_secret_post" in methods:
            return False
        raise LearnspaceError(
            "bad_provider", f"{self.issuer} takes no client secret, only {', '.join(methods)}: register another client."
        )


def discover(
    issuer: str, patience_seconds: float = PATIENCE_SECONDS, pause: Callable[[float], None] = time.sleep
) -> Provider:
    """Fetch the provider's metadata, trying again while it starts or the line is bad.

    Args:
        issuer: the provider's issuer, as it names itself.
        patience_seconds: when to give up.
        pause: waits between two tries; for tests.

    Raises:
        LearnspaceError: ``bad_settings`` if the issuer is not https (loopback excepted); ``bad_provider`` if it does
            not answer, not as a provider, or as another one.
    """
    _require_https("signin.oidc.issuer", issuer)
    url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    # A proxy in the environment leads out; nothing on this machine is asked through it.
    with httpx.Client(timeout=10, trust_env=urlsplit(issuer).hostname not in LOOPBACK) as client:
        provider = _fetch(client, url, time.monotonic() + patience_seconds, pause)
    if provider.issuer.rstrip("/") != issuer.rstrip("/"):
        raise LearnspaceError(
            "bad_provider", f"{url} says its issuer is {provider.issuer}: set signin.oidc.issuer to that."
        )
    for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint"):
        _require_https(f"{name} of {issuer}", getattr(provider, name))
    return provider


def _fetch(client: httpx.Client, url: str, end: float, pause: Callable[[float], None]) -> Provider:
    while True:
        try:
            return Provider.model_validate_json(client.get(url).raise_for_status().content)
        except (httpx.HTTPError, ValidationError) as error:
            if time.monotonic() + PAUSE_SECONDS > end:
                raise LearnspaceError(
                    "bad_provider",
                    f"{url} does not answer as an OpenID provider: {error}. Check signin.oidc.issuer.",
                    503,
                ) from error
        pause(PAUSE_SECONDS)


def _require_https(name: str, url: str) -> None:
    address = urlsplit(url)
    if address.scheme == "https" or (address.scheme == "http" and address.hostname in LOOPBACK):
        return
    raise LearnspaceError("bad_settings", f"{name} is {url!r}: it must begin with https://")
