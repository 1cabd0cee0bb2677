"""A space calls the service: with the hub token of the space, and errors in words a learner can use."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from learnspace_core.errors import LearnspaceError

TIMEOUT = httpx.Timeout(60, connect=5)


class ServiceClient:
    """HTTP to the service's ``/api``.

    Args:
        url: the service's address, ``LEARNSPACE_SERVICE_URL`` in a space.
        token: the hub token of who asks, ``JUPYTERHUB_API_TOKEN`` in a space.
        transport: for tests, an in-process transport.
    """

    def __init__(self, url: str, token: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._http = httpx.AsyncClient(
            base_url=f"{url.rstrip('/')}/api/",
            headers={"Authorization": f"Bearer {token}"},
            timeout=TIMEOUT,
            transport=transport,
            trust_env=False,
        )

    @classmethod
    def from_environment(cls) -> ServiceClient:
        """Return the client of this space.

        Raises:
            LearnspaceError: ``not_in_a_space``, if this is not a space of a hub.
        """
        url, token = os.environ.get("LEARNSPACE_SERVICE_URL"), os.environ.get("JUPYTERHUB_API_TOKEN")
        if not url or not token:
            raise LearnspaceError("not_in_a_space", "This works only in a space that Learnspace started.", 503)
        return cls(url, token)

    async def request(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        """Send a request; ``path`` is relative to ``/api/``, the other arguments are httpx's.

        Raises:
            LearnspaceError: with the service's own code and status, or ``service_unreachable`` (503).
        """
        try:
            response = await self._http.request(method, path, **kwargs)
        except httpx.HTTPError as error:
            raise _unreachable() from error
        _raise_for_error(response)
        return response

    async def json(self, method: str, path: str, **kwargs: Any) -> Any:
        """Send a request and return the answer's JSON."""
        return (await self.request(method, path, **kwargs)).json()

    @asynccontextmanager
    async def stream(self, path: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """Get a file piece by piece."""
        try:
            async with self._http.stream("GET", path) as response:
                if response.is_error:
                    await response.aread()
                    _raise_for_error(response)
                yield response.aiter_bytes()
        except httpx.HTTPError as error:
            raise _unreachable() from error

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()


def _unreachable() -> LearnspaceError:
    return LearnspaceError(
        "service_unreachable",
        "The platform cannot be reached just now. Your files are safe in your space; try again in a moment.",
        503,
    )


def _raise_for_error(response: httpx.Response) -> None:
    if not response.is_error:
        return
    try:
        body = response.json()
        code, message = str(body["code"]), str(body["message"])
    except (ValueError, KeyError, TypeError):
        # Not the service itself but the proxy in front of it: it is down or restarting.
        raise _unreachable() from None
    raise LearnspaceError(code, message, response.status_code)
