"""What is the same on both sides while a test is judged: random numbers, files, and streams that the test gives.

Each side has its own, and tells the other one of changes with every message. So a stream that an answer keeps is still
the test's, and a file that a test laid out is there to be read.
"""

from __future__ import annotations

import base64
import io
import random
import sys
from typing import Any

from learnspace_sandbox.beside import Files

Packed = Any
Message = dict[str, Any]
Stream = io.StringIO | io.BytesIO
STREAMS: dict[str, type[Any]] = {kind.__name__: kind for kind in (io.StringIO, io.BytesIO)}
"""Streams in memory that a test may give; those of the notebook's stay there."""


class Streams:
    """One side's copies of the streams that a test gave, by their numbers."""

    def __init__(self) -> None:
        self._streams: list[Stream] = []
        self._known: list[Packed] = []

    def __getitem__(self, number: int) -> Stream:
        return self._streams[number]

    def number(self, stream: object) -> int | None:
        """Return the number of a stream, None if it is none of these."""
        return next((number for number, one in enumerate(self._streams) if one is stream), None)

    def give(self, stream: Stream) -> int:
        """Return the number of a stream, which goes to the other side with the next message."""
        number = self.number(stream)
        if number is None:
            number = len(self._streams)
            self._streams.append(stream)
            self._known.append(None)
        return number

    def changes(self) -> list[Packed]:
        """Return what the other side does not know yet: number, kind and state of each stream that changed."""
        now = [_state(stream) for stream in self._streams]
        changed = [
            [number, type(self._streams[number]).__name__, state]
            for number, state in enumerate(now)
            if state != self._known[number]
        ]
        self._known = now
        return changed

    def take(self, changes: list[Packed], *, new: bool) -> None:
        """Make the changes of the other side here.

        Args:
            changes: what the other side says.
            new: whether it may give streams that are not known here.

        Raises:
            ValueError, TypeError, LookupError, BufferError: if they cannot be made.
        """
        for number, kind, state in changes:
            if type(number) is not int or not 0 <= number < len(self._streams) + new:
                raise ValueError("no stream of the test's")
            if number == len(self._streams):
                self._streams.append(STREAMS[kind]())
                self._known.append(None)
            elif isinstance(own := self._streams[number], io.StringIO) and state and state[1] != _state(own)[1]:
                raise ValueError("a stream that ends its lines in another way")
            _take_over(self._streams[number], state)
            self._known[number] = _state(self._streams[number])


def _state(stream: Stream) -> Packed:
    """Return contents and position of a stream, and how it ends lines; an empty list if it is closed."""
    if stream.closed:
        return []
    if isinstance(stream, io.StringIO):
        state: tuple[str, str | None, int, object] = stream.__getstate__()  # type: ignore[assignment]  # as for pickle
        return list(state[:3])
    return [base64.b64encode(stream.getvalue()).decode(), stream.tell()]


def _take_over(stream: Stream, state: Packed) -> None:
    match state, stream:
        case [], _:
            stream.close()
        case [str(text), str() | None as newline, int(position)], io.StringIO():
            stream.__setstate__((text, newline, position, None))  # type: ignore[attr-defined]  # as pickle has it
        case [str(data), int(position)], io.BytesIO():
            stream.__setstate__((base64.b64decode(data, validate=True), position, None))  # type: ignore[attr-defined]
        case _:
            raise ValueError("no state of this stream")


class Shared:
    """One side of what both have.

    Args:
        files: this side's directory, if the test works with files.
        draws: whether random numbers go along.
    """

    def __init__(self, files: Files | None = None, *, draws: bool = False) -> None:
        self.files = files
        self.streams = Streams()
        self._draws = draws
        self._chance: Packed = None

    def changes(self) -> Message:
        """Return what goes along with a message."""
        found: Message = {}
        if self._draws and (state := chance()) != self._chance:
            found["chance"] = self._chance = state
        if self.files:
            found["files"] = self.files.changes()
        if streams := self.streams.changes():
            found["streams"] = streams
        return found

    def take(self, message: Message, *, new: bool = False) -> None:
        """Take over what came along with a message.

        Args:
            message: of the other side.
            new: whether it may begin to share something.

        Raises:
            Exception: of any kind, if a forged message has what cannot be.
        """
        self._draws = self._draws or (new and "chance" in message)
        if self._draws and "chance" in message:
            set_chance(message["chance"])
            self._chance = chance()
        if self.files and "files" in message:
            self.files.take(message["files"])
        self.streams.take(message.get("streams", []), new=new)


def chance() -> Packed:
    """Return the state of the random numbers."""
    version, numbers, gauss = random.getstate()
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return [[version, list(numbers), gauss], None]
    kind, words, *rest = numpy.random.get_state()
    return [[version, list(numbers), gauss], [kind, words.tolist(), *rest]]


def set_chance(state: Packed) -> None:
    """Go on with random numbers from a state."""
    (version, numbers, gauss), arrays = state
    random.setstate((version, tuple(numbers), gauss))
    if arrays is not None and "numpy" in sys.modules:
        sys.modules["numpy"].random.set_state(tuple(arrays))
