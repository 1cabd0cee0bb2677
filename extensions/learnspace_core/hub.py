"""What the platform asks of the hub about somebody's space: end it, or forget the hub's user with all tokens."""

from __future__ import annotations

import logging
import time
from urllib.parse import quote

import httpx
from sqlalchemy import create_engine, inspect, text

from learnspace_core.errors import LearnspaceError
from learnspace_core.keys import secret
from learnspace_core.settings import Settings

TIMEOUT = httpx.Timeout(30, connect=3)
PATIENCE_SECONDS = 60
"""How long a space may take to end."""

log = logging.getLogger(__name__)


def stop_space(settings: Settings, username: str) -> bool:
    """End a person's space, if it runs; files stay. Tell whether the hub could be asked."""
    try:
        answer = _request(settings, f"{quote(username, safe='')}/server")
    except httpx.HTTPError as error:
        log.warning("the space of %s could not be ended: %s", username, error)
        return False
    return answer.status_code in (202, 204, 400, 404)


def forget_user(settings: Settings, username: str) -> None:
    """End the person's space and delete the hub's user: whatever was signed in under this name is so no more.

    Raises:
        LearnspaceError: ``hub_unreachable``, if the hub knows the name and does not answer; nothing is then done.
    """
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            answer = _request(settings, quote(username, safe=""))
        except httpx.HTTPError as error:
            if _hub_knows(settings, username):
                raise _unreachable() from error
            return
        if answer.status_code in (204, 404):
            return
        # 400: the space is on its way down, or up.
        if answer.status_code != 400 or time.monotonic() > end:
            raise _unreachable()
        time.sleep(1)


def _request(settings: Settings, path: str) -> httpx.Response:
    token = secret(settings.state, "people_token")
    with httpx.Client(timeout=TIMEOUT, trust_env=False) as client:
        return client.delete(
            f"http://127.0.0.1:{settings.hub_port}/hub/api/users/{path}", headers={"Authorization": f"token {token}"}
        )


def _hub_knows(settings: Settings, username: str) -> bool:
    engine = create_engine(settings.hub_database_url)
    try:
        if settings.hub_database_url.startswith("sqlite") and not (settings.state / "hub.db").exists():
            return False
        with engine.connect() as connection:
            if "users" not in inspect(connection).get_table_names():
                return False
            found = connection.execute(text("SELECT 1 FROM users WHERE name = :name"), {"name": username})
            return found.first() is not None
    finally:
        engine.dispose()


def _unreachable() -> LearnspaceError:
    return LearnspaceError(
        "hub_unreachable",
        "The hub does not answer, so the space and the sign-in of this person cannot be ended. Nothing was changed: "
        "start the hub, or wait a moment, and try again.",
        503,
    )
