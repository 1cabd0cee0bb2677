"""Answers what a test asks of a notebook: one name, call or operation after another, in the notebook's own process.

The test itself is elsewhere (:mod:`learnspace_sandbox.judge`). What stands here can be changed by the notebook, which
can then say whatever it likes; so can any function of its own.
"""

from __future__ import annotations

import builtins
import io
import math
import operator
import os
import signal
import sys
from collections.abc import Callable
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import Any

from learnspace_sandbox.beside import Files
from learnspace_sandbox.lent import stand_in
from learnspace_sandbox.shared import Message, Shared
from learnspace_sandbox.values import Packed, Packer, Unpacker, take_over

PLAIN: tuple[type[Any], ...] = (int, float, complex, str, bytes, list, tuple, set, frozenset, dict)
"""Python's own kinds of values, of which the notebook may make kinds of its own."""
Converse = Callable[[Message], Message]
"""Sends a message to the other side and returns what it sends next."""

OPERATIONS: dict[str, Callable[..., Any]] = {
    **{name: getattr(operator, name) for name in (
        "add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "pow", "and_", "or_", "xor", "lshift", "rshift",
        "eq", "ne", "lt", "le", "gt", "ge", "neg", "pos", "abs", "invert", "getitem", "setitem", "delitem", "contains",
        "iadd", "isub", "imul", "ior", "iand", "ixor", "index",
    )},
    **{name: getattr(builtins, name) for name in (
        "bool", "callable", "complex", "delattr", "dir", "divmod", "float", "format", "getattr", "hash", "int",
        "isinstance", "issubclass", "iter", "len", "next", "repr", "reversed", "round", "setattr", "str", "type",
    )},
    "ceil": math.ceil, "floor": math.floor, "trunc": math.trunc,
    "plain": lambda value: next(kind(value) for kind in PLAIN if isinstance(value, kind)),
    "equals": lambda value, others: [bool(value == other) for other in others],
    "among": lambda makers, asked, apart: _in_a_fork(_among, makers, asked) if apart else _among(makers, asked),
    "call": lambda function, *arguments, **named: function(*arguments, **named),
    "enter": lambda manager: type(manager).__enter__(manager),
    "leave": lambda manager, *error: type(manager).__exit__(manager, *error),
}  # fmt: skip
"""What a test may ask, by the name of it."""


class Answering:
    """The notebook's side of one test.

    Args:
        names: what the notebook defined.
        converse: asks back, as when a function that the test gave is called.
    """

    def __init__(self, names: dict[str, Any], converse: Converse) -> None:
        self._names = names
        self._converse = converse
        self._own: list[Any] = []
        self._numbers: dict[int, int] = {}
        self._process = os.getpid()
        self._lent: dict[int, Any] = {}
        """What stands for the test's own functions and iterators, by their numbers there."""
        self._shared = Shared()
        self._given: list[list[Any]] = []
        """The changeable values of each answer."""

    def answer(self, message: Message) -> Message:
        """Return what the notebook says to one question."""
        said = io.StringIO()
        if "files" in message and self._shared.files is None:
            self._shared.files = Files(Path.cwd())
            self._shared.files.begin()
        self._shared.take(message, new=True)
        before_input = builtins.input
        if "input" in message:
            builtins.input = self._received(message["input"])
        unpacker = Unpacker(self._received, aliased=lambda answer, number: self._given[answer][number])
        packer = self._packer()
        before: dict[int, Packed] = {}
        try:
            with redirect_stdout(said):
                match message["do"]:
                    case "names":
                        found = {
                            name: packer.pack(self._names[name]) for name in message["names"] if name in self._names
                        }
                        self._given.append(packer.kept)
                        return {"names": found} | self._shared.changes()
                    case "name":
                        value = self._names[message["name"]]
                    case "import":
                        value = __import__(message["name"])
                        for part in message["name"].split(".")[1:] if message["deep"] else ():
                            value = getattr(value, part)
                    case what:
                        given = [unpacker.unpack(one) for one in message["given"]]
                        named = {name: unpacker.unpack(one) for name, one in message["named"].items()}
                        before = {number: self._packer().pack(one) for number, one in unpacker.kept.items()}
                        value = OPERATIONS[what](*given, **named)
                packer = self._packer(unpacker.kept)
                answer: Message = {"value": packer.pack(value)}
        except BaseException as error:  # whatever it raises, it raises where it was called
            answer = self.failed(error)
        builtins.input = before_input
        self._given.append(packer.kept)
        after = {number: self._packer().pack(one) for number, one in unpacker.kept.items()}
        changed = [[number, one] for number, one in after.items() if one != before.get(number, one)]
        return answer | {"said": said.getvalue(), "changed": changed} | self._shared.changes()

    def end(self) -> None:
        """Leave no file of the test behind."""
        if self._shared.files:
            self._shared.files.undo()

    def failed(self, error: BaseException) -> Message:
        """Return the answer that something was raised."""
        try:
            text, given = str(error), [self._packer().pack(one) for one in error.args]
            held = {name: self._packer().pack(one) for name, one in vars(error).items()}
        except Exception:
            text, given, held = "", [], {}
        raised = {"lineage": _lineage(type(error)), "given": given, "text": text, "held": held}
        return {"raised": raised, "said": "", "changed": []}

    def _packer(self, known: dict[int, Any] | None = None) -> Packer:
        return Packer(self._sent, {id(value): number for number, value in (known or {}).items()})

    def _sent(self, value: Any) -> Packed:
        """Return the number under which a value stays here, and what is said of it; or that it is one of the test's."""
        lent = next((number for number, one in self._lent.items() if one is value), None)
        if lent is not None:
            return ["yours", lent]
        if (stream := self._shared.streams.number(value)) is not None:
            return ["stream", stream]
        number = self._keep(value)
        about: dict[str, Any] = {"kind": "function" if callable(value) else "object", "plain": isinstance(value, PLAIN)}
        if isinstance(value, type):
            about = {"kind": "class", "plain": False}
            if issubclass(value, BaseException):
                about = {"kind": "error", "plain": False, "lineage": _lineage(value)}
        elif type(value) is type(sys):
            about = {"kind": "module", "plain": False}
        return ["own", number, about | {"type": self._keep(type(value))}]

    def _keep(self, value: Any) -> int:
        if id(value) not in self._numbers:
            self._numbers[id(value)] = len(self._own)
            self._own.append(value)
        return self._numbers[id(value)]

    def _received(self, packed: Packed) -> Any:
        kind, number, *_ = packed
        if kind == "yours":
            return self._own[number]
        if kind == "stream":
            return self._shared.streams[number]
        if number not in self._lent:
            self._lent[number] = stand_in(kind, lambda use, *given, **named: self._ask(number, use, given, named))
        return self._lent[number]

    def _ask(self, number: int, use: str, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """Have something done with what is the test's, which is done there, and return what comes of it."""
        if os.getpid() != self._process:
            raise RuntimeError("only the process that was asked can ask back")
        packer = self._packer()
        asked: Message = {
            "call": number,
            "use": use,
            "given": [packer.pack(one) for one in given],
            "named": {name: packer.pack(one) for name, one in named.items()},
        }
        reply = self._converse(asked | self._shared.changes())
        while "do" in reply:  # what is done there may ask the notebook in its turn
            reply = self._converse(self.answer(reply))
        self._shared.take(reply, new=True)
        if "raised" in reply:
            raise getattr(builtins, reply["raised"]["name"], RuntimeError)(reply["raised"]["text"])
        value = Unpacker(self._received).unpack(reply["ended"] if "ended" in reply else reply["value"])
        if "ended" in reply:
            raise StopIteration(value)
        return value


def _among(makers: list[Any], questions: list[Any]) -> str:
    """Tell which of many others values equal: a letter for each.

    Args:
        makers: classes.
        questions: for each value the value itself; how each of the others is made, which is a value, the number of a
            class and what it is called with, or a list of such; whether the other is to be asked; how long it may take.
    """
    return "".join(
        _equals(value, makers, row, seconds, turned=turned)
        for value, rows, turned, seconds in questions
        for row in rows
    )


def _in_a_fork(function: Callable[..., str], *given: Any) -> str:
    """Return what a function says, and let nothing stay of what it does."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            os.close(reader)
            with os.fdopen(writer, "w", encoding="utf-8") as pipe:
                pipe.write(function(*given))
        os._exit(0)
    os.close(writer)
    try:
        with os.fdopen(reader, encoding="utf-8") as pipe:
            return pipe.read()
    finally:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _equals(value: Any, makers: list[Any], row: Packed, seconds: float, *, turned: bool) -> str:
    signal.signal(signal.SIGPROF, _too_long)
    signal.setitimer(signal.ITIMER_PROF, seconds)  # of its own time: a busy machine makes nothing another
    try:
        other = _built(makers, row)
        return "y" if is_true(other == value if turned else value == other) else "n"
    except BaseException:
        return "n"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def is_true(found: Any) -> bool:
    """Tell whether a comparison holds, also one that gives an array."""
    return bool(found.all() if hasattr(found, "all") else found)


def _built(makers: list[Any], row: Packed) -> Any:
    match row:
        case (value,):
            return value
        case (("list" | "tuple") as kind, items):
            return (list if kind == "list" else tuple)(_built(makers, one) for one in items)
        case (number, given, named):
            arguments = [_built(makers, one) for one in given]
            return makers[number](*arguments, **{name: _built(makers, one) for name, one in named})


def _too_long(*_: object) -> None:
    raise TimeoutError


def _lineage(error: type[BaseException]) -> list[list[str]]:
    return [[str(one.__module__), str(one.__qualname__)] for one in error.__mro__ if issubclass(one, BaseException)]


def restore(kept: list[Any], changed: list[Any], unpacker: Unpacker) -> None:
    """Change values as the other side changed its copies of them.

    Raises:
        NotPlain: if that cannot be.
    """
    for number, packed in changed:
        take_over(kept[number], unpacker.unpack(packed))
