"""Sign-in by built-in accounts, against the real tables."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from tornado.web import HTTPError
from traitlets.config import Config

from hub_config.passwords import TRIES_FOR_A_NAME, PasswordAuthenticator, TooManyTries, configure_passwords
from learnspace_core.database import Database
from learnspace_core.settings import Settings
from learnspace_people import store


@pytest.fixture
def authenticator(settings: Settings, school: Database) -> PasswordAuthenticator:
    """Set up as the hub does; of all people only amy has an account."""
    with school.write() as session:
        store.set_password(session, store.ensure_person(session, "amy", "").id, "right")
    c = Config()
    configure_passwords(c, settings)
    authenticator = PasswordAuthenticator(config=c)
    # Time stands still, however long this machine takes for a password.
    authenticator._by_address._clock = authenticator._by_name._clock = lambda: 1000.0
    return authenticator


async def sign_in(
    authenticator: PasswordAuthenticator, username: str, password: str, address: str = "10.0.0.1"
) -> str | None:
    handler = SimpleNamespace(request=SimpleNamespace(remote_ip=address))
    found = await authenticator.get_authenticated_user(handler, {"username": username, "password": password})
    return found["name"] if found else None


@pytest.mark.parametrize("username", ["amy", "Amy", " amy "])
async def test_the_right_password_lets_in(authenticator: PasswordAuthenticator, username: str) -> None:
    assert await sign_in(authenticator, username, "right") == "amy"


@pytest.mark.parametrize(
    ("username", "password"),
    [("amy", "wrong"), ("amy", ""), ("bob", ""), ("ghost", "right"), ("../amy", "right"), ("amy", "right" * 1000)],
)
async def test_nobody_else_gets_in(authenticator: PasswordAuthenticator, username: str, password: str) -> None:
    assert await sign_in(authenticator, username, password) is None


@pytest.mark.parametrize("username", ["amy", "ghost"])
async def test_after_five_wrong_ones_even_the_right_one_waits(
    authenticator: PasswordAuthenticator, username: str
) -> None:
    for _ in range(5):
        assert await sign_in(authenticator, username, "wrong") is None
    with pytest.raises(TooManyTries) as refused:
        await sign_in(authenticator, username, "right")
    assert refused.value.status_code == 429
    assert refused.value.headers == {"Retry-After": "5"}


async def test_a_stranger_does_not_lock_a_learner_out(authenticator: PasswordAuthenticator) -> None:
    for _ in range(5):
        await sign_in(authenticator, "amy", "wrong", "10.0.0.66")
    assert await sign_in(authenticator, "amy", "right", "10.0.0.1") == "amy"


async def test_many_addresses_do_not_help(
    authenticator: PasswordAuthenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authenticator, "_is_right", lambda username, password: False)  # 100 real ones take 10 s
    for number in range(TRIES_FOR_A_NAME):
        await sign_in(authenticator, "amy", "wrong", f"10.0.1.{number}")
    with pytest.raises(TooManyTries):
        await sign_in(authenticator, "amy", "right", "10.0.2.1")


async def test_many_tries_at_once_do_not_slip_through(authenticator: PasswordAuthenticator) -> None:
    tries = [sign_in(authenticator, "amy", "wrong") for _ in range(12)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(answer, TooManyTries) for answer in answers) == 7


async def test_what_is_no_sign_in_form_is_a_mistake(authenticator: PasswordAuthenticator) -> None:
    with pytest.raises(HTTPError) as refused:
        await authenticator.get_authenticated_user(SimpleNamespace(), {})
    assert refused.value.status_code == 400
