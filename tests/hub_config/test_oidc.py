"""What the hub is told about a provider, and what it takes from a person's claims."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tornado.web import HTTPError
from traitlets.config import Config

from hub_config.oidc import OidcAuthenticator, configure_oidc, groups_in, text_in
from hub_config.provider import discover
from learnspace_core.database import Database
from learnspace_core.errors import LearnspaceError
from learnspace_core.settings import Settings, parse_settings
from learnspace_people import store


class Metadata:
    """A provider that only tells about itself; its first answers can be faults."""

    def __init__(self) -> None:
        self.faults = 0
        metadata = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status = 200
                if metadata.faults:
                    metadata.faults -= 1
                    status = 503
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(metadata.answer).encode())

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}/realm"
        self.answer: dict[str, Any] = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/me",
        }
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()


@pytest.fixture
def provider() -> Iterator[Metadata]:
    metadata = Metadata()
    yield metadata
    metadata.server.shutdown()
    metadata.server.server_close()


def configured(provider: Metadata, folder: Path, secret: str = "", **oidc: Any) -> Config:
    if secret:
        oidc["client_secret_file"] = folder / "secret"
        (folder / "secret").write_text(f"{secret}\n")
    tree = {"method": "oidc", "oidc": {"issuer": provider.issuer, "client_id": "us", **oidc}}
    settings = parse_settings({"signin": tree, "front": {"public_url": "https://learn.example.org"}})
    c = Config()
    configure_oidc(c, settings.model_copy(update={"state": folder}))
    return c


def test_the_endpoints_are_the_discovered_ones(provider: Metadata, tmp_path: Path) -> None:
    c = configured(provider, tmp_path)
    assert c.OidcAuthenticator.token_url == f"{provider.issuer}/token"


def test_the_way_back_is_the_address_that_people_type(provider: Metadata, tmp_path: Path) -> None:
    c = configured(provider, tmp_path)
    assert c.OidcAuthenticator.oauth_callback_url == "https://learn.example.org/hub/oauth_callback"


def test_the_code_is_bound_to_the_browser(provider: Metadata, tmp_path: Path) -> None:
    assert configured(provider, tmp_path).OidcAuthenticator.enable_pkce is True


@pytest.mark.parametrize(
    ("methods", "basic", "sent"),
    [
        (None, True, "a%2Bb%2F+c"),
        (["client_secret_post", "client_secret_basic"], True, "a%2Bb%2F+c"),
        (["client_secret_post"], False, "a+b/ c"),
    ],
)
def test_the_secret_is_shown_as_the_provider_asks(
    provider: Metadata, tmp_path: Path, methods: list[str] | None, basic: bool, sent: str
) -> None:
    if methods is not None:
        provider.answer["token_endpoint_auth_methods_supported"] = methods
    c = configured(provider, tmp_path, secret="a+b/ c")
    assert (c.OidcAuthenticator.basic_auth, c.OidcAuthenticator.client_secret) == (basic, sent)


def test_a_public_client_shows_no_secret(provider: Metadata, tmp_path: Path) -> None:
    provider.answer["token_endpoint_auth_methods_supported"] = ["none"]
    assert configured(provider, tmp_path).OidcAuthenticator.basic_auth is False


def test_a_provider_that_takes_no_secret_is_refused(provider: Metadata, tmp_path: Path) -> None:
    provider.answer["token_endpoint_auth_methods_supported"] = ["private_key_jwt"]
    with pytest.raises(LearnspaceError, match="private_key_jwt"):
        configured(provider, tmp_path, secret="s")


@pytest.mark.parametrize("missing", ["issuer", "client_id"])
def test_a_missing_setting_is_named(provider: Metadata, tmp_path: Path, missing: str) -> None:
    with pytest.raises(LearnspaceError, match=f"signin.oidc.{missing}"):
        configured(provider, tmp_path, **{missing: ""})


@pytest.mark.parametrize(
    "issuer", ["http://login.example.org", "http://127.0.0.1.example.org", "ftp://127.0.0.1", "login.example.org", ""]
)
def test_a_provider_in_the_clear_is_refused(issuer: str) -> None:
    with pytest.raises(LearnspaceError, match="https://"):
        discover(issuer)


def test_an_endpoint_in_the_clear_is_refused(provider: Metadata) -> None:
    provider.answer["token_endpoint"] = "http://login.example.org/token"
    with pytest.raises(LearnspaceError, match="token_endpoint"):
        discover(provider.issuer)


def test_a_provider_that_starts_is_waited_for(provider: Metadata) -> None:
    provider.faults = 3
    pauses: list[float] = []
    assert discover(provider.issuer, pause=pauses.append).issuer == provider.issuer
    assert len(pauses) == 3


def test_a_provider_that_does_not_answer_is_not_waited_for_for_ever(provider: Metadata) -> None:
    provider.faults = 1000
    with pytest.raises(LearnspaceError, match="does not answer as an OpenID provider"):
        discover(provider.issuer, patience_seconds=0)


def test_what_is_no_provider_is_refused(provider: Metadata) -> None:
    provider.answer = {"hello": "world"}
    with pytest.raises(LearnspaceError, match="does not answer as an OpenID provider"):
        discover(provider.issuer, patience_seconds=0)


def test_a_provider_that_speaks_for_another_is_refused(provider: Metadata) -> None:
    provider.answer["issuer"] = "https://other.example.org"
    with pytest.raises(LearnspaceError, match=r"other\.example\.org"):
        discover(provider.issuer)


@pytest.mark.parametrize(
    ("info", "claim", "groups"),
    [
        ({"groups": ["a", "b"]}, "groups", {"a", "b"}),
        ({"groups": "class 7a"}, "groups", {"class 7a"}),
        ({"groups": [1, None, {"a": 1}, "a"]}, "groups", {"a"}),
        ({"groups": {"a": 1}}, "groups", set()),
        ({"groups": None}, "groups", set()),
        ({}, "groups", set()),
        ({"realm": {"roles": ["a"]}}, "realm.roles", {"a"}),
        ({"realm": "x"}, "realm.roles", set()),
        ({"https://example.org/groups": ["a"]}, "https://example.org/groups", {"a"}),
    ],
)
def test_groups_are_read_from_the_claim(info: dict[str, Any], claim: str, groups: set[str]) -> None:
    assert groups_in(info, claim) == groups


@pytest.mark.parametrize(("value", "text"), [("Tara", "Tara"), ("x" * 11, ""), (7, ""), (None, "")])
def test_a_text_that_does_not_fit_is_left_out(value: object, text: str) -> None:
    assert text_in({"name": value}, "name", 10) == text


@pytest.fixture
def authenticator(settings: Settings, school: Database) -> OidcAuthenticator:
    return OidcAuthenticator(
        database_url=settings.database_url,
        institution="school",
        roles={"teachers": "teacher:art"},
        groups_claim="groups",
        username_claim="preferred_username",
    )


async def check_allowed(authenticator: OidcAuthenticator, username: str, **info: object) -> bool:
    return await authenticator.check_allowed(username, {"name": username, "auth_state": {"oauth_user": info}})


async def refused(authenticator: OidcAuthenticator, username: str, **info: object) -> bool:
    with pytest.raises(HTTPError) as error:
        await check_allowed(authenticator, username, **info)
    return error.value.status_code == 403


async def test_a_mapped_group_lets_in_with_its_role(authenticator: OidcAuthenticator, school: Database) -> None:
    assert await check_allowed(authenticator, "zoe", groups=["teachers"], name="z" * 500, email="e" * 500)
    with school.read() as session:
        zoe = store.find_person(session, "zoe")
    assert zoe is not None
    assert zoe.has("teacher", "art")


async def test_two_browsers_of_a_new_person_arrive_at_once(authenticator: OidcAuthenticator) -> None:
    arrivals = [check_allowed(authenticator, "zoe", groups=["teachers"]) for _ in range(2)]
    assert await asyncio.gather(*arrivals) == [True, True]


@pytest.mark.parametrize("groups", [[], ["elsewhere"], "teacher", None])
async def test_a_stranger_is_not_let_in_nor_made(
    authenticator: OidcAuthenticator, school: Database, groups: object
) -> None:
    assert await refused(authenticator, "zoe", groups=groups)
    with school.read() as session:
        assert store.find_person(session, "zoe") is None


async def test_who_is_on_a_roster_needs_no_group(authenticator: OidcAuthenticator) -> None:
    assert await check_allowed(authenticator, "amy")


async def test_a_person_without_any_role_is_not_let_in(authenticator: OidcAuthenticator) -> None:
    assert await refused(authenticator, "nobody")


@pytest.mark.parametrize("claimed", ["Amy", "AMY", "amy ", "ａｍｙ", "../amy", "", None, ["amy"], "a" * 64])
def test_nobody_becomes_somebody_else(authenticator: OidcAuthenticator, claimed: object) -> None:
    with pytest.raises(HTTPError) as error:
        authenticator.user_info_to_username({"preferred_username": claimed})
    assert error.value.status_code == 403
