"""What happens to cells on their way: mended where that is certain, put aside for a person where it is not."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from learnspace_assignments.grading.gradebook import CourseBook
from learnspace_core.errors import LearnspaceError
from tests.learnspace_assignments.conftest import cell
from tests.learnspace_assignments.doubling import ANSWER, GOOD, answered, grade, make_book, points

Change = Callable[[NotebookNode], Any]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> CourseBook:
    """The gradebook of a course with the assignment ``doubling``, which all of them share."""
    return make_book(tmp_path_factory.mktemp("state"))


def _strip_all(notebook: NotebookNode) -> None:
    for one in notebook.cells:
        one.metadata.pop("nbgrader", None)


def _strip_all_and_ids(notebook: NotebookNode) -> None:
    _strip_all(notebook)
    for one in notebook.cells:
        del one["id"]
    notebook.nbformat_minor = 4


def _retype(place: int, kind: str) -> Change:
    def change(notebook: NotebookNode) -> None:
        one = notebook.cells[place]
        one.cell_type = kind
        one.pop("outputs", None)
        one.pop("execution_count", None)
        if kind == "code":
            one.update(outputs=[], execution_count=None)

    return change


def _twin(place: int, source: str | None = None, *, before: bool = False) -> Change:
    def change(notebook: NotebookNode) -> None:
        second = copy.deepcopy(notebook.cells[place])
        second.id = "twin"
        second.source = second.source if source is None else source
        notebook.cells.insert(place if before else place + 1, second)

    return change


def _flag(place: int, **grading: object) -> Change:
    return lambda notebook: notebook.cells[place].metadata.nbgrader.update(grading)


MENDED: dict[str, tuple[Change, list[tuple[str, str]]]] = {
    "nothing wrong": (lambda _: None, []),
    "a cell of one's own": (lambda notebook: notebook.cells.insert(2, nbformat.v4.new_code_cell("mine = 1")), []),
    "metadata of one cell stripped": (
        lambda notebook: notebook.cells[3].metadata.pop("nbgrader"), [("marks_found", "double-tests")]
    ),
    "metadata stripped": (
        _strip_all, [("marks_found", name) for name in ("setup", "double", "double-tests", "why")]
    ),
    "a test cell deleted": (lambda notebook: notebook.cells.pop(3), [("brought_back", "double-tests")]),
    "the setup deleted": (lambda notebook: notebook.cells.pop(1), [("brought_back", "setup")]),
    "an answer turned to markdown": (_retype(2, "markdown"), [("retyped", "double")]),
    "an answer turned to raw": (_retype(2, "raw"), [("retyped", "double")]),
    "a test turned to markdown": (_retype(3, "markdown"), [("retyped", "double-tests")]),
    "words turned to code": (_retype(4, "code"), [("retyped", "why")]),
    "duplicate grade_id of a test": (_twin(3), [("twins", "double-tests")]),
    "duplicate grade_id of an answer": (_twin(2), [("twins", "double")]),
    "an older answer with the same marks": (
        _twin(2, "def double(x):\n    return 0", before=True), [("twins", "double")]
    ),
    "words, and the empty cell once more": (_twin(4, "YOUR ANSWER HERE"), [("twins", "why")]),
    "a test above its answer": (
        lambda notebook: notebook.cells.insert(1, notebook.cells.pop(3)), [("moved", "double-tests")]
    ),
    "cells in another order": (lambda notebook: notebook.cells.reverse(), [("moved", "double-tests")]),
    "a test edited": (
        lambda notebook: notebook.cells[3].update(source="assert True"), [("text_restored", "double-tests")]
    ),
    "schema error": (_flag(2, grade="perhaps", points=[]), [("marks_changed", "double")]),
    "schema of an older nbgrader": (_flag(3, schema_version=1), []),
    "schema of nobody": (_flag(3, schema_version="new"), []),
    "a test that says it is an answer": (_flag(3, solution=True), [("marks_changed", "double-tests")]),
    "a test that says it is worth more": (_flag(3, points=100), [("marks_changed", "double-tests")]),
    "an answer that says it is a test": (_flag(2, grade=True, points=50), [("marks_changed", "double")]),
    "marks of another assignment": (
        lambda notebook: notebook.cells.append(cell("code", "1", grade_id="other", grade=True, points=50)),
        [("foreign", "other")],
    ),
    "marks that are no marks": (lambda notebook: notebook.cells[0].metadata.update(nbgrader="yes"), []),
    "marks without a name": (
        lambda notebook: notebook.cells[0].metadata.update(nbgrader={"grade": True, "points": 9}), [("foreign", "")]
    ),
    "half a letter": (
        lambda notebook: notebook.cells[2].update(source=f"{ANSWER}\n# \ud83d"), [("signs", "double")]
    ),
    "a repair that a learner claims": (
        lambda notebook: notebook.metadata.update(learnspace_repairs=[{"kind": "moved", "id": "double"}]), []
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", MENDED)
def test_mended(book: CourseBook, tmp_path: Path, what: str) -> None:
    change, repairs = MENDED[what]
    notebook = answered(book)
    change(notebook)
    marks = grade(book, json.dumps(notebook).encode(), tmp_path)
    assert points(marks) == GOOD
    assert marks.max_score == 5
    # Reversed, the teacher's cells have the teacher's text still: what is told is what was done.
    assert [(one.kind, one.id) for one in marks.repairs] == repairs


def test_an_answer_that_is_not_there_earns_nothing_and_is_told(book: CourseBook, tmp_path: Path) -> None:
    notebook = answered(book)
    del notebook.cells[4], notebook.cells[2]
    marks = grade(book, nbformat.writes(notebook).encode(), tmp_path)
    assert points(marks) == {"double-tests": (0, False), "why": (0, False)}
    assert [(one.kind, one.id) for one in marks.repairs] == [("answer_missing", "double"), ("answer_missing", "why")]


def test_metadata_and_ids_stripped_leaves_the_tests_working(book: CourseBook, tmp_path: Path) -> None:
    notebook = answered(book)
    _strip_all_and_ids(notebook)
    del notebook.cells[4]
    marks = grade(book, json.dumps(notebook).encode(), tmp_path)
    assert points(marks)["double-tests"] == (2, False)


NO_NOTEBOOK = "doubling.ipynb: is not a valid notebook"
WITHHELD: dict[str, tuple[Callable[[NotebookNode], bytes], str]] = {
    "two answers in words": (
        lambda notebook: (_twin(4, "Because of something else.")(notebook), json.dumps(notebook).encode())[1],
        "why: there are 2 different cells with the answer",
    ),
    "an answer in words without marks or ids": (
        lambda notebook: (_strip_all_and_ids(notebook), json.dumps(notebook).encode())[1],
        "why: its cell has no mark of nbgrader any more",
    ),
    "nbformat 3": (
        lambda _: json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []}).encode(),
        "is a notebook of format 3",
    ),
    "nbformat 5": (
        lambda notebook: json.dumps({**notebook, "nbformat": 5}).encode(), NO_NOTEBOOK,
    ),
    "not JSON": (lambda _: b"print('hello')", NO_NOTEBOOK),
    "half a notebook": (lambda notebook: json.dumps(notebook).encode()[:500], NO_NOTEBOOK),
    "not UTF-8": (lambda _: b'{"nbformat": 4, "cells": "\xff"}', NO_NOTEBOOK),
    "cells that are no cells": (lambda notebook: json.dumps({**notebook, "cells": [1, None]}).encode(), NO_NOTEBOOK),
}  # fmt: skip


@pytest.mark.parametrize("what", WITHHELD)
def test_withheld_with_its_reason_and_the_next_is_graded(book: CourseBook, tmp_path: Path, what: str) -> None:
    make, reason = WITHHELD[what]
    with pytest.raises(LearnspaceError) as withheld:
        grade(book, make(answered(book)), tmp_path)
    assert reason in withheld.value.message
    assert points(grade(book, nbformat.writes(answered(book)).encode(), tmp_path, "bob")) == GOOD


ENDED = {
    "a dead kernel": ("import os\nos._exit(0)", "Python stopped before this cell could run."),
    "a memory kill": ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "Python stopped"),
    "all memory": ("x = bytearray(10**12)", "name 'double' is not defined"),
    "an endless loop": ("while True: pass", "name 'double' is not defined"),
    "an endless loop in a function": ("def double(x):\n    while True: pass", "The test ran for too long."),
    "an endless loop that catches all": (
        "while True:\n    try:\n        while True: pass\n    except: pass",
        "The time for this notebook was over",
    ),
}

TOLD_BY_THE_TEST = (["A hidden test did not pass."], ["double(2) is not 4"])


@pytest.mark.parametrize("what", ENDED)
def test_what_ends_a_notebook_is_a_result_with_its_reason(book: CourseBook, tmp_path: Path, what: str) -> None:
    answer, reason = ENDED[what]
    notebook = answered(book)
    notebook.cells[2].source = answer
    marks = grade(book, nbformat.writes(notebook).encode(), tmp_path)
    assert points(marks) == {"double-tests": (0, False), "why": (0, True)}
    (question,) = [question for question in marks.questions if question.id == "double-tests"]
    # Where the test began, its own words may say which line it did not get past.
    assert reason in question.messages[0] or question.messages in TOLD_BY_THE_TEST
