"""HTTP in the learner's own Jupyter server: the base of all handlers, and the verbs that are only passed on."""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from jupyter_server.base.handlers import APIHandler
from tornado.web import HTTPError, authenticated

from learnspace_core.client import ServiceClient
from learnspace_core.errors import LearnspaceError, NotFound
from learnspace_core.paths import check_path

Rows = list[tuple[str, type[APIHandler], dict[str, Any]]]
"""Path below ``learnspace/api/``, handler, and the arguments of its ``initialize``."""
BASE = "learnspace/api/"
SEGMENT = "([^/]+)"
_CODES = {403: "forbidden", 404: "not_found", 405: "method_not_allowed"}

FORWARDED: tuple[tuple[str, frozenset[str]], ...] = (
    (r"(?:me|home|portfolio|resources|teach)", frozenset({"GET"})),
    (r"resources/\d+(?:/preview)?", frozenset({"GET"})),
    (r"submissions/[^/]+/(?:feedback|preview)", frozenset({"GET"})),
    (r"submissions/[^/]+/files/[^/]+\.ipynb", frozenset({"GET"})),
    (r"jobs/[^/]+", frozenset({"GET"})),
    (r"teach/[^/]+/[^/]+/submissions/[^/]+/marks", frozenset({"GET"})),
    (r"teach/[^/]+/[^/]+/(?:grade|return)", frozenset({"POST"})),
    (r"teach/[^/]+/[^/]+/(?:release|check)", frozenset({"GET", "POST"})),
    (r"jobs/[^/]+/cancel", frozenset({"POST"})),
    (r"teach/inbox", frozenset({"GET"})),
    (r"courses", frozenset({"POST"})),
    (r"courses/open", frozenset({"GET"})),
    (r"courses/join", frozenset({"POST"})),
    (r"courses/[^/]+", frozenset({"PUT"})),
    (r"courses/[^/]+/members", frozenset({"GET"})),
    (r"courses/[^/]+/(?:join|leave|teachers|learners|learners/preview|codes|assignments)", frozenset({"POST"})),
    (r"courses/[^/]+/sections", frozenset({"PUT"})),
    (r"courses/[^/]+/(?:teachers|learners|codes)/[^/]+", frozenset({"DELETE"})),
    (r"teach/[^/]+/[^/]+/(?:class|messages|report)", frozenset({"GET"})),
    (r"teach/[^/]+/[^/]+/messages/[^/]+", frozenset({"POST"})),
    (r"teach/[^/]+/[^/]+/versions", frozenset({"GET"})),
    (r"teach/[^/]+/[^/]+/versions/\d+", frozenset({"PUT"})),
    (r"teach/[^/]+/[^/]+/regrade", frozenset({"GET", "POST"})),
    (r"teach/[^/]+/[^/]+/regrade/apply", frozenset({"POST"})),
    (r"assignments/[^/]+/[^/]+/questions", frozenset({"GET"})),
    (r"assignments/[^/]+/[^/]+/progress", frozenset({"PUT"})),
    (r"assignments/[^/]+/[^/]+/messages", frozenset({"GET", "POST"})),
    (r"assignments/[^/]+/[^/]+/solution", frozenset({"GET"})),
    (r"assignments/[^/]+/[^/]+/teams", frozenset({"GET", "POST"})),
    (r"assignments/[^/]+/[^/]+/team", frozenset({"PUT", "DELETE"})),
    (r"teach/[^/]+/[^/]+/teams", frozenset({"GET", "POST"})),
    (r"teach/[^/]+/[^/]+/teams/random", frozenset({"POST"})),
    (r"teach/[^/]+/[^/]+/teams/[^/]+(?:/members/[^/]+)?", frozenset({"PUT", "DELETE"})),
    (r"teach/[^/]+/[^/]+/settings", frozenset({"GET", "PUT"})),
    (r"teach/[^/]+/accommodations", frozenset({"GET", "POST"})),
    (r"teach/[^/]+/accommodations/[^/]+", frozenset({"PUT", "DELETE"})),
    (r"teach/[^/]+/marks\.csv", frozenset({"GET"})),
    # Last: what has a word of its own in the place of the assignment's name stands above.
    (r"teach/[^/]+/[^/]+", frozenset({"DELETE"})),
)
"""Path below ``learnspace/api/`` and the methods that are passed on as they are; rights are the service's."""


class LearnspaceHandler(APIHandler):
    """Answers every failure in the one shape and knows the service and the home."""

    @property
    def client(self) -> ServiceClient:
        """The service as this space may call it, one client for the whole server."""
        return client_of(self.settings)

    @property
    def home(self) -> Path:
        """The root of this Jupyter server."""
        return Path(self.contents_manager.root_dir)

    def answer(self, value: Any, status: int = 200) -> None:
        """Finish with a JSON value."""
        self.set_status(status)
        self.finish(json.dumps(value))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer any exception with its code, its message and its status, never with a traceback."""
        error = _as_learnspace_error(kwargs.get("exc_info", (None, None))[1], status_code)
        self.set_header("Content-Type", "application/json")
        self.answer(error.as_json(), error.status)

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Log what is a fault of ours; what a person is told about is no fault."""
        if not isinstance(value, LearnspaceError):
            super().log_exception(typ, value, tb)


def client_of(settings: MutableMapping[str, Any]) -> ServiceClient:
    """Return the client of the server with these settings, made when it is first needed."""
    if "learnspace_client" not in settings:
        settings["learnspace_client"] = ServiceClient.from_environment()
    client: ServiceClient = settings["learnspace_client"]
    return client


class ForwardHandler(LearnspaceHandler):
    """Passes a verb on to the service and its answer back."""

    def initialize(self, methods: frozenset[str]) -> None:
        """Take the methods that are passed on at this path."""
        self.methods = methods

    @authenticated
    async def get(self) -> None:
        """Pass a GET on."""
        await self._forward()

    @authenticated
    async def post(self) -> None:
        """Pass a POST on."""
        await self._forward()

    @authenticated
    async def put(self) -> None:
        """Pass a PUT on."""
        await self._forward()

    @authenticated
    async def delete(self) -> None:
        """Pass a DELETE on."""
        await self._forward()

    async def _forward(self) -> None:
        method = self.request.method
        if method not in self.methods:
            raise HTTPError(405)
        path = service_path(self.request.path.removeprefix(self.base_url + BASE))
        body: dict[str, Any] = {}
        if method != "GET":
            body = {"content": self.request.body, "headers": {"Content-Type": "application/json"}}
        query = f"?{self.request.query}" if self.request.query else ""
        answer = await self.client.request(method, path + query, **body)
        self.set_status(answer.status_code)
        if "Content-Disposition" in answer.headers:
            self.set_header("Content-Disposition", answer.headers["Content-Disposition"])
        self.finish(answer.content or None, set_content_type=answer.headers.get("Content-Type", "application/json"))


def service_path(raw: str) -> str:
    """Return a path of the service made of the same segments; one that would lead elsewhere is not found."""
    try:
        return address(*(check_segment(unquote(segment)) for segment in raw.split("/")))
    except LearnspaceError as error:
        raise NotFound("The address") from error


def check_segment(segment: str) -> str:
    """Return a course's, assignment's or submission's name that may stand in a path, or raise ``bad_path``."""
    if "/" in segment:
        raise NotFound("The address")
    return check_path(segment)


def address(*segments: str) -> str:
    """Return an address at the service, with each segment quoted."""
    return "/".join(quote(segment, safe="") for segment in segments)


def file_address(folder: str, path: str) -> str:
    """Return the address of a file below an address of the service."""
    return f"{folder}/files/{quote(path)}"


def _as_learnspace_error(error: BaseException | None, status: int) -> LearnspaceError:
    if isinstance(error, LearnspaceError):
        return error
    if isinstance(error, HTTPError) and status < 500:
        code = _CODES.get(status, "bad_request")
        return LearnspaceError(code, f"{error.log_message or error.reason or code}. Reload the page.", status)
    return LearnspaceError(
        "internal_error", "Something went wrong in your space. Try again; if it stays, tell your teacher.", 500
    )


handlers: Rows = [(path, ForwardHandler, {"methods": methods}) for path, methods in FORWARDED]
