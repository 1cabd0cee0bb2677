"""The factory of the service: one FastAPI app with every feature's router and pages."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from types import ModuleType

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import DataError, OperationalError
from starlette.exceptions import HTTPException
from starlette.middleware.sessions import SessionMiddleware
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

from learnspace_core import signin
from learnspace_core.blobs import BlobStore
from learnspace_core.bodies import BodyGuard
from learnspace_core.database import Database, database_fault
from learnspace_core.errors import LearnspaceError
from learnspace_core.features import load_all
from learnspace_core.groupcommit import GroupCommit
from learnspace_core.jobs import Queue
from learnspace_core.keys import secret
from learnspace_core.rendering import page
from learnspace_core.settings import PREFIX, Settings

HTTP_WORDS = {
    404: ("not_found", "There is nothing at this address. Check it, or go back to your start page."),
    405: ("method_not_allowed", "This address does not take that kind of request."),
}

log = logging.getLogger(__name__)


def make_app(settings: Settings, identify: signin.Identify | None = None) -> FastAPI:
    """Return the service.

    Args:
        settings: the settings of this installation; its database must be at the newest schema.
        identify: who a token belongs to; without it the hub is asked.
    """
    database = Database(settings.database_url)
    blobs = BlobStore(settings.state / "blobs")

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        blobs.remove_leftovers()
        yield
        database.close()

    app = FastAPI(
        title="Learnspace",
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{PREFIX}/api/openapi.json",
        lifespan=lifespan,
        routes=_routes(),
    )
    app.state.settings = settings
    app.state.database = database
    app.state.blobs = blobs
    app.state.commits = GroupCommit(database)
    app.state.queues = {name: Queue(settings, name, database, blobs) for name in ("background", "grading")}
    app.state.auth = signin.hub_oauth(settings)
    app.state.callers = signin.Callers(database)
    app.state.owners = signin.Owners()
    app.state.identify = identify or signin.identify_with(app.state.auth, keep_answers=True)
    app.state.identify_now = identify or signin.identify_with(app.state.auth, keep_answers=False)

    app.add_middleware(
        PageSessions,
        secret_key=secret(settings.state, "session_secret"),
        session_cookie="learnspace-session",
        path=PREFIX,
        same_site="lax",
        https_only=settings.public_url.startswith("https"),
        max_age=12 * 3600,
    )
    app.add_middleware(BodyGuard)
    _map_errors(app)
    return app


class PageSessions(SessionMiddleware):
    """Sessions of pages; a verb has none."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with its session if it is for a page."""
        is_verb = scope["type"] == "http" and scope["path"].startswith(f"{PREFIX}/api/")
        await (self.app(scope, receive, send) if is_verb else super().__call__(scope, receive, send))


def parts_of(room: ModuleType) -> tuple[ModuleType, ...]:
    """Return the modules with the routers ``api`` and ``pages`` of a feature's ``service``; a small one is its own."""
    parts: tuple[ModuleType, ...] = getattr(room, "PARTS", (room,))
    return parts


@cache
def _routes() -> list[BaseRoute]:
    """Return every feature's routes, which hold no state: FastAPI reads the signatures of all of them but once."""
    every = APIRouter()
    for room in load_all("service"):
        for part in parts_of(room):
            routers = (getattr(part, kind, None) for kind in ("api", "pages"))
            every.routes.extend(route for router in routers if router for route in router.routes)
    every.routes.extend(signin.pages.routes)
    every.mount(f"{PREFIX}/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    return every.routes


def _map_errors(app: FastAPI) -> None:
    """Answer every failure in the one shape: JSON for the API, a page for a browser."""

    def answer(request: Request, error: LearnspaceError) -> Response:
        if request.url.path.startswith(f"{PREFIX}/api/"):
            return JSONResponse(error.as_json(), status_code=error.status)
        return page(request, "error.html", person=None, status=error.status, error=error)

    @app.exception_handler(LearnspaceError)
    async def _known(request: Request, error: LearnspaceError) -> Response:
        return answer(request, error)

    @app.exception_handler(OperationalError)
    async def _database_fault(request: Request, error: OperationalError) -> Response:
        log.error("%s %s: the database answers %s", request.method, request.url.path, error.orig)
        return answer(request, database_fault(error))

    @app.exception_handler(DataError)
    async def _unfit_text(request: Request, error: DataError) -> Response:
        # PostgreSQL keeps no NUL, and nothing longer than its column.
        log.warning("%s %s: the database refuses %s", request.method, request.url.path, error.orig)
        message = "A text is too long, or has a sign that is no character. Correct it and try again."
        return answer(request, LearnspaceError("bad_request", message))

    @app.exception_handler(signin.SignInFirst)
    async def _sign_in_first(request: Request, error: signin.SignInFirst) -> Response:
        return signin.begin(request, error.path)

    @app.exception_handler(RequestValidationError)
    async def _bad_request(request: Request, error: RequestValidationError) -> Response:
        wrong = "; ".join(f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in error.errors())
        return answer(request, LearnspaceError("bad_request", f"The request is not right: {wrong}.", 422))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        code, message = HTTP_WORDS.get(error.status_code, ("bad_request", f"{error.detail}. Check the request."))
        return answer(request, LearnspaceError(code, message, error.status_code))

    @app.exception_handler(Exception)
    async def _unknown(request: Request, error: Exception) -> Response:
        log.exception("%s %s failed", request.method, request.url.path, exc_info=error)
        message = "Something went wrong on the platform. Nothing was changed; try again, or tell your teacher."
        return answer(request, LearnspaceError("internal_error", message, 500))
