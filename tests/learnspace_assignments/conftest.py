"""An assignment in the course ``art``, released, with a submission of amy's, a resource, and a job of ted's."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from learnspace_assignments import store
from learnspace_assignments.coursedir import place_source
from learnspace_assignments.gradingruns import ask_all
from learnspace_assignments.jobs import release
from learnspace_core import jobs
from learnspace_core.blobs import BlobStore
from learnspace_core.database import Database
from learnspace_core.settings import Settings


def cell(kind: str, source: str, **grading: object) -> nbformat.NotebookNode:
    """Return a cell, with nbgrader's marks if any are given."""
    make = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
    made = make(source)
    if grading:
        defaults = {"schema_version": 3, "grade": False, "solution": False, "locked": False, "task": False}
        made.metadata.nbgrader = {**defaults, **grading}
    return made


def source_notebook() -> nbformat.NotebookNode:
    """Return a small assignment: two points by test, three by hand."""
    solution = "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION"
    tests = (
        "assert double(2) == 4, 'double(2) is not 4'\n### BEGIN HIDDEN TESTS\n"
        "assert double(21) == 42, 'try another number'\n### END HIDDEN TESTS"
    )
    notebook = nbformat.v4.new_notebook(
        cells=[
            cell("markdown", "# Doubling"),
            cell("code", solution, grade_id="double", solution=True, cell_type="code"),
            cell("code", tests, grade_id="double-tests", grade=True, locked=True, points=2, cell_type="code"),
            cell("markdown", "Say why.", grade_id="why", grade=True, solution=True, points=3, cell_type="markdown"),
        ]
    )
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return notebook


@pytest.fixture
def work(settings: Settings, school: Database, blobs: BlobStore) -> Work:
    """A way to do grading jobs at once, as the grader does them."""
    return Work(settings, school, blobs)


class Work:
    """Adds a job, claims it and does it in this process."""

    def __init__(self, settings: Settings, database: Database, blobs: BlobStore) -> None:
        self.database = database
        self.queue = jobs.Queue(settings, "grading", database, blobs)

    def do(self, kind: str, **payload: object) -> str:
        """Do a job of the assignment ``art/doubling`` and return its id."""
        payload = {"course": "art", "name": "doubling", **payload}
        with self.database.write() as session:
            if kind == "grade":
                row = store.get_assignment(session, "art", "doubling", released=False)
                job_id = ask_all(session, row, "ted", payload.get("usernames")).id
            else:
                job_id = jobs.add(session, "grading", kind, payload, course_id="art").id
        self.queue.run(job_id)
        return job_id


@pytest.fixture
def released(settings: Settings, school: Database, work: Work, tmp_path: Path) -> Database:
    """The assignment ``doubling`` of the course ``art``, released by nbgrader's own converter."""
    assert release is not None
    folder = tmp_path / "doubling"
    folder.mkdir()
    nbformat.write(source_notebook(), folder / "doubling.ipynb")
    place_source(settings, "art", folder, "doubling")
    with school.write() as session:
        store.ensure_assignment(session, "art", "doubling", "Doubling")
    work.do("release")
    return school
