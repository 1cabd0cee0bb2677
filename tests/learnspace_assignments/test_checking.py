"""The check before release on real sandboxes: one assignment with every kind of bad test, and a good one."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from learnspace_assignments.models.checks import CheckReport
from learnspace_assignments.preparing.checking import Check
from learnspace_core.settings import Grading, Settings
from tests.learnspace_assignments.conftest import cell, source_notebook

SOLVED = """\
def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION"""
GIVEN = "import random, sys\nlimit = 10\ntries = set()"
TESTS = {
    "good": "assert double(3) == 6\nassert double(21) == 42",
    "partial": "2 if double(3) == 6 else 0.5",
    "wrong": "assert double(3) == 7, 'three'",
    "warns": "assert double(3) == 6\nprint('careful', file=sys.stderr)",
    "free": "assert limit == 10",
    "never-fails": "result = double(3)",
    "flaky": "assert double(3) == 6 and random.random() < 0.5",
    "kills": "import os\nos._exit(double(3))",
}


def _check(folder: Path, tmp_path: Path, **grading: int) -> CheckReport:
    return Check(Settings(state=tmp_path, grading=Grading(**grading))).of(folder)


def _write(tmp_path: Path, *cells: nbformat.NotebookNode, kernel: str = "python3", language: str = "python") -> Path:
    folder = tmp_path / "doubling"
    folder.mkdir()
    notebook = nbformat.v4.new_notebook(cells=list(cells))
    notebook.metadata.kernelspec = {"name": kernel, "display_name": kernel, "language": language}
    nbformat.write(notebook, folder / "doubling.ipynb")
    return folder


def _test(name: str, source: str) -> nbformat.NotebookNode:
    return cell("code", source, grade_id=name, grade=True, locked=True, points=2)


def test_each_kind_of_bad_test_gets_its_verdict(tmp_path: Path) -> None:
    tests = [_test(name, source) for name, source in TESTS.items()]
    solved = cell("code", SOLVED, grade_id="double", solution=True)
    folder = _write(tmp_path, cell("markdown", "# Doubling"), cell("code", GIVEN), solved, *tests)
    report = _check(folder, tmp_path, check_repeats=2)
    found = {test.id: test for test in report.tests}
    assert {name: test.verdict for name, test in found.items()} == {
        "good": "good",
        "partial": "good",
        "wrong": "fails",
        "warns": "fails",
        "free": "free",
        "never-fails": "never_fails",
        "flaky": "flaky",
        "kills": "fails",
    }
    assert report.verdict == "mend"
    assert (found["good"].reference, found["good"].untouched) == (2, 0)
    assert found["good"].runs == found["good"].passed == 12
    assert found["good"].mutants == found["good"].caught > 2
    assert found["partial"].caught == found["partial"].mutants
    assert "three" in found["wrong"].error
    assert found["warns"].stderr == "careful\n"
    assert found["free"].untouched == 2
    assert 0 < found["flaky"].passed < found["flaky"].runs
    assert found["good"].memory_bytes > 10_000_000
    assert {test.title for test in report.tests} == {"Doubling"}


def test_a_good_assignment_is_ready_and_what_a_person_marks_is_listed(tmp_path: Path) -> None:
    folder = tmp_path / "doubling"
    folder.mkdir()
    nbformat.write(source_notebook(), folder / "doubling.ipynb")
    report = _check(folder, tmp_path, check_repeats=1)
    assert (report.verdict, report.problems, report.survivors, report.stopped) == ("ready", [], [], False)
    assert [(one.id, one.points) for one in report.by_hand] == [("why", 3)]


def test_a_test_that_gives_points_only_by_hand_is_told_before_release(tmp_path: Path) -> None:
    thread = """
import threading
got = []
thread = threading.Thread(target=lambda: got.append(double(3)))
thread.start()
thread.join()
assert got == [6]"""
    patched = "from unittest.mock import patch\nwith patch('builtins.print'):\n    assert double(3) == 6"
    tests = {
        "thread": thread,
        "patched": patched,
        "given": "assert double(memoryview(bytes([1]))) == 2",
        "good": TESTS["good"],
    }
    solution = SOLVED.replace("return 2 * x", "return 2 * (x if isinstance(x, int) else next(iter(x)))")
    unpaid = cell("code", thread, grade_id="unpaid", grade=True, locked=True, points=0)
    cells = [_test(name, source) for name, source in tests.items()]
    folder = _write(tmp_path, cell("code", solution, grade_id="double", solution=True), unpaid, *cells)
    report = _check(folder, tmp_path, check_repeats=1)
    found = {test.id: (test.verdict, test.withheld, test.word) for test in report.tests}
    assert found == {
        "unpaid": ("good", "", ""),
        "thread": ("good", "beside", "threading"),
        "patched": ("good", "beside", "patch"),
        "given": ("good", "beside", "memoryview"),
        "good": ("good", "", ""),
    }
    assert report.verdict == "look"
    report = _check(folder, tmp_path, check_repeats=1, trust_unjudged_tests=True)
    assert {test.withheld for test in report.tests} == {""}


def test_a_language_that_gives_points_only_by_hand_is_told_before_release(tmp_path: Path, other_kernel: str) -> None:
    solved = cell("code", "x = 1", grade_id="x", solution=True)
    folder = _write(tmp_path, solved, _test("tests", "assert x == 1"), kernel=other_kernel, language="R")
    report = _check(folder, tmp_path, check_repeats=1)
    assert [(test.withheld, test.word) for test in report.tests] == [("language", "")]


def test_a_mistake_that_no_test_notices_is_shown(tmp_path: Path) -> None:
    solved = cell("code", SOLVED.replace("2 * x", "x + x if x < 100 else 0"), grade_id="double", solution=True)
    report = _check(_write(tmp_path, solved, _test("tests", "assert double(3) == 6")), tmp_path, check_repeats=1)
    assert report.verdict == "ready"
    assert ("double", 3, "return x + x if x < 100 else 0", "return x + x if x < 101 else 0") in [
        (one.cell, one.line, one.was, one.became) for one in report.survivors
    ]
    assert report.notebooks[0].caught == report.notebooks[0].mutants - len(report.survivors)


def test_a_mistake_that_never_ends_is_caught_and_costs_only_its_own_time(tmp_path: Path) -> None:
    loop = "def down(x):\n    ### BEGIN SOLUTION\n    while x > 0:\n        x -= 1\n    return x\n    ### END SOLUTION"
    solved = cell("code", loop, grade_id="down", solution=True)
    report = _check(_write(tmp_path, solved, _test("tests", "assert down(3) == 0")), tmp_path, check_repeats=1)
    assert report.tests[0].verdict == "good"
    assert ("x -= 1", "x += 1") not in [(one.was, one.became) for one in report.survivors]
    assert not report.stopped


def test_a_fault_in_the_source_is_told_and_nothing_is_run(tmp_path: Path) -> None:
    folder = _write(tmp_path, _test("tests", "assert True"), _test("tests", "assert True"))
    report = _check(folder, tmp_path)
    assert (report.verdict, [one.code for one in report.problems], report.tests) == ("mend", ["duplicate_id"], [])


def test_a_check_says_that_its_time_was_over(tmp_path: Path) -> None:
    slow = _test("slow", "import time\ntime.sleep(1.2)\nassert double(3) == 6")
    folder = _write(tmp_path, cell("code", SOLVED, grade_id="double", solution=True), slow)
    report = _check(folder, tmp_path, check_seconds=1)
    assert (report.verdict, report.stopped, report.seconds_allowed) == ("unfinished", True, 1)
    assert (report.tests[0].runs, report.tests[0].mutants, report.notebooks[0].left_out) == (1, 0, "no_time")


def test_another_language_without_a_kernel_is_said_so(tmp_path: Path) -> None:
    folder = _write(tmp_path, _test("tests", "stopifnot(TRUE)"), kernel="no-such-kernel", language="R")
    report = _check(folder, tmp_path)
    assert (report.verdict, report.tests[0].verdict) == ("unfinished", "not_run")
    assert (report.notebooks[0].left_out, report.notebooks[0].ended) == ("not_python", "no_kernel")


@pytest.mark.docker
def test_the_check_runs_in_a_container(tmp_path: Path) -> None:
    folder = _write(
        tmp_path, cell("code", SOLVED, grade_id="double", solution=True), _test("good", "assert double(3) == 6")
    )
    settings = Settings.model_validate({"state": tmp_path, "sandbox": {"kind": "docker"}})
    report = Check(settings).of(folder)
    assert (report.verdict, report.tests[0].verdict, report.tests[0].runs) == ("ready", "good", 13)
    assert report.tests[0].caught == report.tests[0].mutants > 2
