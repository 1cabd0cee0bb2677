"""Pages on the hub's side: templates of every feature, rendered in the reader's language."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, select_autoescape

from learnspace_core.features import FEATURES
from learnspace_core.settings import PREFIX
from learnspace_core.words import language_of, translator
from learnspace_people.models import Person

_root = Path(__file__).parent.parent
_environment = Environment(
    loader=ChoiceLoader([FileSystemLoader(_root / feature / "pages") for feature in FEATURES]),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def page(request: Request, template: str, *, person: Person | None, status: int = 200, **values: Any) -> HTMLResponse:
    """Render a template of a feature's ``pages/`` as a whole page."""
    language = language_of(request.headers.get("accept-language", ""))
    html = _environment.get_template(template).render(
        _=translator(language), language=language, prefix=PREFIX, person=person, exact=_exact, **values
    )
    return HTMLResponse(html, status_code=status, headers=SECURITY_HEADERS | {"Vary": "Accept-Language, Cookie"})


def _exact(time: datetime) -> str:
    """Return the time in UTC for a ``<time>`` element, whose script shows it in the reader's zone."""
    return time.strftime("%Y-%m-%d %H:%M UTC")
