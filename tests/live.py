"""The real service on a port of loopback, with a grader beside it, for programs that reach it as a space does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI

from learnspace_core.features import load_all
from learnspace_core.jobs import Queue
from learnspace_core.settings import PREFIX


@dataclass(frozen=True)
class LiveService:
    """Where the service answers; a token is good if it is ``token-`` and the username."""

    app: FastAPI
    url: str

    def environment(self, username: str) -> dict[str, str]:
        """Return what the space of that person has in its environment."""
        return {"LEARNSPACE_SERVICE_URL": self.url, "JUPYTERHUB_API_TOKEN": f"token-{username}"}


@contextmanager
def serve(app: FastAPI) -> Iterator[LiveService]:
    """Serve the app from a thread of this process; the jobs that it adds are done at once, in threads of their own."""
    load_all("jobs")
    for queue in app.state.queues.values():
        queue.wake = _Grader(queue)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    ready = threading.Event()
    while not server.started and thread.is_alive():
        ready.wait(0.005)
    assert server.started, "the service did not start"
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield LiveService(app, f"http://127.0.0.1:{port}{PREFIX}")
    finally:
        server.should_exit = True
        thread.join(20)


class _Grader:
    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    def __call__(self, job_id: str) -> None:
        threading.Thread(target=self._queue.run, args=(job_id,), daemon=True).start()
