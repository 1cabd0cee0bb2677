"""Batches: what requests that wait at the same time want is done together, in one thread and with one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

MOST = 64
"""Items in one batch; it bounds how long the first of them waits for the last."""

Item = TypeVar("Item")
Value = TypeVar("Value")


class Batches(Generic[Item, Value]):
    """Does work for many requests, one batch after the other; nothing joins a batch that was begun.

    Args:
        name: of the thread.
        work: called in that thread with the items of a batch; returns the value, or the error, of each. What it raises
            is every item's error.
    """

    def __init__(self, name: str, work: Callable[[list[Item]], list[Value | Exception]]) -> None:
        self._work = work
        self._thread = ThreadPoolExecutor(1, name)
        self._waiting: list[tuple[Item, asyncio.Future[Value]]] = []
        self._task: asyncio.Task[None] | None = None

    async def run(self, item: Item) -> Value:
        """Have the work done for this item; return its value or raise its error."""
        outcome: asyncio.Future[Value] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, outcome))
        if self._task is None:
            self._task = asyncio.create_task(self._work_all())
        return await outcome

    async def _work_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            outcomes = await asyncio.get_running_loop().run_in_executor(
                self._thread, self._outcomes, [item for item, _ in batch]
            )
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                # Whoever asked may have gone meanwhile.
                if future.cancelled():
                    continue
                if isinstance(outcome, Exception):
                    future.set_exception(outcome)
                else:
                    future.set_result(outcome)
        self._task = None

    def _outcomes(self, items: list[Item]) -> list[Value | Exception]:
        try:
            return self._work(items)
        except Exception as error:  # Handed to all who asked.
            return [error for _ in items]
