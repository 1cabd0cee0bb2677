"""Runs inside the sandbox: one request on standard input, one result on standard output.

The result leaves by a copy of standard output that the kernel does not inherit, so that a notebook which writes to
file descriptor 1 writes to nowhere.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from learnspace_sandbox.models import CellResult, Request, Result


class _Client(NotebookClient):
    """nbclient, remembering the kernel's own verdict on each cell."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.statuses: dict[int, str] = {}
        self.on_cell_executed = self._remember

    def _remember(self, cell_index: int, execute_reply: dict[str, Any], **_: Any) -> None:
        self.statuses[cell_index] = str(execute_reply["content"]["status"])


def run(request: Request, directory: Path) -> Result:
    """Run the cells in order in a fresh kernel whose working directory is ``directory``."""
    for name, content in request.files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in request.cells])
    client = _Client(
        notebook,
        timeout=request.seconds,
        allow_errors=True,
        kernel_name="python3",
        resources={"metadata": {"path": str(directory)}},
    )
    ended = ""
    try:
        client.execute()
    except CellTimeoutError:
        ended = "timeout"
    except DeadKernelError:
        ended = "kernel_died"
    cells = []
    for index, cell in enumerate(notebook.cells):
        status = client.statuses.get(index, "not_run")
        cells.append({"status": status if status in ("ok", "error") else "not_run", "outputs": cell.outputs})
    return Result.model_validate({"cells": cells, "ended": ended})


def main() -> None:
    """Read the request, run it in the working directory, write the result."""
    request = Request.model_validate_json(sys.stdin.buffer.read())
    answer = os.fdopen(os.dup(1), "wb")
    os.set_inheritable(answer.fileno(), False)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1):
        os.dup2(nowhere, standard)
    result = run(request, Path.cwd())
    answer.write(result.model_dump_json().encode())
    answer.close()


if __name__ == "__main__":
    main()

__all__ = ["CellResult", "main", "run"]
