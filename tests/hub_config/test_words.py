"""Every text of the hub's own pages is there in Simplified Chinese, filled in or not."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from jinja2 import Environment, nodes

from hub_config import oidc
from hub_config.pages import TEMPLATES
from hub_config.passwords import TooManyTries
from hub_config.tenants import SpaceRefused, read_tenant
from hub_config.words import catalogue, in_chinese, is_ours
from learnspace_core.database import Database
from learnspace_core.settings import Oidc


def texts() -> Iterator[str]:
    """Return every text in a template that begins like a sentence: those in calls, tables and choices alike."""
    for template in TEMPLATES.glob("*.html"):
        parsed = Environment().parse(template.read_text(encoding="utf-8"))
        for const in parsed.find_all(nodes.Const):
            if isinstance(const.value, str) and re.match(r"[A-Z][a-z]+( |$)", const.value):
                yield const.value


def test_every_text_of_the_templates_is_there() -> None:
    found = set(texts())
    assert len(found) > 30
    assert found - set(catalogue()) == set()


def test_no_text_of_the_catalogue_is_dead() -> None:
    sources = "".join(
        path.read_text(encoding="utf-8") for path in TEMPLATES.parent.rglob("*.*") if path.suffix in (".py", ".html")
    )
    others = {"Invalid username or password", "Login form invalid or expired. Try again.", Oidc().label}
    # Placeholders are filled by f-strings, long texts are broken over lines: the first words tell.
    dead = [text for text in catalogue() if text not in others and re.sub(r"^\{\w+\} ", "", text)[:30] not in sources]
    assert dead == []


@pytest.mark.parametrize("text", [oidc.UNUSABLE_NAME, oidc.ON_NO_LIST, oidc.INTERRUPTED])
def test_every_refusal_of_a_provider_is_there(text: str) -> None:
    assert text in catalogue()


def test_a_number_does_not_defeat_the_catalogue() -> None:
    assert in_chinese(TooManyTries(17).jupyterhub_message) == "密码错误次数过多。请等 17 秒再试。"


def test_a_name_does_not_defeat_the_catalogue(school: Database) -> None:
    with pytest.raises(SpaceRefused) as refused:
        read_tenant(school, "nobody")
    assert in_chinese(refused.value.jupyterhub_message).startswith("nobody 还不在任何名单上")


def test_values_are_filled_in() -> None:
    assert in_chinese("Sign in with {service}", service="{x}") == "用 {x} 登录"


def test_the_usual_name_of_the_provider_is_there() -> None:
    assert Oidc().label in catalogue()


def test_placeholders_are_the_same_in_both_languages() -> None:
    def placeholders(text: str) -> list[str]:
        return sorted(re.findall(r"\{\w+\}", text))

    assert [text for text, chinese in catalogue().items() if placeholders(text) != placeholders(chinese)] == []


@pytest.mark.parametrize("text", [None, "", "Spawner failed to start [status=1].", "No access to resources"])
def test_what_jupyterhub_says_to_operators_is_not_ours(text: str | None) -> None:
    assert not is_ours(text)


def test_pages_load_nothing_from_elsewhere() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.iterdir())
    assert re.findall(r"(?:https?:)?//[\w.]+", sources.replace("http://www.w3.org/2000/svg", "")) == []
