"""Bodies of requests: read only from who is signed in, and never more of them than a verb may take.

FastAPI reads a whole body, onto the disk if it is an upload, before it asks who sends it.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from learnspace_core.errors import LearnspaceError
from learnspace_core.settings import PREFIX
from learnspace_core.signin import NotSignedIn, bearer_token

LARGEST_JSON = 1_000_000
ROOM_FOR_NAMES = 2_000_000
"""What the names and headers of an upload's files may take besides their bytes."""


class BodyGuard:
    """ASGI middleware in front of the API's verbs that take a body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer in its place."""
        takes_body = scope["type"] == "http" and scope["method"] in ("POST", "PUT", "PATCH", "DELETE")
        if not takes_body or not scope["path"].startswith(f"{PREFIX}/api/"):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        try:
            token = bearer_token(request)
            username = await request.app.state.identify(token) if token else None
            if username is None:
                raise NotSignedIn
        except LearnspaceError as error:
            await JSONResponse(error.as_json(), error.status)(scope, receive, send)
            return
        request.state.username = username
        await self._pass_on(request, receive, send)

    async def _pass_on(self, request: Request, receive: Receive, send: Send) -> None:
        upload = request.headers.get("content-type", "").lower().startswith("multipart/")
        most = request.app.state.settings.uploads.total_bytes + ROOM_FOR_NAMES if upload else LARGEST_JSON
        taken = 0

        async def take() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            # Whoever reads on finds the line closed.
            return message if taken <= most else {"type": "http.disconnect"}

        async def answer(message: Message) -> None:
            if taken <= most:
                await send(message)
            elif message["type"] == "http.response.start":
                error = LearnspaceError("too_large", f"More than {most} bytes were sent. Remove or shorten files.", 413)
                await JSONResponse(error.as_json(), error.status)(request.scope, receive, send)

        await self.app(request.scope, take, answer)
