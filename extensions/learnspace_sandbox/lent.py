"""What an answer holds of a test's own functions, iterators and generators: stand-ins that ask the test's.

Nothing is fetched before the answer asks for it. So an endless iterator may be given, and what an answer leaves of one
is left over for the test.
"""

from __future__ import annotations

import functools
import operator
import types
from collections.abc import Callable, Generator, Iterator
from typing import Any

Ask = Callable[..., Any]
"""Does one of :data:`USES` with the test's own, with values, and returns what comes of it."""

USES: dict[str, dict[str, Callable[..., Any]]] = {
    "function": {"call": lambda function, *given, **named: function(*given, **named)},
    "iterator": {"next": next},
    "generator": {
        "next": next,
        "send": lambda generator, value: generator.send(value),
        "close": lambda generator: generator.close(),
    },
}
"""By the kind of what a test gave: what an answer may do with it."""
_FUNCTIONS = (
    *(types.FunctionType, types.MethodType, functools.partial),
    *(operator.itemgetter, operator.attrgetter, operator.methodcaller),
)


def kind_of(value: Any) -> str | None:
    """Return which of :data:`USES` a value of a test's has; None if it cannot be lent."""
    kind = type(value)
    if kind is types.GeneratorType:
        return "generator"
    if isinstance(value, Iterator) and kind.__module__ in ("builtins", "itertools"):
        return "iterator"
    bound = kind is types.BuiltinFunctionType and not isinstance(value.__self__, types.ModuleType | type | None)
    return "function" if bound or kind in _FUNCTIONS else None


def stand_in(kind: str, ask: Ask) -> Any:
    """Return what an answer gets in the place of something of the test's."""
    return {"function": _function, "iterator": _Iterator, "generator": _generator}[kind](ask)


def _function(ask: Ask) -> Callable[..., Any]:
    def function(*given: Any, **named: Any) -> Any:
        return ask("call", *given, **named)

    return function


class _Iterator:
    """An iterator of the test's."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def __iter__(self) -> _Iterator:
        return self

    def __next__(self) -> Any:
        return self._ask("next")


def _generator(ask: Ask) -> Generator[Any, Any, Any]:
    sent = None
    while True:
        try:
            value = ask("next") if sent is None else ask("send", sent)
        except StopIteration as ended:
            return ended.value
        try:
            sent = yield value
        except BaseException:  # closed, or what the answer throws into it
            ask("close")
            raise
