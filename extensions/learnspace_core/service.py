"""HTTP of the service itself: is it up. Rights: anyone may ask."""

from __future__ import annotations

from fastapi import Request
from sqlalchemy import text

from learnspace_core.database import Database
from learnspace_core.routers import api_router

api = api_router("service")


@api.get("/health")
def health(request: Request) -> dict[str, str]:
    """Say that the service and its database answer."""
    database: Database = request.app.state.database
    with database.read() as session:
        session.execute(text("SELECT 1"))
    return {"status": "ok"}
