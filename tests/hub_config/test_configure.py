"""Each fact of the hub's configuration, with no hub running."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from traitlets.config import Config

from hub_config.authentication import configure_authentication
from hub_config.configure import configure
from hub_config.pages import TEMPLATES, configure_pages
from hub_config.passwords import PasswordAuthenticator
from hub_config.proxy import configure_proxy
from hub_config.roles import configure_roles
from hub_config.services import configure_services, culler_command, culler_environment
from learnspace_core.errors import LearnspaceError
from learnspace_core.settings import Settings, parse_settings


def settings_in(state: Path, **tree: Any) -> Settings:
    return parse_settings(tree).model_copy(update={"state": state})


@pytest.fixture
def plain(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


@pytest.fixture
def public(tmp_path: Path) -> Settings:
    return settings_in(tmp_path, front={"public_url": "https://learn.example.org/"})


@pytest.fixture
def c() -> Config:
    return Config()


def test_configuring_twice_gives_the_same(plain: Settings) -> None:
    once, twice = Config(), Config()
    for c in (once, twice, twice):
        configure(c, plain)
        c.Spawner.pre_spawn_hook = None  # a closure, made anew each time
    assert once == twice


def test_the_proxy_outlives_the_hub(c: Config, plain: Settings) -> None:
    configure_proxy(c, plain)
    assert (c.ConfigurableHTTPProxy.should_start, c.JupyterHub.cleanup_proxy) == (False, False)


def test_the_hub_is_reached_through_the_front_door_only(c: Config, plain: Settings) -> None:
    configure_proxy(c, plain)
    assert c.JupyterHub.hub_bind_url == "http://127.0.0.1:8102"


def test_the_hub_knows_the_address_that_people_type(c: Config, public: Settings) -> None:
    configure_proxy(c, public)
    assert c.JupyterHub.public_url == "https://learn.example.org/"


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "https://learn.example.org"])
def test_cookies_are_secure_behind_https(c: Config, tmp_path: Path, url: str) -> None:
    configure_proxy(c, settings_in(tmp_path, front={"public_url": url}))
    assert c.JupyterHub.tornado_settings["cookie_options"] == {"samesite": "Lax", "secure": url.startswith("https")}


def test_the_address_of_a_browser_is_not_that_of_our_proxies(c: Config, plain: Settings) -> None:
    configure_proxy(c, plain)
    assert c.JupyterHub.trusted_downstream_ips == ["127.0.0.1", "::1"]


def test_sessions_outlive_the_hub(plain: Settings) -> None:
    secrets = []
    for _ in range(2):
        c = Config()
        configure_proxy(c, plain)
        secrets.append(c.JupyterHub.cookie_secret)
    assert secrets[0] == secrets[1]
    assert len(secrets[0]) == 32


def test_without_a_setting_people_sign_in_with_passwords(c: Config, plain: Settings) -> None:
    configure_authentication(c, plain)
    assert c.JupyterHub.authenticator_class is PasswordAuthenticator


def test_oidc_without_a_provider_is_refused(c: Config, tmp_path: Path) -> None:
    with pytest.raises(LearnspaceError, match=r"signin\.oidc\.issuer"):
        configure_authentication(c, settings_in(tmp_path, signin={"method": "oidc"}))


def test_nobody_is_an_administrator_of_the_hub(c: Config, plain: Settings) -> None:
    configure(c, plain)
    assert "admin_users" not in c.Authenticator
    assert [role["services"] for role in c.JupyterHub.load_roles] == [["culler"], ["people"]]


def test_people_may_use_the_service(c: Config, plain: Settings) -> None:
    configure_roles(c, plain)
    assert c.JupyterHub.extra_user_scopes == ["access:services!service=learnspace"]


def test_a_space_speaks_for_its_owner_to_the_service_and_little_else(c: Config, plain: Settings) -> None:
    configure_roles(c, plain)
    assert set(c.Spawner.server_token_scopes) == {
        "users:activity!user",
        "access:servers!server",
        "read:users:name!user",
        "access:services!service=learnspace",
    }


def test_no_service_is_a_child_of_the_hub(c: Config, plain: Settings) -> None:
    configure_services(c, plain)
    assert not [service for service in c.JupyterHub.services if "command" in service]


def test_the_service_is_reached_on_loopback(c: Config, plain: Settings) -> None:
    configure_services(c, plain)
    assert c.JupyterHub.services[0]["url"] == "http://127.0.0.1:8103"


def test_services_have_tokens_of_their_own(c: Config, plain: Settings) -> None:
    configure_services(c, plain)
    tokens = {service["api_token"] for service in c.JupyterHub.services}
    assert sorted(map(len, tokens)) == [64, 64, 64]


def test_the_culler_has_no_token_in_its_command(plain: Settings) -> None:
    [token] = culler_environment(plain).values()
    assert not [word for word in culler_command(plain) if token in word]


@pytest.mark.parametrize(("minutes", "word"), [(60, "--timeout=3600"), (1, "--cull-every=30"), (0, "infinity")])
def test_spaces_are_stopped_after_the_idle_minutes(tmp_path: Path, minutes: int, word: str) -> None:
    assert word in culler_command(settings_in(tmp_path, spaces={"idle_minutes": minutes}))


def test_pages_are_ours(c: Config, plain: Settings) -> None:
    configure_pages(c, plain)
    assert c.JupyterHub.template_paths == [str(TEMPLATES)]


def test_what_jupyterhub_loads_is_about_ten_lines() -> None:
    config = TEMPLATES.parent / "jupyterhub_config.py"
    assert len(config.read_text(encoding="utf-8").splitlines()) <= 10
