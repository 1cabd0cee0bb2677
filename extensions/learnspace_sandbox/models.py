"""What goes into a sandbox and what is taken back: cells and files in, outputs out, nothing else."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Base64Bytes, BaseModel


class Request(BaseModel):
    """One notebook to run: the source of its code cells in order, and the files that stand beside it."""

    cells: list[str]
    files: dict[str, Base64Bytes]
    seconds: int


class CellResult(BaseModel):
    """What one cell did. ``not_run`` is a result of its own: no verdict is not a pass."""

    status: Literal["ok", "error", "not_run"]
    outputs: list[dict[str, Any]]


class Result(BaseModel):
    """What the run gave, a result for each cell; ``ended`` says why it ended early, if it did."""

    cells: list[CellResult]
    ended: Literal["", "timeout", "kernel_died", "sandbox_died", "too_much_output"] = ""
