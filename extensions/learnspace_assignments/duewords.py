"""How far a due time is, in words that need no clock of the reader's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

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


class DueWords(NamedTuple):
    """How far a due time is; where that is counted in days of the calendar, ``days`` is the text without their number.

    ``times.js`` counts them again in the reader's own zone, as the panel in Lab does.
    """

    words: str
    days: str = ""


def due_words(due_at: datetime | None, at: datetime, translate: Callable[..., str], *, done: bool) -> DueWords:
    """Return how far the due time is from ``at``; nothing for work that is done.

    Below two days it is never more time than there is; above, it is the days of the calendar between the two, in UTC.
    """
    if done:
        return DueWords("")
    if due_at is None:
        return DueWords(translate(NEVER))
    left = (due_at - at).total_seconds()
    for least, unit, text in AHEAD if left >= 0 else PAST:
        if abs(left) >= least and unit == DAY:
            days = abs((due_at.astimezone(UTC).date() - at.astimezone(UTC).date()).days)
            return DueWords(translate(text, count=days), translate(text))
        if abs(left) >= least:
            return DueWords(translate(text, count=int(abs(left) // unit)))
    return DueWords(translate(NOW if left >= 0 else JUST_PAST))
