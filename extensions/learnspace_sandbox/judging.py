"""Has a test judged from outside: carries what its judge asks to a fork of the notebook, and the answers back."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from learnspace_sandbox import frames
from learnspace_sandbox.judge import NOTHING_TOLD
from learnspace_sandbox.models import Cell, Doubt
from learnspace_sandbox.twin import Twin

MESSAGE_BYTES = 32_000_000
"""What one answer to a judge may have: the largest plain value, and what was printed on the way."""
SECONDS = 3600
"""For a test without a limit of its own."""


@dataclass
class Verdict:
    """How a test was judged.

    ``verdict`` is ``ok``, ``failed``, ``timeout`` or, if it could not be judged from outside, empty. ``doubt`` says
    what to think of it if it passes in the notebook all the same; ``points`` is its partial credit. ``word`` is what in
    the test's text cannot be judged from outside. ``binds`` are names that it gave to something, which only the
    notebook has once it ran there.
    """

    verdict: Literal["", "ok", "failed", "timeout"]
    doubt: Doubt = ""
    points: float | None = None
    needs_probes: bool = False
    word: str = ""
    binds: Sequence[str] = ()

    @property
    def judged(self) -> bool:
        """Whether it was judged from outside."""
        return bool(self.verdict)


NO_TEST = Verdict("")


class Judging:
    """Judges a test.

    Args:
        twin: answers for the notebook.
        judge: the way to the process that judges.
        seconds: what the test may take.
        until: when the time of the whole notebook is over.
    """

    def __init__(self, twin: Twin, judge: int, seconds: int | None, until: float) -> None:
        self._twin = twin
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
            self._twin.leave()
            found = self._once(cell, shadows=True)
        if not found["fails"] or found["changes"]:
            # Only where a test passed that gave and got plain values is all in the twin as it will be in the notebook.
            self._twin.leave()
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
                needs_probes = not (found["files"] or found["fails"])
                return Verdict("ok", points=points, needs_probes=needs_probes, binds=found["binds"])
        return Verdict("failed", "differs", points)

    def _once(self, cell: Cell, *, shadows: bool) -> dict[str, Any]:
        """Carry what a judge asks to the twin, and return how it ends.

        ``fails`` says of a test that passed whether one of its probes fails, as it must.
        """
        began, gone = time.monotonic(), False
        question = {"do": "judge", "source": cell.plain, "helpers": cell.helpers, "seconds": self._seconds}
        answer = self._ask_judge(question | {"probe": secrets.choice(cell.probes), "shadows": shadows})
        while "message" in answer:
            left = max(self._seconds - (time.monotonic() - began), 0.01)
            reply = None
            if not gone:
                reply = self._twin.ask({"do": "serve", "message": answer["message"], "seconds": left}, MESSAGE_BYTES)
                gone = reply is None or "message" not in reply
            left = max(self._seconds - (time.monotonic() - began), 0.01)
            message = reply["message"] if reply and not gone else {"gone": True}
            answer = self._ask_judge({"do": "answer", "message": message, "seconds": left})
        if answer["verdict"] == "failed" and time.monotonic() - began >= self._seconds:
            answer["verdict"] = "timeout"  # where the answer was interrupted, the test saw an error
        return answer

    def _ask_judge(self, question: dict[str, Any]) -> dict[str, Any]:
        try:
            return frames.ask(self._judge, question, self._until, MESSAGE_BYTES)[0]
        except (frames.Ended, ValueError):
            # What the notebook said was too much for it.
            return {"verdict": "failed", "points": None, "why": "object", "word": "", "fails": False, **NOTHING_TOLD}
