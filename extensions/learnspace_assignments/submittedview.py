"""Shows a notebook as it was handed in: nobody checked it, so it is bounded before it is rendered."""

from __future__ import annotations

import threading
from pathlib import Path

from nbformat import NotebookNode

from learnspace_core.errors import LearnspaceError
from learnspace_core.models import FileEntry
from learnspace_core.notebook_html import render
from learnspace_core.notebooks import read_notebook

LARGEST = 2_000_000
"""Bytes of a notebook that is shown; a larger one is brought back and opened in the space."""
MOST_CELLS = 500
LONGEST_CODE = 100_000
"""Characters of all code; colouring a megabyte of it takes minutes."""
_one_at_a_time = threading.Semaphore(2)


def view(path: Path, file: FileEntry, language: str) -> str:
    """Return the notebook as one sanitised HTML document.

    Raises:
        LearnspaceError: ``too_large_to_show`` (413), ``bad_notebook``.
    """
    if file.size > LARGEST:
        raise _too_large(file.path)
    notebook = read_notebook(path, file.path)
    if len(notebook.cells) > MOST_CELLS or _code(notebook) > LONGEST_CODE:
        raise _too_large(file.path)
    with _one_at_a_time:
        return render(notebook, file.path, language)


def _code(notebook: NotebookNode) -> int:
    return sum(len(cell.source) for cell in notebook.cells if cell.cell_type == "code")


def _too_large(path: str) -> LearnspaceError:
    return LearnspaceError(
        "too_large_to_show", f"{path} is too large to be shown here. Bring it back and open it in your space.", 413
    )
