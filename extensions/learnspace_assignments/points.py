"""How many points an assignment is worth."""

from __future__ import annotations

import nbformat

from learnspace_assignments.hiddentests import has_hidden
from learnspace_core.blobs import BlobStore
from learnspace_core.errors import LearnspaceError
from learnspace_core.models import FileEntry


def max_points(files: list[FileEntry], blobs: BlobStore) -> float:
    """Return the sum of the points of all graded cells in the notebooks at the top of an assignment.

    Raises:
        LearnspaceError: ``bad_notebook`` or ``hidden_tests``, naming the file.
    """
    total = 0.0
    for file in files:
        if not file.path.endswith(".ipynb"):
            continue
        if has_hidden(blobs.read(file.sha256).decode(errors="replace")):
            raise LearnspaceError(
                "hidden_tests",
                f"{file.path} has hidden tests or a marking scheme in it. Make the learners' version first, with "
                "nbgrader generate_assignment or from the Teach panel, then release that.",
                409,
            )
        if "/" in file.path:
            continue
        try:
            notebook = nbformat.reads(blobs.read(file.sha256).decode(), as_version=4)
        except Exception as error:  # nbformat raises its own, json's and Unicode's errors
            raise LearnspaceError("bad_notebook", f"{file.path} is not a valid notebook.") from error
        for cell in notebook.cells:
            grading = cell.metadata.get("nbgrader", {})
            if grading.get("grade") or grading.get("task"):
                total += float(grading.get("points", 0))
    return total
