"""What goes into a sandbox and what is taken back: cells and files in, outputs out, nothing else."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Base64Bytes, BaseModel


class Request(BaseModel):
    """One notebook to run: the source of its code cells in order, and the files that stand beside it.

    ``seconds`` is the wall time of one cell. ``hash_seed`` fixes the order of Python's sets for a run that is to be
    like another one.
    """

    cells: list[str]
    files: dict[str, Base64Bytes]
    seconds: int
    kernel: str = "python3"
    hash_seed: int | None = None


class CellResult(BaseModel):
    """What one cell did, how many seconds it took, and the most memory its kernel held meanwhile (0: unknown).

    ``not_run`` is a result of its own: no verdict is not a pass.
    """

    status: Literal["ok", "error", "not_run"]
    outputs: list[dict[str, Any]]
    seconds: float = 0
    memory_bytes: int = 0


class Result(BaseModel):
    """What the run gave, a result for each cell; ``ended`` says why it ended early, if it did."""

    cells: list[CellResult]
    ended: Literal["", "timeout", "kernel_died", "sandbox_died", "too_much_output", "no_kernel"] = ""
