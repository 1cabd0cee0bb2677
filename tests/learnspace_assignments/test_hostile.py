"""Hostile notebooks, each in the real container: none gets more than an honest answer would, none stops the next.

A file in ``hostile/`` says on top what it tries and how many points it may get at most; then come its answers.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.utils import determine_grade

from learnspace_assignments.grading.execute import SandboxExecute
from learnspace_core.settings import Sandbox as SandboxSettings
from learnspace_sandbox.engine import Sandbox

HOSTILE = sorted((Path(__file__).parent / "hostile").glob("*/*.py"))
TESTS = {
    "square": (2, "assert square(3) == 9\n### BEGIN HIDDEN TESTS\nassert square(7) == 49\n### END HIDDEN TESTS"),
    "first": (
        4,
        "assert first([4, 5]) == 4\n### BEGIN HIDDEN TESTS\nassert first('xy') == 'x'\nassert first((8, 1)) == 8\n"
        "### END HIDDEN TESTS",
    ),
    "total": (
        2,
        "for values, wanted in [([1], 1), ([1, 2], 3)]:\n    assert total(values) == wanted\n### BEGIN HIDDEN TESTS\n"
        "for values, wanted in [([4, 4], 8), ([], 0)]:\n    got = total(values)\n    assert got == wanted, got\n"
        "### END HIDDEN TESTS",
    ),
    "mean": (2, "import numpy as np\nnp.testing.assert_allclose(mean([1, 2]), 1.5)"),
    "share": (
        4,
        "right = sum(share(n, 4) == n / 4 for n in range(1, 5))\n### BEGIN HIDDEN TESTS\n"
        "right = min(right, sum(share(n, 8) == n / 8 for n in range(1, 5)))\n### END HIDDEN TESTS\nright",
    ),
    "above": (2, "assert above(3) > 3\n### BEGIN HIDDEN TESTS\nassert above(70) > 70\n### END HIDDEN TESTS"),
    "kind": (1, "assert type(kind(3)) is float"),
    "refuse": (1, "try:\n    refuse(-1)\nexcept ValueError:\n    pass\nelse:\n    assert False, 'no ValueError'"),
    "words": (
        2,
        "with open('text', 'w') as file:\n    file.write('a b')\nassert words('text') == 2\n"
        "### BEGIN HIDDEN TESTS\nwith open('text', 'w') as file:\n    file.write('a b c d')\n"
        "assert words('text') == 4\n### END HIDDEN TESTS",
    ),
    "named": (1, "assert 'named' in globals()\nassert named == 12"),
    "vector": (
        2,
        "assert Vector(14, 23) + Vector(5, 6) == Vector(19, 29)\n### BEGIN HIDDEN TESTS\n"
        "assert Vector(31, 40) + Vector(5, 6) == Vector(36, 46)\n"
        "assert Vector(57, 68) + Vector(1, 2) == Vector(58, 70)\n### END HIDDEN TESTS",
    ),
    "wait": (
        2,
        "import time\ntime.sleep(0.2)\nassert wait(3) == 81\n### BEGIN HIDDEN TESTS\nassert wait(2) == 16\n"
        "### END HIDDEN TESTS",
    ),
}
HONEST = {
    "square": "def square(x):\n    return x * x",
    "first": "def first(values):\n    return values[0]",
    "total": "def total(values):\n    return sum(values)",
    "mean": "def mean(values):\n    return sum(values) / len(values)",
    "share": "def share(a, b):\n    return a / b",
    "above": "def above(x):\n    return x + 1",
    "kind": "def kind(n):\n    return float(n)",
    "refuse": "def refuse(n):\n    if n < 0:\n        raise ValueError(n)",
    "words": "def words(path):\n    return len(open(path).read().split())",
    "named": "named = 12",
    "vector": "class Vector:\n    def __init__(self, x, y):\n        self.place = x, y\n    def __add__(self, other):\n"
    "        return Vector(*(a + b for a, b in zip(self.place, other.place)))\n    def __eq__(self, other):\n"
    "        return self.place == other.place",
    "wait": "def wait(n):\n    return n**4",
}
log = logging.getLogger(__name__)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A container that all of them share, one after another."""
    made = Sandbox("docker", SandboxSettings(seconds=4, memory="512M", output_bytes=2_000_000))
    yield made
    made.close()


def _grade(sandbox: Sandbox, answers: dict[str, str], folder: Path) -> tuple[float, list[str]]:
    """Return the points of a notebook with these answers, and the tests that passed without evidence."""
    doubts: list[str] = []
    cells: list[NotebookNode] = []
    for name, (points, test) in TESTS.items():
        cells.append(nbformat.v4.new_code_cell(answers.get(name, "")))
        cells.append(nbformat.v4.new_code_cell(test))
        cells[-1].metadata.nbgrader = {
            "schema_version": 3, "cell_type": "code", "grade": True, "solution": False, "locked": True, "task": False,
            "grade_id": name, "points": points,
        }  # fmt: skip
    notebook = nbformat.v4.new_notebook(cells=cells)
    execute = SandboxExecute(run=sandbox.run, seconds=4, doubt=lambda _, test, _why: doubts.append(test))
    execute.preprocess(notebook, {"metadata": {"path": str(folder)}, "unique_key": "ps1"})
    graded = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    return sum(determine_grade(cell, log)[0] or 0 for cell in graded), doubts


@pytest.mark.docker
@pytest.mark.parametrize("file", HOSTILE, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_hostile(sandbox: Sandbox, file: Path, tmp_path: Path) -> None:
    text = file.read_text(encoding="utf-8")
    most = float(re.search(r"^# At most: (\d+)$", text, re.MULTILINE)[1])  # type: ignore[index]  # each has the line
    answers = dict(re.findall(r"^# %% (\w+)\n(.*?)(?=^# %% |\Z)", text, re.MULTILINE | re.DOTALL))
    points, _ = _grade(sandbox, answers, tmp_path)
    assert points <= most


@pytest.mark.docker
def test_an_honest_notebook_is_believed_after_all_of_them(sandbox: Sandbox, tmp_path: Path) -> None:
    assert _grade(sandbox, HONEST, tmp_path) == (25, [])


def test_there_are_enough_of_each_class() -> None:
    classes = [file.parent.name for file in HOSTILE]
    assert len(classes) >= 40
    assert min(classes.count(name) for name in set(classes)) >= 4
