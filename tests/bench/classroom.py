"""A class and its work: an assignment of two notebooks with eight tests each, and what different learners hand in."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode

ASSIGNMENT = "ps1"
DUE = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
PERCENT_A_DAY = 10


class Task(NamedTuple):
    """One question: a function's name, its reference solution, a wrong one, its tests."""

    name: str
    right: str
    wrong: str
    visible: str
    hidden: str


TASKS = (
    Task("double", "return 2 * x", "return x", "assert double(3) == 6", "assert double(-1.5) == -3.0"),
    Task("mean", "return float(np.mean(x))", "return float(np.sum(x))", "assert mean([1, 2, 3]) == 2.0",
         "assert abs(mean(np.arange(100)) - 49.5) < 1e-9"),
    Task("centred", "x = np.asarray(x)\n    return x - x.mean()", "return np.asarray(x)",
         "np.testing.assert_allclose(centred([1, 2, 3]), [-1, 0, 1])",
         "np.testing.assert_allclose(centred([5.0, 7.0]), [-1, 1])"),
    Task("norm", "return float(np.linalg.norm(x))", "return float(np.max(x))", "assert norm([3, 4]) == 5.0",
         "assert round(norm(np.ones(16)), 6) == 4.0"),
    Task("evens", "return [n for n in range(x) if n % 2 == 0]", "return list(range(x))",
         "assert evens(6) == [0, 2, 4]", "assert evens(1) == [0]\nassert len(evens(1001)) == 501"),
    Task("trace", "return int(np.trace(np.asarray(x)))", "return int(np.sum(x))", "assert trace([[1, 2], [3, 4]]) == 5",
         "assert trace(np.eye(12)) == 12"),
    Task("words", "return sorted(set(x.split()))", "return x.split()", "assert words('b a b') == ['a', 'b']",
         "assert words('') == []"),
    Task("walk", "return np.cumsum(np.sign(x)).tolist()", "return list(x)[1000]",
         "assert walk([2, -5, 7]) == [1, 0, 1]", "assert walk(np.ones(50))[-1] == 50"),
)  # fmt: skip


def source_notebook(title: str) -> NotebookNode:
    """Return a teacher's notebook: eight questions with tests, and one answer in words."""
    cells = [nbformat.v4.new_markdown_cell(f"# {title}"), nbformat.v4.new_code_cell("import numpy as np")]
    for task in TASKS:
        solution = f"def {task.name}(x):\n    ### BEGIN SOLUTION\n    {task.right}\n    ### END SOLUTION"
        tests = f"{task.visible}\n### BEGIN HIDDEN TESTS\n{task.hidden}\n### END HIDDEN TESTS"
        cells += [
            nbformat.v4.new_markdown_cell(f"## {task.name}\n\nWrite the function `{task.name}`."),
            _marked(nbformat.v4.new_code_cell(solution), task.name, solution=True),
            _marked(nbformat.v4.new_code_cell(tests), f"{task.name}-tests", grade=True, locked=True, points=2),
        ]
    cells.append(_marked(nbformat.v4.new_markdown_cell("Why?"), "why", grade=True, solution=True, points=3))
    notebook: NotebookNode = nbformat.v4.new_notebook(cells=cells)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return notebook


def _marked(cell: NotebookNode, grade_id: str, **grading: object) -> NotebookNode:
    base = {"schema_version": 3, "grade": False, "solution": False, "locked": False, "task": False}
    cell.metadata.nbgrader = {**base, "grade_id": grade_id, "cell_type": cell.cell_type, **grading}
    return cell


def write_source(folder: Path) -> None:
    """Write the teacher's two notebooks."""
    folder.mkdir(parents=True)
    for name in ("part1", "part2"):
        nbformat.write(source_notebook(name), folder / f"{name}.ipynb")


class HandedIn(NamedTuple):
    """What one learner handed in."""

    student: str
    received_at: datetime
    folder: Path


def hand_in(release: Path, number: int, folder: Path) -> HandedIn:
    """Write what learner ``number`` makes of the released notebooks: mostly right, some wrong, some broken, some late.

    By its number each has its own mixture, and the same number always has the same.
    """
    student = f"learner{number:04}"
    place = folder / student
    place.mkdir(parents=True)
    for part, path in enumerate(sorted(release.glob("*.ipynb"))):
        if number % 23 == 22 and part == 1:
            continue  # one notebook is missing
        notebook = copy.deepcopy(_released(path))
        for index, task in enumerate(TASKS):
            # A class that knows about four fifths.
            kind = (number * 7 + index * 5 + part * 3) % 31
            cell = next(one for one in notebook.cells if one.metadata.get("nbgrader", {}).get("grade_id") == task.name)
            match kind:
                case 0 | 1 | 2 | 3:
                    cell.source = f"def {task.name}(x):\n    {task.wrong}"
                case 4:
                    pass  # left as it was
                case 5:
                    cell.source = f"def {task.name}(x):\n    return undefined_{number}"
                case 6:
                    cell.source = f"def {task.name}(x)\n    return"
                case _:
                    cell.source = f"# learner {number}\ndef {task.name}(x):\n    {task.right}\n"
        if number % 3:
            notebook.cells[-1].source = f"Because of {number}."
        if number % 11 == 10:
            test = next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "mean-tests")
            test.source = "pass"  # nbgrader puts the teacher's back
        nbformat.write(notebook, place / path.name)
    late = timedelta(days=(number % 40) - 36) if number % 40 > 36 else timedelta(hours=-1)
    return HandedIn(student, DUE + late, place)


_notebooks: dict[Path, NotebookNode] = {}


def _released(path: Path) -> NotebookNode:
    if path not in _notebooks:
        _notebooks[path] = nbformat.read(path, as_version=4)
    return _notebooks[path]
