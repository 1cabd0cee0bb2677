"""What a feature's ``service.py`` hangs its verbs and pages on, each at its whole address.

Routers within routers would be matched anew at every level, with every request.
"""

from __future__ import annotations

from fastapi import APIRouter

from learnspace_core.settings import PREFIX


def api_router(tag: str, prefix: str = "") -> APIRouter:
    """Return a router for verbs.

    Args:
        tag: under which the API's own description lists them.
        prefix: what their addresses have in common, from the API's own on.
    """
    return APIRouter(prefix=f"{PREFIX}/api{prefix}", tags=[tag])


def page_router() -> APIRouter:
    """Return a router for pages."""
    return APIRouter(prefix=PREFIX, include_in_schema=False)
