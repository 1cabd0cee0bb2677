"""The language of the hub's own pages: English stands in the templates, Chinese in ``templates/zh_CN.json``."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, pass_context
from jinja2.ext import Extension
from jinja2.runtime import Context

from learnspace_core.words import language_of

CATALOGUE = Path(__file__).parent / "templates" / "zh_CN.json"


class Words(Extension):
    """Gives templates ``_("English text", name=…)``, ``language()`` and ``is_ours(text)``.

    The language is that of ``?lang=``, else of the reader's browser.
    """

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.globals["_"] = translate
        environment.globals["language"] = page_language
        environment.globals["is_ours"] = is_ours


@pass_context
def page_language(context: Context) -> str:
    """Return ``en`` or ``zh-CN``."""
    # JupyterHub hands templates no request; this bound method of its handler is the one way to it.
    handler: Any = context["static_url"].__self__
    asked = handler.get_argument("lang", default="")
    return language_of(asked or handler.request.headers.get("Accept-Language", ""))


@pass_context
def translate(context: Context, text: str, **values: object) -> str:
    """Return the text in the page's language, with its values filled in.

    A text that JupyterHub hands on filled in already, such as an error's message, is known by its pattern.
    """
    if page_language(context) == "zh-CN":
        return in_chinese(text, **values)
    return text.format(**values) if values else text


def is_ours(text: str | None) -> bool:
    """Tell whether the text was written for the people who read our pages; JupyterHub's own are for operators."""
    return bool(text) and _found(str(text)) is not None


def in_chinese(text: str, **values: object) -> str:
    """Return the text in Simplified Chinese, or as it is if the catalogue does not have it."""
    chinese, found = _found(text) or (text, {})
    values = {**found, **values}
    return chinese.format(**values) if values else chinese


def _found(text: str) -> tuple[str, dict[str, str]] | None:
    """Return the Chinese for a text, as written in a template or filled in, and what it is filled with."""
    if text in catalogue():
        return catalogue()[text], {}
    for pattern, chinese in _patterns():
        if match := pattern.fullmatch(text):
            return chinese, match.groupdict()
    return None


@cache
def catalogue() -> dict[str, str]:
    """Return English to Simplified Chinese."""
    words: dict[str, str] = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    return words


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    placeholder = re.compile(r"\\\{(\w+)\\\}")
    return [
        (re.compile(placeholder.sub(r"(?P<\1>.+)", re.escape(english)), re.DOTALL), chinese)
        for english, chinese in catalogue().items()
        if "{" in english
    ]
