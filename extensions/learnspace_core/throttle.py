"""Slows down guessing of passwords and codes: after a few wrong ones a key has to wait, longer each time.

JupyterHub has no login throttling. The memory is bounded and ends with its process.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

FIRST_WAIT_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 300.0
FORGET_SECONDS = 3600.0
MOST_KEYS = 10_000


class Throttle:
    """Counts tries by key until one is right or none came for an hour.

    Args:
        free_tries: wrong tries before the key has to wait.
        most_keys: how many keys are remembered; then the one unused for longest is forgotten.
        clock: seconds that only grow; for tests.
    """

    def __init__(
        self, free_tries: int, most_keys: int = MOST_KEYS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._free_tries = free_tries
        self._most_keys = most_keys
        self._clock = clock
        self._tries: OrderedDict[Hashable, tuple[int, float]] = OrderedDict()

    def wait_seconds(self, key: Hashable) -> float:
        """Return how long the key has still to wait before it may try again; 0 if it may now."""
        _, until = self._tries.get(key, (0, 0.0))
        return max(0.0, until - self._clock())

    def count(self, key: Hashable) -> None:
        """Count a try. Call it before the answer is known, so that many tries at once do not slip through."""
        tries, until = self._tries.pop(key, (0, 0.0))
        now = self._clock()
        tries = 1 if now > until + FORGET_SECONDS else tries + 1
        wait = 0.0
        if tries >= self._free_tries:
            wait = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** min(tries - self._free_tries, 10))
        self._tries[key] = (tries, now + wait)
        if len(self._tries) > self._most_keys:
            self._tries.popitem(last=False)

    def forget(self, key: Hashable) -> None:
        """Forget the tries of a key: the last one was right."""
        self._tries.pop(key, None)
