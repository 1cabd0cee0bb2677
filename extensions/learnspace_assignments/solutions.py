"""The page of a solution: the teacher's version of an assignment as learners may read it afterwards.

Hidden tests and marking schemes are no part of a solution: what they hold can be asked again next year.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from threading import Lock

from nbformat import NotebookNode

from learnspace_assignments.coursedir import course_directory, refuse_links
from learnspace_assignments.hiddentests import split
from learnspace_core.errors import NotFound
from learnspace_core.notebook_html import render
from learnspace_core.notebooks import read_notebook
from learnspace_core.paths import check_path
from learnspace_core.settings import Settings

_one_at_a_time = Lock()


def source_notebooks(settings: Settings, course: str, name: str) -> list[Path]:
    """Return the notebooks of an assignment's source, in their order.

    Raises:
        NotFound: if there is none, or something in the way is a link.
    """
    directory = course_directory(settings, course)
    folder = directory / "source" / check_path(name)
    refuse_links(directory, f"source/{name}")
    found = sorted(path for path in folder.glob("*.ipynb") if path.is_file())
    if not found:
        raise NotFound("The solution")
    return found


def solution_page(notebooks: list[Path], title: str) -> str:
    """Return the notebooks as one document, one after another; made once for as long as they stay the same."""
    contents = tuple((path, sha256(path.read_bytes()).hexdigest()) for path in notebooks)
    # A whole class asks at the same second.
    with _one_at_a_time:
        return _page(contents, title)


@lru_cache(maxsize=4)
def _page(contents: tuple[tuple[Path, str], ...], title: str) -> str:
    return "<hr>".join(render(without_hidden(read_notebook(path, path.name)), title) for path, _ in contents)


def without_hidden(notebook: NotebookNode) -> NotebookNode:
    """Take out what learners never see, and the outputs of cells that held it."""
    for cell in notebook.cells:
        shown = split(cell.source)[0]
        if shown != cell.source:
            cell.source = shown
            if cell.cell_type == "code":
                cell.outputs = []
    return notebook
