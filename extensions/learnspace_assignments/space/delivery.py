"""Delivers what stands in the outbox of a space: at once where that is possible, else again and again until it arrives.

One task at a time for each assignment, oldest hand-in first: what arrives last is the newest for the teacher. The
service knows the same bytes again, so a hand-in that arrived without our knowing is never doubled.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import SystemRandom
from urllib.parse import quote

from learnspace_assignments.models import QueuedHandIn, Receipt, Refusal
from learnspace_assignments.space import receiptfiles
from learnspace_assignments.space.outbox import Entry, Outbox
from learnspace_core import handin
from learnspace_core.client import ServiceClient
from learnspace_core.errors import LearnspaceError
from learnspace_core.homefiles import collect
from learnspace_core.routes import address

FIRST_WAIT = 5.0
"""Seconds before the second try; each further wait is double."""
LONGEST_WAIT = 300.0
PATIENCE = 20.0
"""Seconds that a learner waits for the receipt before the sending goes on in the background."""
PASSING = (401, 408, 425, 429)
"""Answers below 500 that pass by themselves: a sign-in that cannot be checked, a server that has too much to do."""
CUT_OFF = "bad_upload"
"""What the service says of an upload that was cut off on the way."""
NO_ROOM = ("outbox_full", "disk_full", "not_a_folder")

log = logging.getLogger(__name__)
Key = tuple[str, str]
"""Course and name of an assignment."""
Outcome = asyncio.Future["Receipt | LearnspaceError"]
"""The receipt, why it was refused, or why it has to wait."""


def wait_after(tries: int, first: float = FIRST_WAIT) -> float:
    """Return how many seconds to wait after so many tries; a school's spaces must not come back in the same second."""
    return min(first * 2.0 ** min(tries - 1, 30), LONGEST_WAIT) * SystemRandom().uniform(0.75, 1.25)


def passes_by_itself(error: LearnspaceError) -> bool:
    """Tell whether the same hand-in may well be taken later."""
    return error.status >= 500 or error.status in PASSING or error.code == CUT_OFF


class Delivery:
    """Delivers the hand-ins of one home.

    Args:
        home: the root of the Jupyter server.
        client: returns the service as this space may call it.
        note_activity: is called at each try, so that a space is not put to sleep while something waits in it.
        first_wait: seconds before the second try.
        patience: seconds to wait for a receipt before the sending goes on in the background.
    """

    def __init__(
        self,
        home: Path,
        client: Callable[[], ServiceClient],
        note_activity: Callable[[], None] = lambda: None,
        first_wait: float = FIRST_WAIT,
        patience: float = PATIENCE,
    ) -> None:
        self.outbox = Outbox(home)
        self._home = home
        self._client = client
        self._note_activity = note_activity
        self._first_wait = first_wait
        self._patience = patience
        self._running: dict[Key, asyncio.Task[None]] = {}
        self._again: set[Key] = set()
        self._timers: dict[Key, asyncio.TimerHandle] = {}
        self._tries: dict[Key, int] = {}
        self._next: dict[Key, datetime] = {}
        self._trouble: dict[Key, LearnspaceError] = {}
        self._sending: dict[str, int] = {}
        self._new: set[str] = set()
        self._outcomes: dict[Key, dict[str, Outcome]] = {}

    async def start(self) -> None:
        """Take up what an earlier run of this space left in the outbox."""
        await asyncio.to_thread(self.outbox.sweep)
        for key in {_key(entry) for entry in await asyncio.to_thread(self.outbox.entries) if not entry.refused}:
            self._begin_after(key, SystemRandom().uniform(0, self._first_wait))

    async def stop(self) -> None:
        """Stop sending; what has not arrived stays in the outbox."""
        for timer in self._timers.values():
            timer.cancel()
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def hand_in(self, course: str, name: str, folder: str) -> Receipt | QueuedHandIn:
        """Hand in a folder as it is now: return the receipt, or how it waits.

        Raises:
            LearnspaceError: ``not_fetched``, ``not_a_regular_file``, ``bad_path``, ``changed_while_handing_in``, or why
                the service will not take it; nothing then waits.
        """
        paths = await _collect(self._home, folder)
        try:
            entry, new = await asyncio.to_thread(self.outbox.put, course, name, folder, paths)
        except FileNotFoundError as error:
            raise LearnspaceError(
                "changed_while_handing_in", "A file went away while it was handed in. Hand in once more.", 409
            ) from error
        except LearnspaceError as error:
            if error.code not in NO_ROOM:
                raise
            return await self._send_from_folder(course, name, folder, error)
        if new:
            self._new.add(entry.id)
        try:
            return await self._sent(entry)
        except LearnspaceError:
            # The learner reads it now; nothing has to be kept for later.
            await self._remove(entry.id)
            raise

    async def waiting(self) -> list[QueuedHandIn]:
        """Return what has not arrived, oldest first."""
        return [self._shown(entry) for entry in await asyncio.to_thread(self.outbox.entries)]

    async def withdraw(self, entry_id: str) -> None:
        """Take a hand-in out of the outbox, even while it is being sent.

        Raises:
            NotFound: if it is not there: it has arrived, or was withdrawn already.
        """
        entry = await asyncio.to_thread(self.outbox.get, entry_id)
        key = _key(entry)
        task = self._running.get(key)
        if task and entry_id in self._sending:
            task.cancel()
            await asyncio.wait({task})
        await self._remove(entry_id)
        self._settle(entry, LearnspaceError("withdrawn", "You withdrew this hand-in. Hand in again at any time.", 409))
        if any(_key(one) == key and not one.refused for one in await asyncio.to_thread(self.outbox.entries)):
            self._begin(key)
        else:
            self._forget(key)

    async def try_now(self, entry_id: str) -> Receipt | QueuedHandIn:
        """Try a hand-in that waits or was refused again at once.

        Raises:
            NotFound: if it is not there: it has arrived, or was withdrawn.
        """
        entry = await asyncio.to_thread(self.outbox.get, entry_id)
        if entry.refused:
            entry = await asyncio.to_thread(self.outbox.refuse, entry, None)
        try:
            return await self._sent(entry)
        except LearnspaceError:
            return await self._queued(entry_id)

    async def _sent(self, entry: Entry) -> Receipt | QueuedHandIn:
        """Send what waits for the entry's assignment; return the receipt, or how the entry waits or is under way.

        Raises:
            LearnspaceError: why the service will not take the entry.
        """
        new: Outcome = asyncio.get_running_loop().create_future()
        outcome = self._outcomes.setdefault(_key(entry), {}).setdefault(entry.id, new)
        self._begin(_key(entry))
        await asyncio.wait({outcome}, timeout=self._patience)
        if not outcome.done():
            queued = await self._queued(entry.id)
            if not outcome.done():
                return queued
        result = outcome.result()
        if isinstance(result, Receipt):
            return result
        if passes_by_itself(result):
            return await self._queued(entry.id)
        raise result

    def _settle(self, entry: Entry, result: Receipt | LearnspaceError) -> None:
        outcome = self._outcomes.get(_key(entry), {}).pop(entry.id, None)
        if outcome and not outcome.done():
            outcome.set_result(result)

    def _begin(self, key: Key) -> None:
        """See to it that everything of the assignment that waits now is tried now."""
        if timer := self._timers.pop(key, None):
            timer.cancel()
        self._next.pop(key, None)
        if key in self._running:
            self._again.add(key)
            return
        self._running[key] = asyncio.get_running_loop().create_task(self._run(key))

    def _begin_after(self, key: Key, seconds: float) -> None:
        if timer := self._timers.pop(key, None):
            timer.cancel()
        self._next[key] = datetime.now(UTC) + timedelta(seconds=seconds)
        self._timers[key] = asyncio.get_running_loop().call_later(seconds, self._begin, key)

    async def _run(self, key: Key) -> None:
        try:
            while True:
                self._again.discard(key)
                arrived = await self._deliver(key)
                if key not in self._again:
                    break
        except Exception:  # whatever it is, the learner's work must not wait for ever
            log.exception("handing in %s/%s failed", *key)
            self._wait_for_better_times(key, _unreachable())
            arrived = False
        finally:
            # Nothing waits between the look at _again and here: who begins later finds no task and starts one.
            self._running.pop(key, None)
            self._again.discard(key)
        if arrived:
            self._forget(key)
        else:
            self._begin_after(key, wait_after(self._tries[key], self._first_wait))

    async def _deliver(self, key: Key) -> bool:
        """Send what waits for an assignment, oldest first; tell whether nothing waits any more."""
        entries = [entry for entry in await asyncio.to_thread(self.outbox.entries) if _key(entry) == key]
        for entry in entries:
            if entry.refused:
                continue
            self._note_activity()
            try:
                receipt = await self._send(entry)
            except LearnspaceError as error:
                if passes_by_itself(error):
                    self._new.difference_update(one.id for one in entries)
                    self._wait_for_better_times(key, error)
                    return False
                self._new.discard(entry.id)
                await asyncio.to_thread(self.outbox.refuse, entry, Refusal(code=error.code, message=error.message))
                self._settle(entry, error)
                continue
            await asyncio.to_thread(self._keep, receipt)
            await asyncio.to_thread(self.outbox.remove, entry.id)
            self._new.discard(entry.id)
            self._settle(entry, receipt)
        return True

    async def _send(self, entry: Entry) -> Receipt:
        there = address("assignments", entry.course, entry.assignment, "submissions")
        if entry.id not in self._new:
            there += f"?queued_at={quote(entry.queued_at.isoformat())}"
            if not await asyncio.to_thread(self.outbox.is_whole, entry):
                raise _damaged()

        def sent(size: int) -> None:
            self._sending[entry.id] = size

        sent(0)
        try:
            answer = await handin.send_files(self._client(), "POST", there, self._home, entry.parts(), sent)
            receipt = Receipt.model_validate(answer)
        except ValueError as error:
            log.warning("what answered a hand-in is not the service: %s", error)
            raise _unreachable() from error
        except FileNotFoundError as error:
            raise _damaged() from error
        finally:
            self._sending.pop(entry.id, None)
        if receipt.digest != entry.digest:
            raise _damaged()
        return receipt

    async def _send_from_folder(self, course: str, name: str, folder: str, full: LearnspaceError) -> Receipt:
        """Hand in without a copy, where there is no room for one: at once, or not at all."""
        there = address("assignments", course, name, "submissions")
        try:
            receipt = Receipt.model_validate(await handin.send(self._client(), "POST", there, self._home, folder))
        except LearnspaceError as error:
            raise (full if passes_by_itself(error) else error) from error
        await asyncio.to_thread(self._keep, receipt)
        return receipt

    def _keep(self, receipt: Receipt) -> None:
        try:
            receiptfiles.keep(self._home, receipt)
        except (OSError, LearnspaceError) as error:
            # The hand-in has arrived, and the platform gives its receipt out again at any time.
            log.warning("the receipt of %s was not kept in the home: %s", receipt.submission, error)

    def _wait_for_better_times(self, key: Key, error: LearnspaceError) -> None:
        self._tries[key] = self._tries.get(key, 0) + 1
        self._trouble[key] = error
        for outcome in self._outcomes.pop(key, {}).values():
            if not outcome.done():
                outcome.set_result(error)

    def _forget(self, key: Key) -> None:
        if timer := self._timers.pop(key, None):
            timer.cancel()
        self._tries.pop(key, None)
        self._next.pop(key, None)
        self._trouble.pop(key, None)

    async def _remove(self, entry_id: str) -> None:
        self._new.discard(entry_id)
        await asyncio.to_thread(self.outbox.remove, entry_id)

    async def _queued(self, entry_id: str) -> QueuedHandIn:
        return self._shown(await asyncio.to_thread(self.outbox.get, entry_id))

    def _shown(self, entry: Entry) -> QueuedHandIn:
        key, sending = _key(entry), entry.id in self._sending
        trouble = self._trouble.get(key)
        reason = entry.refused or (Refusal(code=trouble.code, message=trouble.message) if trouble else None)
        return QueuedHandIn(
            **entry.model_dump(exclude={"refused"}),
            size=entry.size,
            state="refused" if entry.refused else "sending" if sending else "waiting",
            sent=self._sending.get(entry.id, 0),
            tries=self._tries.get(key, 0),
            next_try_at=None if entry.refused or sending else self._next.get(key),
            reason=reason,
        )


def _key(entry: Entry) -> Key:
    return entry.course, entry.assignment


async def _collect(home: Path, folder: str) -> list[str]:
    try:
        return await asyncio.to_thread(collect, home, folder)
    except FileNotFoundError as error:
        raise LearnspaceError(
            "not_fetched", f"There is no folder {folder} in your space. Fetch it first.", 409
        ) from error


def _unreachable() -> LearnspaceError:
    return LearnspaceError(
        "service_unreachable", "The platform cannot be reached just now. Your files are safe in your space.", 503
    )


def _damaged() -> LearnspaceError:
    return LearnspaceError(
        "outbox_damaged", "The copy that waited in your space was changed or is gone. Hand in once more.", 409
    )
