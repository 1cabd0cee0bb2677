"""What every class of the exchange stands on: the service called from synchronous code, errors as nbgrader's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx
from nbgrader.exchange import abc
from traitlets import Bool, Unicode

from learnspace_core.client import ServiceClient
from learnspace_core.errors import LearnspaceError
from learnspace_core.routes import address, check_segment

Answer = TypeVar("Answer")


class Exchange(abc.Exchange):
    """The exchange is the service; who asks is known from the space's token, never from ``--student``."""

    path_includes_course = Bool(False, help="Keep assignments in a folder for each course.").tag(config=True)
    root = Unicode("", help="Not used: there is no exchange directory.").tag(config=True)
    cache = Unicode("", help="Not used: the platform keeps what was handed in.").tag(config=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # nbgrader's assignment list enters this folder before it asks for anything.
        with suppress(OSError):
            self.home.mkdir(parents=True, exist_ok=True)

    def init_src(self) -> None:
        """Nothing stands ready: there is no shared directory."""

    def init_dest(self) -> None:
        """Nothing stands ready: there is no shared directory."""

    def ask(self, verbs: Callable[[ServiceClient], Awaitable[Answer]]) -> Answer:
        """Run verbs of the service and return their answer; an event loop may be running in this thread.

        Raises:
            ExchangeError: for every error of the service, of the network, or of the files.
        """

        async def run() -> Answer:
            client = ServiceClient.from_environment()
            try:
                return await verbs(client)
            finally:
                await client.close()

        try:
            with ThreadPoolExecutor(1) as thread:
                return thread.submit(lambda: asyncio.run(run())).result()
        except LearnspaceError as error:
            self.fail(error.message)
            raise
        except OSError as error:
            self.fail(f"The files cannot be read or written: {error}")
            raise
        except (ValueError, KeyError, TypeError, httpx.InvalidURL) as error:
            # Something else than the service answered, or a service of another version.
            self.log.debug("the answer was not understood", exc_info=True)
            self.fail(
                f"The platform's answer cannot be read ({type(error).__name__}). Restart your space and try again."
            )
            raise

    @property
    def home(self) -> Path:
        """The folder below which fetched assignments stand."""
        return Path(self.assignment_dir).absolute()

    def folder(self, course: str, name: str) -> str:
        """Return where an assignment stands, relative to ``home``."""
        place = check_segment(name)
        return f"{check_segment(course)}/{place}" if self.path_includes_course else place

    def names(self) -> tuple[str, str]:
        """Return the course and the assignment that the command is about."""
        course, name = self.coursedir.course_id, self.coursedir.assignment_id
        if not course:
            self.fail("No course id specified. Re-run with --course flag.")
        try:
            return check_segment(course), check_segment(name)
        except LearnspaceError as error:
            self.fail(error.message)
            raise

    @property
    def there(self) -> str:
        """The assignment's address at the service."""
        return address("assignments", *self.names())

    @property
    def taught(self) -> str:
        """The assignment's address at the service, for its teachers."""
        return address("teach", *self.names())


def timestamp(at: datetime) -> str:
    """Return a time as nbgrader writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC")


def feedback_folder(folder: str, received_at: datetime) -> str:
    """Return where the feedback on a submission stands, in the assignment's folder, as nbgrader names it."""
    return f"{folder}/feedback/{timestamp(received_at)}"


def notebook_ids(files: list[Any]) -> list[str]:
    """Return the names of the notebooks at the top of a manifest."""
    return sorted(
        file.path[: -len(".ipynb")] for file in files if file.path.endswith(".ipynb") and "/" not in file.path
    )
