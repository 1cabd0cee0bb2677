"""Sign-in with the built-in accounts."""

from __future__ import annotations

import asyncio
import math

from jupyterhub.auth import Authenticator
from tornado.web import HTTPError, RequestHandler
from traitlets import Unicode
from traitlets.config import Config

from learnspace_core.database import Database
from learnspace_core.settings import Settings
from learnspace_core.throttle import Throttle
from learnspace_people.roster import is_username
from learnspace_people.store import check_password

LONGEST_PASSWORD = 1_000
"""Characters; longer ones are only there to keep the hub busy."""

TRIES_FROM_AN_ADDRESS = 5
"""Wrong passwords for one name from one address before it has to wait."""

TRIES_FOR_A_NAME = 100
"""Wrong passwords for one name from everywhere; to lock a learner out, a stranger needs many addresses."""


class TooManyTries(HTTPError):
    """The name has to wait; in this form JupyterHub shows the message and sends the header."""

    def __init__(self, seconds: int) -> None:
        super().__init__(429)
        self.jupyterhub_message = f"Too many wrong passwords. Wait {seconds} seconds, then try again."
        self.headers = {"Retry-After": str(seconds)}


class PasswordAuthenticator(Authenticator):
    """Asks the accounts of ``learnspace_people``. An unknown name and a wrong password get the same answer."""

    database_url = Unicode(config=True, help="SQLAlchemy URL of the service's database.")

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._database = Database(self.database_url)
        self._by_address = Throttle(TRIES_FROM_AN_ADDRESS)
        self._by_name = Throttle(TRIES_FOR_A_NAME)

    async def authenticate(self, handler: RequestHandler, data: dict[str, str]) -> str | None:
        """Return the username if name and password belong together.

        Raises:
            TooManyTries: after too many wrong passwords, whether the name exists or not.
            HTTPError: 400, if this is no sign-in form.
        """
        if "username" not in data:
            raise HTTPError(400, "Login form invalid or expired. Try again.")
        username, password = data["username"].strip().lower(), data.get("password", "")
        if not is_username(username) or not password or len(password) > LONGEST_PASSWORD:
            return None
        counts = ((self._by_address, (username, handler.request.remote_ip)), (self._by_name, username))
        wait = max(throttle.wait_seconds(key) for throttle, key in counts)
        if wait:
            raise TooManyTries(math.ceil(wait))
        for throttle, key in counts:
            throttle.count(key)
        if not await asyncio.to_thread(self._is_right, username, password):
            return None
        for throttle, key in counts:
            throttle.forget(key)
        return username

    def _is_right(self, username: str, password: str) -> bool:
        with self._database.read() as session:
            return check_password(session, username, password) is not None


def configure_passwords(c: Config, settings: Settings) -> None:
    """Set sign-in by the built-in accounts."""
    c.JupyterHub.authenticator_class = PasswordAuthenticator
    c.PasswordAuthenticator.database_url = settings.database_url
    # Whoever has the right password has an account, and only the operator makes accounts.
    c.PasswordAuthenticator.allow_all = True
