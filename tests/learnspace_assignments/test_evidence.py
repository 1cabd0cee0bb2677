"""What a test has to show before it gives points, and what is said where it does not."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import determine_grade

from learnspace_assignments.grading.doubts import WHY, Doubted, by_their_tests, why_doubted
from learnspace_assignments.grading.execute import SandboxExecute
from learnspace_assignments.models import Marks
from learnspace_core.settings import Sandbox
from learnspace_sandbox.engine import make_run


def _cell(source: str, **marks: object) -> NotebookNode:
    cell = nbformat.v4.new_code_cell(source)
    if marks:
        given = {"schema_version": 3, "cell_type": "code", "grade": False, "solution": False, "task": False}
        cell.metadata.nbgrader = {**given, "locked": True, "grade_id": "test", "points": 2, **marks}
    return cell


def _graded(folder: Path, *cells: NotebookNode, **more: object) -> tuple[float, list[str]]:
    """Return the points of the last cell, a test, and why it is not believed."""
    why: list[str] = []
    notebook = nbformat.v4.new_notebook(cells=list(cells))
    notebook.metadata.kernelspec = more.pop("kernelspec", {"name": "python3", "language": "python"})
    run = make_run("process", Sandbox(seconds=20))
    execute = SandboxExecute(run=run, seconds=20, doubt=lambda _, _test, reason: why.append(reason), **more)
    execute.preprocess(notebook, {"metadata": {"path": str(folder)}, "unique_key": "ps1"})
    return determine_grade(notebook.cells[-1])[0] or 0, why


def test_what_the_course_judges_with_is_the_courses(tmp_path: Path) -> None:
    tools = _cell("import math\n\ndef check(got, wanted):\n    assert math.isclose(got, wanted)", grade_id="tools")
    right, wrong = _cell("def half(x):\n    return x / 2"), _cell("def half(x):\n    return 0\n\ncheck = print")
    test = _cell("check(half(3), 1.5)", grade=True)
    assert _graded(tmp_path, tools, right, test) == (2, [])
    assert _graded(tmp_path, tools, wrong, test) == (0, ["differs"])


def test_a_module_that_only_is_called_like_one_judges_nothing(tmp_path: Path) -> None:
    answer = "class np:\n    class testing:\n        assert_allclose = print\n\ndef half(x):\n    return 0"
    test = _cell("np.testing.assert_allclose(half(3), 1.5)", grade=True)
    assert _graded(tmp_path, _cell("import numpy as np"), _cell(answer), test) == (0, ["differs"])


def test_another_language_gives_points_only_where_it_is_trusted(tmp_path: Path, other_kernel: str) -> None:
    cells = [_cell("x = 1"), _cell("assert x == 1", grade=True)]
    spec = {"name": other_kernel, "language": "Other"}
    assert _graded(tmp_path, *cells, kernelspec=spec) == (0, ["language"])
    assert _graded(tmp_path, *cells, kernelspec=spec, trusted_languages=["other"]) == (2, [])
    assert _graded(tmp_path, _cell("x = 2"), cells[1], kernelspec=spec) == (0, [])


def test_partial_credit_is_withheld_as_a_whole(tmp_path: Path) -> None:
    answer = "class N(int):\n    def __eq__(self, other):\n        return True\n\ndef f(x):\n    return N(0)"
    test = _cell("sum(f(n) == n for n in (3, 4))", grade=True)
    assert _graded(tmp_path, _cell("def f(x):\n    return 3"), test) == (1, [])
    assert _graded(tmp_path, _cell(answer), test) == (0, ["differs"])


def test_each_doubt_is_said_in_words() -> None:
    marks = Marks.model_construct(questions=[])
    for why, words in WHY.items():
        assert why_doubted([Doubted("ps1", "q1", why)], marks).startswith(f"q1: {words}")
    both = why_doubted([Doubted("ps1", "q1", "differs"), Doubted("ps1", "q2", "object")], marks)
    assert "q1: the checks" in both
    assert "q2: the answer" in both


def test_only_what_an_answer_did_counts_against_it() -> None:
    assert by_their_tests([Doubted("ps1", "q1", "beside"), Doubted("ps1", "q2", "language")])
    assert not by_their_tests([Doubted("ps1", "q1", "beside"), Doubted("ps1", "q2", "differs")])


BESIDE = "import threading\nassert half(3) == 1.5"


def test_a_test_of_the_notebooks_process_gives_points_only_where_it_is_trusted(tmp_path: Path) -> None:
    right, wrong = _cell("def half(x):\n    return x / 2"), _cell("def half(x):\n    return x")
    test = _cell(BESIDE, grade=True)
    assert _graded(tmp_path, right, test) == (0, ["beside"])
    assert _graded(tmp_path, right, test, trust_unjudged_tests=True) == (2, [])
    assert _graded(tmp_path, wrong, test) == (0, [])


def test_nothing_is_withheld_where_nothing_is_earned(tmp_path: Path) -> None:
    right = _cell("def half(x):\n    return x / 2")
    assert _graded(tmp_path, right, _cell(BESIDE, grade=True, points=0)) == (0, [])
    assert _graded(tmp_path, right, _cell(f"{BESIDE}\n0", grade=True)) == (0, [])
    assert _graded(tmp_path, right, _cell(f"{BESIDE}\n1", grade=True)) == (0, ["beside"])
