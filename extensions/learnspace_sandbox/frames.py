"""Messages over a pipe: four bytes of length, then JSON."""

from __future__ import annotations

import json
import os
import secrets
import selectors
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_LENGTH = struct.Struct("!I")
_PIECE = 1 << 16
_GIVEN = b"."


class Ended(Exception):
    """The other end is gone, was silent for too long, or said more than it may; ``reason`` says which."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def send(descriptor: int, message: Any, *, until: float | None = None) -> None:
    """Write one message, all of it, until a moment of ``time.monotonic()`` at the latest.

    Raises:
        Ended: ``timeout`` or ``gone``.
    """
    body = json.dumps(message).encode()
    left = memoryview(_LENGTH.pack(len(body)) + body)
    while left:
        _wait(descriptor, selectors.EVENT_WRITE, until)
        try:
            # A pipe that can be written takes this much without waiting for who reads it.
            left = left[os.write(descriptor, left[: 4096 if until else _PIECE]) :]
        except OSError as error:
            raise Ended("gone") from error


def receive(descriptor: int, *, until: float | None = None, most: int = 1 << 31) -> tuple[Any, int]:
    """Read one message and return it with its size in bytes.

    Args:
        descriptor: the pipe.
        until: the moment of ``time.monotonic()`` at which waiting ends; without it, never.
        most: bytes that a message may have.

    Raises:
        Ended: ``timeout``, ``too_much_output``, or ``gone`` (also for what is no message at all).
    """
    size = _LENGTH.unpack(_read(descriptor, _LENGTH.size, until))[0]
    if size > most:
        raise Ended("too_much_output")
    try:
        return json.loads(_read(descriptor, size, until)), size
    except (ValueError, RecursionError) as error:
        raise Ended("gone") from error


def ask(
    pipe: int, question: dict[str, Any], until: float, most: int, number: str = "", *, fork: str = "", given: int = -1
) -> tuple[dict[str, Any], int]:
    """Ask and return the answer with its size; a fork that died is answered for under the number that began it.

    A descriptor that is ``given`` goes along with the question, for :func:`take_given`.
    """
    number = number or secrets.token_hex(8)
    send(pipe, question | {"number": number})
    if given >= 0:
        with _as_socket(pipe) as way:
            socket.send_fds(way, [_GIVEN], [given])
    answer, size = receive(pipe, until=until, most=max(most, 0))
    if not isinstance(answer, dict) or answer.pop("number", None) not in (number, fork or number):
        raise ValueError("an answer to another question")
    return answer, size


def take_given(pipe: int) -> int:
    """Return the descriptor that went along with the question that was just received."""
    with _as_socket(pipe) as way:
        _, (descriptor, *_), _, _ = socket.recv_fds(way, len(_GIVEN), 1)
    os.set_inheritable(descriptor, False)
    return descriptor


@contextmanager
def _as_socket(pipe: int) -> Iterator[socket.socket]:
    way = socket.socket(fileno=pipe)
    try:
        yield way
    finally:
        way.detach()  # it stays open


def _read(descriptor: int, size: int, until: float | None) -> bytes:
    got = bytearray()
    while len(got) < size:
        _wait(descriptor, selectors.EVENT_READ, until)
        try:
            piece = os.read(descriptor, min(size - len(got), _PIECE))
        except ConnectionError:
            piece = b""
        if not piece:
            raise Ended("gone")
        got += piece
    return bytes(got)


def _wait(descriptor: int, event: int, until: float | None) -> None:
    if until is None:
        return  # the call itself waits
    with selectors.PollSelector() as selector:
        selector.register(descriptor, event)
        if not selector.select(max(until - time.monotonic(), 0)):
            raise Ended("timeout")
