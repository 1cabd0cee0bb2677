"""Has a test judged from outside: carries what its judge asks to a fork of the notebook, and the answers back."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Any, Literal

from learnspace_sandbox import frames
from learnspace_sandbox.models import Cell, Doubt

VERDICT_BYTES = 1000
MESSAGE_BYTES = 32_000_000
"""What one answer to a judge may have: the largest plain value, and what was printed on the way."""
SECONDS = 3600
"""For a test without a limit of its own."""


@dataclass
class Verdict:
    """How a test was judged.

    ``verdict`` is ``ok``, ``failed``, ``timeout`` or, if it could not be judged from outside, empty. ``doubt`` says
    what to think of it if it passes in the notebook all the same; ``points`` is its partial credit. ``word`` is what in
    the test's text cannot be judged from outside.
    """

    verdict: Literal["", "ok", "failed", "timeout"]
    doubt: Doubt = ""
    points: float | None = None
    needs_probes: bool = False
    word: str = ""

    @property
    def judged(self) -> bool:
        """Whether it was judged from outside."""
        return bool(self.verdict)


NO_TEST = Verdict("")


class Judging:
    """Judges a test.

    Args:
        pipe: the way to the notebook.
        judge: the way to the process that judges.
        seconds: what the test may take.
        until: when the time of the whole notebook is over.
    """

    def __init__(self, pipe: int, judge: int, seconds: int | None, until: float) -> None:
        self._pipe = pipe
        self._judge = judge
        self._seconds = seconds or SECONDS
        self._until = until

    def verdict(self, cell: Cell) -> Verdict:
        """Return how a test ends whose every expected value stays outside of the notebook.

        Where the notebook has a name of Python's for itself, the test has to pass with its own and with Python's.

        Raises:
            Ended, ValueError: if the notebook does not answer as ours does.
        """
        found = self._once(cell, shadows=False)
        points = found["points"]
        if found["shadowed"] and found["verdict"] == "ok":
            found = self._once(cell, shadows=True)
            if found["points"] != points:
                return Verdict("failed", "differs")
        match found["why"], found["verdict"]:
            case _, "timeout":
                return Verdict("timeout")
            case "test", _:
                return Verdict("", "beside", needs_probes=True, word=found["word"])
            case "equal", _:
                return Verdict("failed", "passes_wrong")
            case "object", _:
                return Verdict("failed", "object")
            case _, "ok":
                # What a test does to files in a fork, it has done for the notebook too.
                return Verdict("ok", points=points, needs_probes=not (found["files"] or found["fails"]))
        return Verdict("failed", "differs", points)

    def _once(self, cell: Cell, *, shadows: bool) -> dict[str, Any]:
        """Have a test judged in a fork of the notebook.

        Where the notebook gave nothing but plain values, ``fails`` says whether one of the probes, judged after it in
        the same fork, fails as it must. If it does not, that may come of what the test did to the fork.
        """
        fork = secrets.token_hex(8)
        frames.ask(self._pipe, {"do": "fork"}, self._until, VERDICT_BYTES, fork)
        answer, gone = self._conversation(fork, cell.plain, cell.helpers, shadows=shadows)
        answer["fails"] = False
        if answer["verdict"] == "ok" and answer["plain"] and not answer["files"] and not gone:
            probe = secrets.choice(cell.probes)
            tried, gone = self._conversation(fork, probe, cell.helpers, shadows=shadows)
            answer["fails"] = tried["verdict"] == "failed" and not tried["why"]
        if not gone:
            frames.ask(self._pipe, {"do": "end"}, self._until, VERDICT_BYTES, fork=fork)
        return answer

    def _conversation(self, fork: str, source: str, helpers: str, *, shadows: bool) -> tuple[dict[str, Any], bool]:
        """Carry what a judge asks to the fork, and return how it ends, and whether the fork is gone."""
        began, gone = time.monotonic(), False
        question = {"do": "judge", "source": source, "helpers": helpers, "seconds": self._seconds}
        answer = self._ask_judge(question | {"shadows": shadows})
        while "message" in answer:
            left = max(self._seconds - (time.monotonic() - began), 0.01)
            if not gone:
                asked = {"do": "serve", "message": answer["message"], "seconds": left}
                reply, _ = frames.ask(self._pipe, asked, self._until, MESSAGE_BYTES, fork=fork)
                gone = "message" not in reply
            left = max(self._seconds - (time.monotonic() - began), 0.01)
            message = {"gone": True} if gone else reply["message"]
            answer = self._ask_judge({"do": "answer", "message": message, "seconds": left})
        if answer["verdict"] == "failed" and time.monotonic() - began >= self._seconds:
            answer["verdict"] = "timeout"  # where the answer was interrupted, the test saw an error
        return answer, gone

    def _ask_judge(self, question: dict[str, Any]) -> dict[str, Any]:
        try:
            return frames.ask(self._judge, question, self._until, MESSAGE_BYTES)[0]
        except (frames.Ended, ValueError):
            # What the notebook said was too much for it.
            told = {"shadowed": False, "files": False, "plain": False}
            return {"verdict": "failed", "points": None, "why": "object", "word": "", **told}
