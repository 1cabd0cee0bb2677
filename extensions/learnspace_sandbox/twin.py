"""A fork of a notebook's process that goes along with it: tests are judged there, and leave the notebook as it is.

It is forked when a test first needs it. As long as nothing sets the two apart, it answers for the next test too: a cell
that only defines something is run in both, and what a test calls is called once in each. Whatever else runs in the
notebook, such as a cell that writes a file, is never run twice: the next twin is forked after it.
"""

from __future__ import annotations

import ast
import socket
from typing import Any

from learnspace_sandbox import frames
from learnspace_sandbox.values import BY_NAME

VERDICT_BYTES = 1000


class Twin:
    """The twin of one run.

    Args:
        pipe: the way to the notebook's process.
        seconds: what one cell may take.
        until: when the time of the whole notebook is over.
    """

    def __init__(self, pipe: int, seconds: int | None, until: float) -> None:
        self._pipe = pipe
        self._seconds = seconds
        self._until = until
        self._way: socket.socket | None = None

    @property
    def is_there(self) -> bool:
        """Whether there is one now."""
        return self._way is not None

    def ask(self, question: dict[str, Any], most: int) -> dict[str, Any] | None:
        """Ask the twin, forked now if there is none; None if it is gone.

        Raises:
            Ended, ValueError: if it does not answer as ours does.
        """
        way = self._way or self._fork()
        try:
            return frames.ask(way.fileno(), question, self._until, most)[0]
        except frames.Ended as ended:
            if ended.reason != "gone":
                raise
            self.close()
            return None

    def define(self, source: str) -> None:
        """Have a cell that only defines something do so in the twin, as it did in the notebook."""
        if self.is_there:
            done = self.ask({"do": "try", "source": source, "seconds": self._seconds}, VERDICT_BYTES)
            if done != {"verdict": "ok"}:
                self.leave()

    def leave(self) -> None:
        """End the twin, if there is one."""
        if self.is_there:
            self.ask({"do": "end"}, VERDICT_BYTES)
            self.close()

    def _fork(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        self._way = ours
        with theirs:
            frames.ask(self._pipe, {"do": "twin"}, self._until, VERDICT_BYTES, given=theirs.fileno())
        return ours

    def close(self) -> None:
        """Let go of the twin, which ends then by itself."""
        if self._way is not None:
            self._way.close()
        self._way = None


def only_defines(source: str) -> bool:
    """Tell whether a cell only defines functions and classes, imports common modules and names constants."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):
        return False
    return all(map(_defines, body))


def _defines(statement: ast.stmt) -> bool:
    match statement:
        case ast.FunctionDef():
            return True
        case ast.ClassDef(body=body):
            return all(map(_defines, body))
        case ast.Import(names=names):
            return all(alias.name.partition(".")[0] in BY_NAME for alias in names)
        case ast.ImportFrom(module=str(module), level=0):
            return module.partition(".")[0] in BY_NAME
        case ast.Assign(value=ast.Constant()) | ast.AnnAssign(value=ast.Constant() | None):
            return True
        case ast.Expr(value=ast.Constant()) | ast.Pass():
            return True
    return False
