"""The questions of a released assignment, read from its notebooks."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import lru_cache

import nbformat
from nbformat import NotebookNode

from learnspace_assignments.headings import headings_of
from learnspace_assignments.models.progress import AskedQuestion
from learnspace_core.blobs import BlobStore
from learnspace_core.models import FileEntry

log = logging.getLogger(__name__)


LONGEST_NAME = 200
"""Characters of a grade id or a notebook's name that the store has room for."""


def questions_of(files: Iterable[FileEntry], blobs: BlobStore) -> list[AskedQuestion]:
    """Return the graded cells of the notebooks at the top of an assignment, in order.

    A notebook that cannot be read has none: whoever released it was told already.
    """
    found: list[AskedQuestion] = []
    for file in files:
        if file.path.endswith(".ipynb") and "/" not in file.path:
            try:
                found += _read(file.path.removesuffix(".ipynb"), file.sha256, blobs)
            except Exception:  # the disk's, nbformat's, json's and Unicode's errors
                log.warning("%s (%s) cannot be read for its questions", file.path, file.sha256, exc_info=True)
    return found


@lru_cache(maxsize=256)
def _read(name: str, sha256: str, blobs: BlobStore) -> tuple[AskedQuestion, ...]:
    """Read one notebook; its address is its contents, so what was read once stays right."""
    notebook = nbformat.reads(blobs.read(sha256).decode(), as_version=4)
    asked = _questions(name, notebook)
    return tuple(one for one in asked if one.id and max(len(one.id), len(name)) <= LONGEST_NAME)


def _questions(name: str, notebook: NotebookNode) -> list[AskedQuestion]:
    headings = titles(notebook)
    asked: list[AskedQuestion] = []
    solutions: dict[str, str] = {}
    begun = False
    for cell in notebook.cells:
        grading = cell.metadata.get("nbgrader", {})
        graded, solution = bool(grading.get("grade")), bool(grading.get("solution"))
        grade_id = str(grading.get("grade_id", ""))
        if solution and not graded:
            # Several tests may look at one solution; the next solution begins the next question.
            solutions = {grade_id: cell.source} if not begun else {**solutions, grade_id: cell.source}
            begun = True
        if not (graded or grading.get("task")):
            continue
        tested = graded and not solution and cell.cell_type == "code"
        asked.append(
            AskedQuestion(
                notebook=name,
                id=grade_id,
                title=headings.get(grade_id, ""),
                points=float(grading.get("points", 0)),
                checkable=tested and says_something(cell.source),
                solutions=dict(solutions) if tested else {},
            )
        )
        begun = False
    return asked


def titles(notebook: NotebookNode | None) -> dict[str, str]:
    """Return nbgrader's name of each cell that it knows to the heading that stands above the cell."""
    found, heading = {}, ""
    for cell in notebook.cells if notebook is not None else ():
        grading = cell.metadata.get("nbgrader", {})
        # What a learner writes is no heading of the assignment.
        if cell.cell_type == "markdown" and not grading.get("solution"):
            headings = headings_of(cell.source)
            heading = headings[-1] if headings else heading
        if grading.get("grade_id"):
            found[grading["grade_id"]] = heading
    return found


def says_something(source: str) -> bool:
    """Tell whether a test has visible lines: one whose lines are all hidden passes whatever is written above it."""
    return any(line.strip() and not line.strip().startswith("#") for line in source.splitlines())
