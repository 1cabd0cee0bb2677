"""Runs a notebook in a Jupyter kernel of its own, which starts cold: another language, or a fresh Python."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from traitlets.config import Config

from learnspace_sandbox.memory import forget_peak, peak
from learnspace_sandbox.models import CellResult, Ended, Request, Result


class _Client(NotebookClient):
    """nbclient, remembering the kernel's own verdict on each cell, and what the cell took."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.results: dict[int, CellResult] = {}
        self._began = 0.0
        self.on_cell_execute = self._begin
        self.on_cell_executed = self._remember

    def _begin(self, cell_index: int, **_: Any) -> None:
        forget_peak(self._kernel_pid())
        self._began = time.monotonic()

    def _remember(self, cell_index: int, execute_reply: dict[str, Any], **_: Any) -> None:
        status = execute_reply["content"]["status"]
        self.results[cell_index] = CellResult(
            status=status if status in ("ok", "error") else "not_run",
            seconds=time.monotonic() - self._began,
            memory_bytes=peak(self._kernel_pid()),
        )

    def _kernel_pid(self) -> int:
        return int(getattr(getattr(self.km, "provisioner", None), "pid", None) or 0)


def run_kernel(request: Request, directory: Path) -> Result:
    """Run the cells in order in a fresh kernel whose working directory is ``directory``."""
    os.environ["JUPYTER_RUNTIME_DIR"] = str(directory.parent)
    # What was handed in may hold a kernel of this name that says of every test that it passes: look in no home for it.
    for name in ("JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR"):
        os.environ[name] = str(directory.parent / "nowhere")
    if request.hash_seed is not None:
        os.environ["PYTHONHASHSEED"] = str(request.hash_seed)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell.source) for cell in request.cells])
    client = _Client(
        notebook,
        timeout=request.seconds,
        allow_errors=True,
        kernel_name=request.kernel,
        resources={"metadata": {"path": str(directory)}},
        # There is no network, not even a loopback: kernel and client speak over sockets in the file system.
        config=Config({"ConnectionFileMixin": {"transport": "ipc"}}),
    )
    ended: Ended = ""
    try:
        client.execute()
    except CellTimeoutError:
        ended = "timeout"
    except DeadKernelError:
        ended = "kernel_died"
    except NoSuchKernel:
        ended = "no_kernel"
    results = []
    for index, cell in enumerate(notebook.cells):
        result = client.results.get(index, CellResult(status="not_run"))
        results.append(result.model_copy(update={"outputs": cell.outputs}))
    return Result(cells=results, ended=ended)
