"""The language of a page: English is written in the templates, Simplified Chinese stands in one catalogue."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "zh-CN")


def language_of(accept_language: str) -> str:
    """Return the first language of an Accept-Language header that we have."""
    wanted = []
    for part in accept_language.split(","):
        tag, _, quality = part.partition(";q=")
        try:
            wanted.append((-float(quality or 1), tag.strip().lower()))
        except ValueError:
            continue
    for _, tag in sorted(wanted, key=lambda pair: pair[0]):
        if tag.startswith("zh"):
            return "zh-CN"
        if tag.startswith("en"):
            return "en"
    return "en"


def translator(language: str) -> Callable[..., str]:
    """Return the function that templates call as ``_("Text with {name}", name=…)``."""
    catalogue = _catalogue() if language == "zh-CN" else {}

    def translate(text: str, **values: object) -> str:
        return catalogue.get(text, text).format(**values) if values else catalogue.get(text, text)

    return translate


@cache
def _catalogue() -> dict[str, str]:
    path = Path(__file__).parent / "locale" / "zh_CN" / "pages.json"
    words: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return words
