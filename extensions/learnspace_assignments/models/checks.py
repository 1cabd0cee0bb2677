"""What a check before release found: a verdict on each test, and the mistakes that no test noticed."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from learnspace_assignments.models.preparing import Problem, SourceQuestion
from learnspace_core.models import Job
from learnspace_sandbox.models import Doubt

TestVerdict = Literal["good", "fails", "free", "flaky", "never_fails", "not_run"]
"""``fails``: the reference does not earn full marks. ``free``: an untouched notebook does. ``flaky``: the same
solution earns now more, now less. ``never_fails``: no mistake in the solution made it fail. ``not_run``: there was no
time or no kernel for it."""

MutantsLeftOut = Literal["", "not_python", "no_solution", "no_time", "unlike"]
"""Why no mistakes were tried in a notebook: another language, nothing between BEGIN and END SOLUTION, no time left, or
the notebook behaves otherwise when its cells are run anew."""


class TestCheck(BaseModel):
    """One cell with tests.

    ``reference`` and ``untouched`` are the points that the reference solution and the notebook as learners get it
    earn. ``passed`` of ``runs`` runs of the reference earned full marks. ``caught`` of ``mutants`` deliberate mistakes
    in the solution that the test relies on cost points. ``seconds`` and ``memory_bytes`` (0: unknown) are those of the
    reference; ``stderr`` is what it wrote there, for which stock nbgrader gives no points; ``error`` its error.
    ``withheld`` says why work would be withheld that passes the test as the reference does, ``word`` what in the test
    it is for, where that can be said.
    """

    notebook: str
    id: str
    title: str
    points: float
    reference: float
    untouched: float
    runs: int
    passed: int
    mutants: int
    caught: int
    seconds: float
    memory_bytes: int
    stderr: str = ""
    error: str = ""
    withheld: Doubt = ""
    word: str = ""
    verdict: TestVerdict


class Survivor(BaseModel):
    """A mistake in the reference solution that no test noticed; it may be harmless.

    ``cell`` is the grade id of the solution, ``line`` counts from 1 in that cell; ``became`` is empty if the code
    was left out.
    """

    notebook: str
    cell: str
    line: int
    was: str
    became: str


class NotebookCheck(BaseModel):
    """One notebook: how many mistakes were tried, how many noticed; ``left_out`` says why there were none."""

    notebook: str
    language: str
    mutants: int
    caught: int
    left_out: MutantsLeftOut = ""
    ended: str = ""


class CheckReport(BaseModel):
    """The newest check of an assignment.

    ``verdict``: ``mend`` before release, ``look`` at what is marked, ``ready``, or ``unfinished`` if the time was
    over before each test had its verdict. ``digest`` names the source that was checked; ``stopped`` says that the time
    in the settings (``seconds_allowed``) was over before everything was tried.
    """

    made_at: datetime
    digest: str
    verdict: Literal["ready", "look", "mend", "unfinished"]
    problems: list[Problem]
    tests: list[TestCheck]
    by_hand: list[SourceQuestion]
    notebooks: list[NotebookCheck]
    survivors: list[Survivor]
    seconds: float
    seconds_allowed: int
    stopped: bool


class CheckState(BaseModel):
    """The newest check of an assignment and how far the one that runs is.

    ``current`` says whether the source is still the one that was checked.
    """

    report: CheckReport | None
    current: bool
    job: Job | None
