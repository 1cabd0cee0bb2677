"""Who is asking: the hub's token on the API, the hub's OAuth sign-in on pages."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse
from jupyterhub.services.auth import HubOAuth
from tornado.web import HTTPError

from learnspace_core.batches import Batches
from learnspace_core.database import Database
from learnspace_core.errors import Forbidden, LearnspaceError
from learnspace_core.keys import secret
from learnspace_core.routers import page_router
from learnspace_core.settings import PREFIX, Settings
from learnspace_people import store
from learnspace_people.models import Person

SCOPE = "access:services!service=learnspace"
CLIENT_ID = "service-learnspace"
MOST_OWNERS = 100_000

Identify = Callable[[str], Awaitable[str | None]]
"""Turns a hub token into the username it belongs to, or None if it is not good for this service."""


class NotSignedIn(LearnspaceError):
    """Nobody is signed in, or the sign-in has ended."""

    def __init__(self) -> None:
        super().__init__("not_signed_in", "You are not signed in. Sign in and try again.", 401)


def hub_oauth(settings: Settings) -> HubOAuth:
    """Return JupyterHub's own client for services, set up for ours."""
    return HubOAuth(
        api_url=f"http://127.0.0.1:{settings.hub_port}/hub/api",
        api_token=secret(settings.state, "service_token"),
        base_url=f"{PREFIX}/",
        oauth_client_id=CLIENT_ID,
        oauth_redirect_uri=f"{PREFIX}/oauth_callback",
        access_scopes={SCOPE},
        cache_max_age=60,
    )


def identify_with(auth: HubOAuth, *, keep_answers: bool) -> Identify:
    """Return a function that asks the hub.

    Args:
        auth: JupyterHub's client for services.
        keep_answers: answer from memory for a minute, for spaces that call often. A page asks each time: after a
            sign-out the next person at a shared computer must not see it.
    """

    async def identify(token: str) -> str | None:
        try:
            user: dict[str, Any] | None = await auth.user_for_token(token, use_cache=keep_answers, sync=False)
        except HTTPError as error:
            raise LearnspaceError(
                "hub_unreachable", "The sign-in cannot be checked just now. Try again in a moment.", 503
            ) from error
        if user is None or not auth.check_scopes(auth.access_scopes, user):
            return None
        return str(user["name"])

    return identify


class Owners:
    """Whose the tokens are that were seen lately: a token speaks for one person for ever, a username does not.

    When a username is given to somebody new, an answer of the hub that is still remembered must not let the old one's
    token speak for the new one.
    """

    def __init__(self, most: int = MOST_OWNERS) -> None:
        self._most = most
        self._owners: OrderedDict[str, str] = OrderedDict()

    def agree(self, token: str, person_id: str | None) -> bool:
        """Tell whether the token is not known to be another person's; nobody's is anybody's yet."""
        key = hashlib.sha256(token.encode()).hexdigest()
        if person_id is None:
            return key not in self._owners
        owner = self._owners.setdefault(key, person_id)
        self._owners.move_to_end(key)
        if len(self._owners) > self._most:
            self._owners.popitem(last=False)
        return owner == person_id


class Callers:
    """Finds the people who ask, with their roles as they are now; who ask at the same time are found with one query."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._batches: Batches[str, Person | None] = Batches("find-callers", self._find)

    async def find(self, username: str) -> Person | None:
        """Return the person of that username, or None."""
        return await self._batches.run(username)

    def _find(self, usernames: list[str]) -> list[Person | Exception | None]:
        with self._database.read() as session:
            found = store.find_people(session, set(usernames))
        return [found.get(username) for username in usernames]


async def _identify(identify: Identify, token: str) -> str | None:
    return await identify(token) if token else None


async def _person(request: Request, token: str, username: str | None) -> Person:
    if username is None:
        raise NotSignedIn
    callers: Callers = request.app.state.callers
    person = await callers.find(username)
    owners: Owners = request.app.state.owners
    if not owners.agree(token, person.id if person else None):
        raise NotSignedIn
    if person is None:
        raise Forbidden("You are on no list of this platform. Ask your teacher or the manager of your school.")
    return person


def bearer_token(request: Request) -> str:
    """Return the token of the Authorization header, or nothing."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() in ("bearer", "token") else ""


async def _api_caller(request: Request) -> Person:
    token = bearer_token(request)
    # Who sends a body was asked for before it was read.
    known: str | None = getattr(request.state, "username", None)
    return await _person(request, token, known or await _identify(request.app.state.identify, token))


async def _page_reader(request: Request) -> Person:
    try:
        token = request.session.get("token", "")
        return await _person(request, token, await _identify(request.app.state.identify_now, token))
    except NotSignedIn as error:
        raise SignInFirst(str(request.url.path)) from error


class SignInFirst(Exception):
    """A page was asked for without a sign-in: the browser is sent to the hub and comes back."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


Caller = Annotated[Person, Depends(_api_caller)]
"""Who calls the API, known from the hub's token in the Authorization header, never from a field of the request."""

Reader = Annotated[Person, Depends(_page_reader)]
"""Who reads a page, known from the session that the hub's OAuth sign-in began."""

pages = page_router()


def begin(request: Request, next_path: str) -> RedirectResponse:
    """Send the browser to the hub's sign-in."""
    auth: HubOAuth = request.app.state.auth
    verifier, challenge, method = auth.generate_pkce_code_challenge()
    state = secrets.token_urlsafe(16)
    request.session["signin"] = {"state": state, "verifier": verifier, "next": next_path}
    query = urlencode(
        {
            "client_id": auth.oauth_client_id,
            "redirect_uri": auth.oauth_redirect_uri,
            "response_type": "code",
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": method,
        }
    )
    return RedirectResponse(f"/hub/api/oauth2/authorize?{query}", status_code=302)


@pages.get("/oauth_callback")
async def oauth_callback(request: Request, code: str = "", state: str = "") -> RedirectResponse:
    """Finish the sign-in that :func:`begin` began in this browser."""
    begun = request.session.pop("signin", None)
    if not begun or not code or not secrets.compare_digest(begun["state"].encode(), state.encode()):
        raise LearnspaceError("signin_expired", "The sign-in took too long or was begun elsewhere. Try again.", 400)
    auth: HubOAuth = request.app.state.auth
    try:
        token = await auth.token_for_code(code, code_verifier=begun["verifier"], sync=False)
    except HTTPError as error:
        raise LearnspaceError("signin_failed", "The sign-in did not work. Try again.", 400) from error
    request.session["token"] = token
    return RedirectResponse(begun["next"], status_code=302)
