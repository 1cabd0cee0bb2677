"""Group commit: changes that wait at the same time share one transaction, and so one sync of the disk.

Each is answered only after that commit. A change may refuse or fail without harm to the others.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from learnspace_core.database import Database

T = TypeVar("T")

log = logging.getLogger(__name__)

MOST = 64
"""Changes in one transaction; it bounds how long the lock of SQLite is held."""

Outcome = tuple[Any, Exception | None]


class GroupCommit:
    """Makes changes for many requests, one transaction after the other."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._thread = ThreadPoolExecutor(1, "group-commit")
        self._waiting: list[tuple[Callable[[Session], Any], asyncio.Future[Any]]] = []
        self._work: asyncio.Task[None] | None = None

    async def run(self, change: Callable[[Session], T]) -> T:
        """Make the change and return its value; what it did is on disk then, or an exception says that it is not.

        Args:
            change: called in another thread with the session of a write transaction. It may be called again, in a new
                transaction, after the first was rolled back; it must do nothing but through the session.
        """
        outcome: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((change, outcome))
        if self._work is None:
            self._work = asyncio.create_task(self._commit_all())
        return await outcome

    async def _commit_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            changes = [change for change, _ in batch]
            outcomes = await asyncio.get_running_loop().run_in_executor(self._thread, self._commit, changes)
            for (_, future), (value, error) in zip(batch, outcomes, strict=True):
                # Whoever asked may have gone meanwhile.
                if future.cancelled():
                    continue
                if error is None:
                    future.set_result(value)
                else:
                    future.set_exception(error)
        self._work = None

    def _commit(self, changes: list[Callable[[Session], Any]]) -> list[Outcome]:
        if len(changes) > 1:
            try:
                with self.database.write() as session:
                    values = [change(session) for change in changes]
            except Exception as error:  # Whatever it was: it meets the right one below.
                log.debug("one of %d changes did not work, each is made alone: %s", len(changes), error)
            else:
                return [(value, None) for value in values]
        return [self._commit_alone(change) for change in changes]

    def _commit_alone(self, change: Callable[[Session], Any]) -> Outcome:
        try:
            try:
                return self._once(change), None
            except IntegrityError:
                # Another process did the same at the same time: now the change finds it done.
                return self._once(change), None
        except Exception as error:  # Handed to who asked for this change.
            return None, error

    def _once(self, change: Callable[[Session], Any]) -> Any:
        with self.database.write() as session:
            return change(session)
