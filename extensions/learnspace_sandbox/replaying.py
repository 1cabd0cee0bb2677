"""Judges an altered test by what the notebook said to the test itself, which is not asked again."""

from __future__ import annotations

from typing import Any

from learnspace_sandbox.answering import Converse
from learnspace_sandbox.judge import Judge
from learnspace_sandbox.shared import Message, set_chance


class _AnotherQuestionError(BaseException):
    """The altered test asks what the test did not ask."""


class Recording:
    """A conversation with a notebook, and what was said in it.

    Args:
        converse: asks the notebook.
    """

    def __init__(self, converse: Converse) -> None:
        self._converse = converse
        self._said: list[tuple[Message, Message]] = []

    def converse(self, message: Message) -> Message:
        """Ask the notebook."""
        reply = self._converse(message)
        self._said.append((message, reply))
        return reply

    def fails(self, probe: str, helpers: str, *, shadows: bool) -> bool:
        """Tell whether an altered test fails with the same answers; not, if it asks for others."""
        left = iter(self._said)
        differs = False

        def converse(message: Message) -> Message:
            nonlocal differs
            asked, reply = next(left, (None, {}))
            if asked != message:
                differs = True
                raise _AnotherQuestionError
            return reply

        if self._said and "chance" in self._said[0][0]:
            set_chance(self._said[0][0]["chance"])  # the numbers that the test began with
        tried: dict[str, Any] = Judge(probe, helpers, converse, shadows=shadows).verdict()
        return bool(tried["verdict"] == "failed" and not tried["why"] and not differs)
