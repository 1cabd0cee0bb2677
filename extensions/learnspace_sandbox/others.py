"""Values that might be meant in place of one that a test expects: among them an answer has to know which one is.

Numbers go up and down together from a place that nobody can foresee, so that each of them may be the one. Where there
are none, letters do; but who knows a word knows it again.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

Kind = Literal["numbers", "texts"]
KINDS: tuple[Kind, ...] = ("numbers", "texts")
COUNTS: dict[Kind, int] = {"numbers": 121, "texts": 26}
"""How many there are, with the one that is meant."""
FEWEST = 81
"""How many numbers there are where it takes long to make an object with each."""
BY_CHANCE = 40
"""An object may take one in so many for the one that is meant: a guess is right as often."""
ROUND = 4
"""One that counts round, or is equal to what is near, may take one in so many."""
MOST_PLACES = 300
"""Numbers or texts in one value."""
_STEPS = (1, -2, 3, -1, 2, -3)
"""How far the numbers of one value move: sums, quotients and pairs do not stay what they are."""


class Made(NamedTuple):
    """An object that a test made: the class, and what it was called with, each plain or made as well."""

    maker: Any
    given: tuple[Any, ...]
    named: dict[str, Any]
    seconds: float = 0


def others(value: Any, kind: Kind, *, few: bool = False) -> tuple[list[Any], int] | None:
    """Return values in a row, and the place of the one that is meant; nothing if it has no number or no text."""
    found: list[Any] = []
    _changed(value, kind, lambda one: found.append(one) or one)  # type: ignore[func-returns-value]
    if not 0 < len(found) <= MOST_PLACES:
        return None
    count = min(COUNTS[kind], FEWEST) if few else COUNTS[kind]
    place, sign = secrets.randbelow(count), secrets.choice((1, -1))
    return [_moved(value, kind, sign * (number - place)) for number in range(count)], place


def is_told_apart(said: list[bool], place: int) -> bool:
    """Tell whether answers are those of somebody who knows the one that is meant from the others."""
    if not said[place]:
        return False
    equal = [number for number, one in enumerate(said) if one]
    return len(equal) <= max(1, len(said) // BY_CHANCE) or is_round(equal, len(said))


def is_round(equal: list[int], count: int) -> bool:
    """Tell whether the equal ones are one in so many all along a row, as hours of a clock are, or neighbours."""
    if len(equal) < 2 or len(equal) * ROUND > count:
        return False
    step = equal[1] - equal[0]
    if equal != list(range(equal[0], equal[-1] + 1, step)):
        return False
    return step == 1 or (equal[0] < step and equal[-1] >= count - step)


def _moved(value: Any, kind: Kind, by: int) -> Any:
    steps = iter(_STEPS * (MOST_PLACES // len(_STEPS)))
    move: Callable[[Any], Any] = (
        (lambda one: _other_number(one, by * next(steps))) if kind == "numbers" else lambda one: _other_text(one, by)
    )
    return _changed(value, kind, move)


def _changed(value: Any, kind: Kind, change: Callable[[Any], Any]) -> Any:
    """Return a value with each number, or each text, in it changed."""
    if isinstance(value, Made):
        given = tuple(_changed(one, kind, change) for one in value.given)
        return Made(value.maker, given, {name: _changed(one, kind, change) for name, one in value.named.items()})
    if type(value) in (list, tuple):
        return type(value)(_changed(one, kind, change) for one in value)
    if type(value) is dict:
        return {key: _changed(one, kind, change) for key, one in value.items()}
    wanted = (int, float) if kind == "numbers" else (str,)
    return change(value) if type(value) in wanted else value


def _other_number(value: float, by: int) -> float:
    if isinstance(value, int) or abs(value) >= 1 or value == 0:
        return value + by
    # A short decimal stays one: else it is known from the others by its length.
    return round(value + by / 20, 9) if value == round(value, 9) else value + by / 20


def _other_text(value: str, by: int) -> str:
    if by == 0:
        return value
    moved = "".join(_other_letter(letter, by) for letter in value)
    return moved + _other_letter(moved[-1:] or "a", by)  # of another length as well


def _other_letter(letter: str, by: int) -> str:
    for first, count in (("a", 26), ("A", 26), ("0", 10), ("\u4e00", 20_000)):
        at = ord(letter) - ord(first)
        if 0 <= at < count:
            return chr(ord(first) + (at + by) % count)
    return letter
