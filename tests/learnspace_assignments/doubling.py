"""The assignment ``doubling`` with a gradebook of its own, to grade one submission after another in it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from learnspace_assignments.coursedir import course_directory
from learnspace_assignments.grading.gradebook import CourseBook
from learnspace_assignments.models import Marks
from learnspace_core.settings import Settings
from learnspace_sandbox.engine import make_run
from tests.learnspace_assignments.conftest import cell, source_notebook

ANSWER = "def double(x):\n    return x + x"
GOOD = {"double-tests": (2, False), "why": (0, True)}
"""The points of a right answer, and whether a person has to mark it."""


def make_book(state: Path) -> CourseBook:
    """Make a course with the assignment in the process sandbox."""
    settings = Settings(state=state, sandbox={"seconds": 20})  # type: ignore[arg-type]  # pydantic reads it
    folder = course_directory(settings, "art") / "source" / "doubling"
    folder.mkdir(parents=True)
    notebook = source_notebook()
    notebook.cells.insert(1, cell("code", "unit = 2", grade_id="setup", locked=True, cell_type="code"))
    for number, one in enumerate(notebook.cells):
        one.id = f"cell-{number}"
    nbformat.write(notebook, folder / "doubling.ipynb")
    made = CourseBook(settings, "art", make_run("process", settings.sandbox))
    made.generate("doubling")
    return made


def answered(book: CourseBook) -> NotebookNode:
    """Return the notebook as a learner got it, with both answers: heading, setup, answer, test, words."""
    notebook = nbformat.read(book.root / "release/doubling/doubling.ipynb", as_version=4)
    notebook.cells[2].source = ANSWER
    notebook.cells[4].source = "Because."
    return notebook


def grade(book: CourseBook, content: bytes, folder: Path, student: str = "amy") -> Marks:
    """Grade the bytes of a notebook and return its marks."""
    path = folder / "doubling.ipynb"
    path.write_bytes(content)
    book.place_submission("doubling", student, {"doubling.ipynb": path}, datetime(2026, 11, 20, tzinfo=UTC))
    book.autograde("doubling", student, student)
    return book.marks("doubling", student)[0]


def points(marks: Marks) -> dict[str, tuple[float, bool]]:
    """Return the points of each question, and whether a person has to mark it."""
    return {question.id: (question.score, question.needs_mark) for question in marks.questions}
