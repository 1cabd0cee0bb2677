"""Lets objects of the notebook's be compared with each other, and believes only one that can tell what a test expects.

What a test makes only to compare others with it is made afterwards: the object has to know it among many that may be
meant. Other objects are asked about such a row once they were compared.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from io import IOBase
from typing import Any, NoReturn, Protocol

from learnspace_sandbox.answering import is_true
from learnspace_sandbox.others import KINDS, Made, is_told_apart, others
from learnspace_sandbox.remote import Link, Remote, about, become, is_later, number_of

ALL, TENTH, AT_ONCE = 100, 10, 50
"""Comparisons of one test that are all looked into, of further ones one in so many, and how many at the same time."""
SLOW_SECONDS = 0.01
"""What it takes to make an object of which fewer others are made."""
LEAST_SECONDS = 0.05
"""What it may take to make one of many others, and to compare it."""


class Asking(Link, Protocol):
    """The judge, which asks the notebook."""

    def stands(self, number: int, remote: Remote) -> None:
        """Take note of what stands for an object from now on."""

    def stop(self, why: str) -> NoReturn:
        """End the test, even if it goes on."""


class Comparing:
    """The objects of one test.

    Args:
        judge: asks the notebook, and ends the test.
    """

    def __init__(self, judge: Asking) -> None:
        self._judge = judge
        self._made: dict[int, Made] = {}
        """How objects of the classes that the test names were made that are still as they were then."""
        self._later: dict[int, tuple[Made, tuple[Any, ...], dict[str, Any]]] = {}
        """What is not made yet, by negative numbers."""
        self._is_making = False
        self._unsure: list[tuple[Remote, Any, bool]] = []
        self._compared = 0

    def made(self, maker: Remote, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """Have a class of the test's make an object, and remember how."""
        how = self._made_of(maker, given, named)
        began = time.monotonic()
        self._is_making = True
        found = self._judge.use("call", maker, *given, **named)
        if (
            self._judge.knows(number_of(maker))
            and isinstance(found, Remote)
            and about(found)["type"] == number_of(maker)
            and not _is_used_up((*given, *named.values()))
        ):
            self._made[number_of(found)] = how._replace(seconds=time.monotonic() - began)
        return found

    def _made_of(self, maker: Remote, given: tuple[Any, ...], named: dict[str, Any]) -> Made:
        return Made(maker, tuple(map(self._how, given)), {name: self._how(one) for name, one in named.items()})

    def _how(self, given: Any) -> Any:
        """Return what a class was called with, as it is now, whatever is changed in it later."""
        if isinstance(given, Remote):
            if (number := is_later(given)) is not None:
                return self._later[number][0]
            return self._made.get(number_of(given), given)
        if type(given) in (list, tuple):
            return type(given)(map(self._how, given))
        return dict(given) if type(given) is dict else given

    def make_later(self, maker: Any, *given: Any, **named: Any) -> Any:
        """Return what stands for an object until it is made, if others can be made in its place."""
        named_class = (
            isinstance(maker, Remote) and about(maker)["kind"] == "class" and self._judge.knows(number_of(maker))
        )
        if named_class and not _is_used_up((*given, *named.values())):
            how = self._made_of(maker, given, named)
            if others(how, "numbers") or others(how, "texts"):
                number = -1 - len(self._later)
                self._later[number] = how, given, named
                return Remote(self._judge, number, {"kind": "object", "plain": False, "type": number_of(maker)})
        return maker(*given, **named)

    def settle(self, remote: Remote, number: int) -> Any:
        """Make an object that was to be made later, and return it."""
        how, given, named = self._later[number]
        found = how.maker(*given, **named)
        if isinstance(found, Remote):
            become(remote, found)
            self._judge.stands(number_of(found), remote)
        return found

    def guessed(self, what: str, one: Remote, other: Remote) -> Any:
        """Compare an object with one that is made only afterwards, so that it cannot know which it will be."""
        turned = is_later(other) is None
        asked, later = (other, one) if turned else (one, other)
        number = is_later(later)
        assert number is not None  # noqa: S101 - one of them is to be made later
        equal = self._knows(asked, self._later[number][0], turned=turned)
        self.settle(later, number)
        found = self._judge.use(what, one, other)
        if isinstance(found, Remote) or is_true(found) is not (equal is (what == "eq")):
            self._judge.stop("object")
        return found

    def _knows(self, asked: Remote, how: Made, *, turned: bool) -> bool:
        said: list[bool] = []
        for kind in KINDS:
            if (rows := others(how, kind)) is not None:
                (said,) = self._said([(asked, how, turned, *rows)], last=False)
                if not said[rows[1]]:
                    return False
                if is_told_apart(said, rows[1]):
                    return True
                if not all(said):
                    break
        self._judge.stop("equal")

    def before_a_change(self) -> None:
        """Ask about what was compared so far, unless it is only a class that makes another object."""
        if self._unsure and not self._is_making:
            self.be_sure()
        self._is_making = False

    def touched(self, remote: Remote) -> None:
        """Take note that an object may no longer be what it was made."""
        self._made.pop(number_of(remote), None)

    def meant(self, one: Remote, other: object) -> None:
        """End the test unless an object that says that it equals another one can tell that one from many others.

        These are made as that one was, with other numbers; if the numbers make no difference, with other texts.
        """
        if not isinstance(other, Remote):
            asked, how, turned = one, other, False
        elif number_of(one) == number_of(other):
            return
        elif number_of(other) in self._made:
            asked, how, turned = one, self._made[number_of(other)], False
        elif number_of(one) in self._made:
            asked, how, turned = other, self._made[number_of(one)], True
        else:
            return
        self._compared += 1
        if self._compared <= ALL or secrets.randbelow(TENTH) == 0:
            self._unsure.append((asked, how, turned))
        if len(self._unsure) == AT_ONCE:
            self.be_sure()

    def be_sure(self, *, last: bool = False) -> None:
        """Ask about all comparisons since this was last done; the objects are still what they were."""
        unsure, self._unsure = self._unsure, []
        for kind in KINDS:
            rest, asked = [], []
            for one, how, turned in unsure:
                slow = isinstance(how, Made) and how.seconds > SLOW_SECONDS
                if (rows := others(how, kind, few=slow)) is None:
                    rest.append((one, how, turned))
                else:
                    asked.append((one, how, turned, *rows))
            said = self._said(asked, last=last) if asked else []
            for (one, how, turned, _, place), answers in zip(asked, said, strict=True):
                if is_told_apart(answers, place):
                    continue
                if kind == "texts" or not all(answers) or others(how, "texts") is None:
                    self._judge.stop("equal")
                rest.append((one, how, turned))  # its numbers make no difference
            unsure = rest

    def _said(self, asked: list[Any], *, last: bool) -> list[list[bool]]:
        """Return for each comparison which of many values the object says that it equals."""
        makers: list[Remote] = []
        questions = []
        for one, how, turned, values, _ in asked:
            seconds = max(LEAST_SECONDS, 4 * how.seconds) if isinstance(how, Made) else LEAST_SECONDS
            questions.append((one, tuple(_row(value, makers) for value in values), turned, seconds))
        said = self._judge.use("among", tuple(makers), tuple(questions), not last)
        if type(said) is not str or len(said) != sum(len(values) for *_, values, _ in asked):
            self._judge.stop("object")
        letters = iter(said)
        return [[next(letters) == "y" for _ in values] for *_, values, _ in asked]


def _is_used_up(given: Any) -> bool:
    """Tell whether something that a class was called with is another one for the next object."""
    if type(given) in (list, tuple):
        return any(map(_is_used_up, given))
    return isinstance(given, Iterator | IOBase) and not isinstance(given, Remote)


def _row(value: Any, makers: list[Remote]) -> tuple[Any, ...]:
    """Return how one of the others is made, as ``_built`` in :mod:`.answering` reads it."""
    if type(value) in (list, tuple) and any(isinstance(one, Made) for one in value):
        return type(value).__name__, tuple(_row(one, makers) for one in value)
    if not isinstance(value, Made):
        return (value,)
    numbers = [number_of(maker) for maker in makers]
    if number_of(value.maker) not in numbers:
        numbers.append(number_of(value.maker))
        makers.append(value.maker)
    given = tuple(_row(one, makers) for one in value.given)
    named = tuple((name, _row(one, makers)) for name, one in value.named.items())
    return numbers.index(number_of(value.maker)), given, named
