"""Forms of the pages outside Lab: read only from who is signed in, small, and with proof of where they come from."""

from __future__ import annotations

import secrets
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from learnspace_core.errors import LearnspaceError
from learnspace_core.signin import Reader

LARGEST = 20_000
FIELD = "csrf"


def csrf_token(request: Request) -> str:
    """Return the token of this browser's session, which every form of a page carries in its field ``csrf``.

    The session's cookie is SameSite=Lax already; the token holds where a browser does not know that, and against
    another site of the same domain.
    """
    token: str = request.session.setdefault(FIELD, secrets.token_urlsafe(24))
    return token


async def _sent(request: Request, _reader: Reader) -> dict[str, str]:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST:
            raise LearnspaceError("too_large", f"A form may have {LARGEST} bytes. Shorten what you wrote.", 413)
    try:
        values = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=50))
    except ValueError as error:
        raise LearnspaceError("bad_request", "The form did not arrive whole. Go back and try again.") from error
    known = request.session.get(FIELD, "")
    if not known or not secrets.compare_digest(known.encode(), values.pop(FIELD, "").encode()):
        raise LearnspaceError("form_expired", "This page was open for too long. Go back, reload it and try again.", 403)
    return values


SentForm = Annotated[dict[str, str], Depends(_sent)]
"""The fields of a form that this browser got from one of our pages."""
