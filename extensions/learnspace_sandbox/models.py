"""What goes into a sandbox and what is taken back: cells and files in, outputs out, nothing else."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Base64Bytes, BaseModel

Ended = Literal["", "timeout", "kernel_died", "sandbox_died", "too_much_output", "no_kernel"]
Doubt = Literal["", "passes_wrong", "differs", "object", "beside", "language"]
"""Why a test that passed is no evidence: it passes with a wrong expected value too, it does not pass when it is judged
from outside, an object of the notebook's would have had to judge itself, its own text asks for what only works beside
the answer, in the notebook's process, or it is in another language than Python."""


class Cell(BaseModel):
    """One code cell.

    A ``test`` runs as it stands, whatever the cells before it did to the shell. ``plain`` is the test itself in plain
    Python, ``helpers`` what other trusted cells define for it. Its ``probes`` are alterations of it that must fail
    wherever it passes, for a test that can only be run in the notebook.
    """

    source: str
    test: bool = False
    plain: str = ""
    helpers: str = ""
    probes: list[str] = []


class Request(BaseModel):
    """One notebook to run: its code cells in order, and the files that stand beside it.

    ``seconds`` is the wall time of all cells together. ``kernel`` is a Jupyter kernel's name; ``python3`` runs warm.
    ``cell_seconds`` interrupts a cell of a warm run that takes longer, and the next one goes on; code that catches
    everything is stopped with the notebook. ``hash_seed`` asks for a fresh Python with another order of sets, to see
    whether a run depends on it.
    """

    cells: list[Cell]
    files: dict[str, Base64Bytes] = {}
    seconds: int
    cell_seconds: int | None = None
    kernel: str = "python3"
    hash_seed: int | None = None

    @property
    def is_warm(self) -> bool:
        """Whether the warm shell runs it."""
        return self.kernel == "python3" and self.hash_seed is None


class CellResult(BaseModel):
    """What one cell did, how many seconds it took, and the most memory its process held meanwhile (0: unknown).

    ``not_run`` is a result of its own: no verdict is not a pass. ``doubt`` says why a test that passed is not believed;
    ``judged`` that it was judged from outside too, where it gave ``points`` as partial credit; ``word`` for which word
    of its it could not be.
    """

    status: Literal["ok", "error", "not_run"]
    outputs: list[dict[str, Any]] = []
    doubt: Doubt = ""
    judged: bool = False
    word: str = ""
    points: float | None = None
    seconds: float = 0
    memory_bytes: int = 0


class Result(BaseModel):
    """What the run gave, a result for each cell; ``ended`` says why it ended early, if it did."""

    cells: list[CellResult]
    ended: Ended = ""


class CellTimeoutError(BaseException):
    """A cell took longer than it may; named as in nbclient."""
