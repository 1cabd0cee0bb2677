"""Runs inside the sandbox: one request on standard input, one result on standard output.

The result leaves by a copy of standard output that the kernel does not inherit, so that a notebook which writes to
file descriptor 1 writes to nowhere.
"""

from __future__ import annotations

import os
import re
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from learnspace_sandbox.models import CellResult, Request, Result


class _Client(NotebookClient):
    """nbclient, remembering the kernel's own verdict on each cell, and what the cell took."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.statuses: dict[int, str] = {}
        self.seconds: dict[int, float] = {}
        self.memory: dict[int, int] = {}
        self.on_cell_execute = self._begin
        self.on_cell_executed = self._remember

    def _begin(self, cell_index: int, **_: Any) -> None:
        _forget_peak(self._kernel_pid())
        self.seconds[cell_index] = time.monotonic()

    def _remember(self, cell_index: int, execute_reply: dict[str, Any], **_: Any) -> None:
        self.seconds[cell_index] = time.monotonic() - self.seconds[cell_index]
        self.memory[cell_index] = _peak(self._kernel_pid())
        self.statuses[cell_index] = str(execute_reply["content"]["status"])

    def _kernel_pid(self) -> int:
        return int(getattr(getattr(self.km, "provisioner", None), "pid", None) or 0)


def run(request: Request, directory: Path) -> Result:
    """Run the cells in order in a fresh kernel whose working directory is ``directory``."""
    for name, content in request.files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    if request.hash_seed is not None:
        os.environ["PYTHONHASHSEED"] = str(request.hash_seed)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in request.cells])
    client = _Client(
        notebook,
        timeout=request.seconds,
        allow_errors=True,
        kernel_name=request.kernel,
        resources={"metadata": {"path": str(directory)}},
    )
    ended = ""
    try:
        client.execute()
    except CellTimeoutError:
        ended = "timeout"
    except DeadKernelError:
        ended = "kernel_died"
    except NoSuchKernel:
        ended = "no_kernel"
    cells = []
    for index, cell in enumerate(notebook.cells):
        status = client.statuses.get(index, "not_run")
        known = status in ("ok", "error")
        cells.append(
            {
                "status": status if known else "not_run",
                "outputs": cell.outputs,
                "seconds": client.seconds[index] if known else 0,
                "memory_bytes": client.memory[index] if known else 0,
            }
        )
    return Result.model_validate({"cells": cells, "ended": ended})


def _forget_peak(pid: int) -> None:
    """Let the kernel of this machine count the peak of a process's memory anew (proc(5), clear_refs)."""
    with suppress(OSError):
        Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")


def _peak(pid: int) -> int:
    """Return the most memory a process held since :func:`_forget_peak`, in bytes; 0 where nobody can tell."""
    with suppress(OSError):
        found = re.search(r"^VmHWM:\s*(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"), re.MULTILINE)
        return int(found.group(1)) * 1024 if found else 0
    return 0


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
