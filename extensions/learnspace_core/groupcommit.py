"""Group commit: changes that wait at the same time share one transaction, and so one sync of the disk.

Each is answered only after that commit. A change may refuse or fail without harm to the others.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from learnspace_core.batches import Batches
from learnspace_core.database import Database

T = TypeVar("T")
Change = Callable[[Session], Any]

log = logging.getLogger(__name__)


class GroupCommit:
    """Makes changes for many requests, one transaction after the other."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._batches: Batches[Change, Any] = Batches("group-commit", self._commit)

    async def run(self, change: Callable[[Session], T]) -> T:
        """Make the change and return its value; what it did is on disk then, or an exception says that it is not.

        Args:
            change: called in another thread with the session of a write transaction. It may be called again, in a new
                transaction, after the first was rolled back; it must do nothing but through the session.
        """
        value: T = await self._batches.run(change)
        return value

    def _commit(self, changes: list[Change]) -> list[Any]:
        if len(changes) > 1:
            try:
                with self.database.write() as session:
                    values = [change(session) for change in changes]
            except Exception as error:  # Whatever it was: it meets the right one below.
                log.debug("one of %d changes did not work, each is made alone: %s", len(changes), error)
            else:
                return values
        return [self._commit_alone(change) for change in changes]

    def _commit_alone(self, change: Change) -> Any:
        try:
            try:
                return self._once(change)
            except IntegrityError:
                # Another process did the same at the same time: now the change finds it done.
                return self._once(change)
        except Exception as error:  # Handed to who asked for this change.
            return error

    def _once(self, change: Change) -> Any:
        with self.database.write() as session:
            return change(session)
