"""Sign-in with any OpenID Connect provider; groups that the settings name become roles."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote_plus

from oauthenticator.generic import GenericOAuthenticator
from oauthenticator.oauth2 import OAuthCallbackHandler
from sqlalchemy.exc import IntegrityError
from tornado.httpclient import HTTPClientError
from tornado.web import HTTPError, RequestHandler
from traitlets import Dict, Unicode
from traitlets.config import Config

from hub_config.provider import discover
from learnspace_core.database import Database
from learnspace_core.errors import LearnspaceError
from learnspace_core.settings import Settings
from learnspace_people import claims, store
from learnspace_people.roster import is_username

UNUSABLE_NAME = (
    "Your account's username cannot be used here. Ask your school's manager for one in small letters and digits."
)
ON_NO_LIST = "You are on no list of this school yet. Ask your teacher or your school's manager to add you."
INTERRUPTED = "The sign-in was interrupted or took too long. Start it again."
LONGEST_NAME, LONGEST_EMAIL = 200, 254


class CallbackHandler(OAuthCallbackHandler):
    """Where the provider sends the browser back to."""

    def check_arguments(self) -> None:
        """Check state and code; a link made by a stranger chooses none of the words that the person reads.

        Raises:
            HTTPError: 400.
        """
        try:
            super().check_arguments()
        except (HTTPError, AttributeError, ValueError) as error:
            # The last two: oauthenticator meets a state that is no object, or not ASCII.
            self.log.warning("Sign-in refused: %s", error)
            raise HTTPError(400, INTERRUPTED) from error


class OidcAuthenticator(GenericOAuthenticator):
    """Lets in members of mapped groups and people on a roster, and keeps roles in step with the groups."""

    callback_handler = CallbackHandler

    database_url = Unicode(config=True, help="SQLAlchemy URL of the service's database.")
    institution = Unicode(config=True, help="Institution in which the roles of groups are held.")
    roles = Dict(config=True, help="Group to role, as role or role:course.")
    groups_claim = Unicode(config=True, help="The claim that lists a person's groups; dots lead into nested claims.")

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._database = Database(self.database_url)

    def user_info_to_username(self, user_info: dict[str, Any]) -> str:
        """Return the claimed username as it is.

        Raises:
            HTTPError: 403 if it would have to be changed to be used: two people of the provider never become one here.
        """
        username = user_info.get(self.username_claim)
        if not isinstance(username, str) or not is_username(username):
            self.log.warning("Refused the username %r", username)
            raise HTTPError(403, UNUSABLE_NAME)
        return username

    def build_access_tokens_request_params(self, handler: RequestHandler, data: object = None) -> dict[str, Any]:
        """Return the fields of the token request; a public client sends no empty secret (RFC 6749, section 2.3.1)."""
        params: dict[str, Any] = super().build_access_tokens_request_params(handler, data)
        return {key: value for key, value in params.items() if value}

    async def authenticate(self, handler: RequestHandler, data: object = None, **kwargs: object) -> Any:
        """Exchange the code for the person's claims.

        Raises:
            HTTPError: 400 if the provider refuses the code; 403 if the username cannot be used.
        """
        try:
            return await super().authenticate(handler, data, **kwargs)
        except HTTPClientError as error:
            # oauthenticator has logged what the provider answered.
            raise HTTPError(400, INTERRUPTED) from error

    async def check_allowed(self, username: str, auth_model: dict[str, Any] | None) -> bool:
        """Bring the person's roles in step with their groups; let them in if they hold any role then.

        Raises:
            HTTPError: 403, saying whom to ask.
        """
        if auth_model is None:
            return True  # an operator's own doing, without a sign-in
        info = auth_model["auth_state"][self.user_auth_state_key]
        if not await asyncio.to_thread(self._admit, username, info):
            raise HTTPError(403, ON_NO_LIST)
        return True

    def _admit(self, username: str, info: dict[str, Any]) -> bool:
        try:
            return self._apply(username, info)
        except IntegrityError:
            # Two browsers of one person at once: the other one made the person.
            return self._apply(username, info)

    def _apply(self, username: str, info: dict[str, Any]) -> bool:
        groups = groups_in(info, self.groups_claim)
        roles = [role for group, role in self.roles.items() if group in groups]
        name, email = text_in(info, "name", LONGEST_NAME), text_in(info, "email", LONGEST_EMAIL)
        with self._database.write() as session:
            if not roles and store.find_person(session, username) is None:
                return False
            return bool(claims.apply(session, username, name, email, roles, self.institution).enrolments)


def groups_in(info: dict[str, Any], claim: str) -> set[str]:
    """Return the groups in a claim: a list, or one text that is one group; anything else is no group."""
    found: Any = info.get(claim)
    if found is None:
        found = info
        for part in claim.split("."):
            found = found.get(part) if isinstance(found, dict) else None
    listed = found if isinstance(found, list) else [found]
    return {group for group in listed if isinstance(group, str)}


def text_in(info: dict[str, Any], claim: str, longest: int) -> str:
    """Return the text of a claim, or nothing if it is none or does not fit."""
    found = info.get(claim)
    return found if isinstance(found, str) and len(found) <= longest else ""


def configure_oidc(c: Config, settings: Settings) -> None:
    """Set sign-in with the provider of ``signin.oidc``, whose endpoints are discovered now.

    Raises:
        LearnspaceError: ``bad_settings`` or ``bad_provider``.
    """
    oidc = settings.signin.oidc
    if not oidc.issuer or not oidc.client_id:
        raise LearnspaceError(
            "bad_settings", 'signin.method is "oidc": set signin.oidc.issuer and signin.oidc.client_id.'
        )
    secret = oidc.client_secret_file.read_text(encoding="utf-8").strip() if oidc.client_secret_file else ""
    provider = discover(oidc.issuer)
    basic = bool(secret) and provider.wants_basic
    c.JupyterHub.authenticator_class = OidcAuthenticator
    c.OidcAuthenticator.login_service = oidc.label
    c.OidcAuthenticator.client_id = oidc.client_id
    # In the header, names and secrets are form-encoded first (RFC 6749, section 2.3.1); oauthenticator leaves that out.
    c.OidcAuthenticator.client_secret = quote_plus(secret) if basic else secret
    c.OidcAuthenticator.basic_auth = basic
    c.OidcAuthenticator.authorize_url = provider.authorization_endpoint
    c.OidcAuthenticator.token_url = provider.token_endpoint
    c.OidcAuthenticator.userdata_url = provider.userinfo_endpoint
    c.OidcAuthenticator.oauth_callback_url = f"{settings.public_url}/hub/oauth_callback"
    c.OidcAuthenticator.scope = oidc.scopes
    c.OidcAuthenticator.enable_pkce = True
    c.OidcAuthenticator.username_claim = oidc.username_claim
    c.OidcAuthenticator.groups_claim = oidc.groups_claim
    c.OidcAuthenticator.roles = oidc.roles
    c.OidcAuthenticator.institution = settings.signin.institution
    # check_allowed() asks the rosters; without this JupyterHub warns that nobody could sign in.
    c.OidcAuthenticator.any_allow_config = True
    c.OidcAuthenticator.database_url = settings.database_url
