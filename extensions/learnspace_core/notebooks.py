"""Reads notebooks that somebody else wrote."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from learnspace_core.errors import LearnspaceError

LONGEST_MARKDOWN = 10_000
"""Characters of a cell that are rendered; nbconvert would need hours for a megabyte of brackets."""


def read_notebook(path: Path, shown: str) -> NotebookNode:
    """Read a notebook of format 4 and validate it.

    Raises:
        LearnspaceError: ``bad_notebook``, naming the file as ``shown`` and the reason.
    """
    try:
        notebook: NotebookNode = nbformat.read(path, as_version=nbformat.NO_CONVERT)
        nbformat.validate(notebook)
    except OSError as error:
        raise LearnspaceError("bad_notebook", f"{shown}: cannot be read: {error.strerror}") from error
    except Exception as error:  # nbformat raises its own, json's and jsonschema's errors
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise LearnspaceError("bad_notebook", f"{shown}: is not a valid notebook: {reason}") from error
    if notebook.nbformat != 4:
        raise LearnspaceError(
            "bad_notebook", f"{shown}: is a notebook of format {notebook.nbformat}; only format 4 is supported"
        )
    return notebook
