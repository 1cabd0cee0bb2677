"""How far a due time is, in words that need no clock of the reader's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

MINUTE, HOUR, DAY = 60, 3600, 86400
AHEAD = (
    (2 * DAY, DAY, "due in {count} days"),
    (2 * HOUR, HOUR, "due in {count} hours"),
    (2 * MINUTE, MINUTE, "due in {count} minutes"),
)
PAST = (
    (2 * DAY, DAY, "was due {count} days ago"),
    (2 * HOUR, HOUR, "was due {count} hours ago"),
    (2 * MINUTE, MINUTE, "was due {count} minutes ago"),
)
NOW, JUST_PAST, NEVER = "due within two minutes", "was due just now", "no due date"


def due_words(due_at: datetime | None, at: datetime, translate: Callable[..., str], *, done: bool) -> str:
    """Return how far the due time is from ``at``; nothing for work that is done, and never more time than there is."""
    if done:
        return ""
    if due_at is None:
        return translate(NEVER)
    left = (due_at - at).total_seconds()
    for least, unit, text in AHEAD if left >= 0 else PAST:
        if abs(left) >= least:
            return translate(text, count=int(abs(left) // unit))
    return translate(NOW if left >= 0 else JUST_PAST)
