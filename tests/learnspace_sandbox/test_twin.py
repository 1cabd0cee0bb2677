"""Tests are judged in one twin of the notebook for as long as nothing sets the two apart."""

import pytest

from learnspace_core.settings import Sandbox
from learnspace_sandbox.engine import Run, make_run
from learnspace_sandbox.models import CellResult, Request
from learnspace_sandbox.twin import only_defines


@pytest.fixture(params=["process", pytest.param("docker", marks=pytest.mark.docker)])
def run(request: pytest.FixtureRequest) -> Run:
    """The real sandbox of each kind; the container needs the image that ``make images`` builds."""
    return make_run(request.param, Sandbox(seconds=25))


def _run(run: Run, *sources: str) -> list[CellResult]:
    """Run cells, of which those that begin with an assertion or a comment are tests."""
    cells: list[dict[str, object]] = []
    for source in sources:
        cell: dict[str, object] = {"source": source}
        if source.startswith(("assert", "#")):
            cell |= {"test": True, "plain": source, "probes": [f"{source}\nassert False"]}
        cells.append(cell)
    asked = {"cells": cells, "seconds": 25, "cell_seconds": 5}
    return run(Request.model_validate(asked)).cells


def _all_pass(results: list[CellResult]) -> bool:
    return all((result.status, result.doubt) == ("ok", "") for result in results)


PROCESS = "import os\ndef process():\n    return os.getpid()\ndef kept():\n    return seen\nseen = []"
SAME = "def same():\n    seen.append(os.getpid())\n    return len(set(seen))"


def test_one_twin_answers_for_all_tests_that_leave_it_as_the_notebook_is(run: Run) -> None:
    cells = [PROCESS, SAME, "assert same() == 1", "def square(x):\n    return x * x", "assert square(2) == 4"]
    results = _run(run, *cells, "assert same() == 1")
    assert _all_pass(results)


COUNT = "made = 0\ndef count():\n    global made\n    made += 1\n    return made"


@pytest.mark.parametrize("between", ["def other():\n    pass", "print(1)", "assert 1 == 2", "# binds\nx = 1\nassert x"])
def test_what_a_test_calls_is_called_once(run: Run, between: str) -> None:
    # A probe that asked the notebook again, and a twin that was not forked anew, would count once more.
    results = _run(run, COUNT, "assert count() == 1", between, "assert count() == 2", "assert count() == 3")
    assert _all_pass([results[1], results[3], results[4]])


def test_a_name_that_a_test_binds_is_there_for_what_follows(run: Run) -> None:
    results = _run(run, "def one():\n    return 1", "# a test\nfound = one()\nassert found == 1",
                   "def more():\n    return found + 1", "assert more() == 2")  # fmt: skip
    assert _all_pass(results)


HOLDS = "held = [3, 1]\ndef get():\n    return held\ndef put(items):\n    global held\n    held = items"


def test_a_value_that_a_test_changes_is_changed_for_what_follows(run: Run) -> None:
    for test, left in (("get().sort()", [1, 3]), ("items = [7]\nput(items)\nitems.append(8)", [7, 8])):
        # The notebook's own list is changed by the test; no copy of it is taken for the list.
        results = _run(run, HOLDS, f"# a test\n{test}\nassert True", f"assert get() == {left}")
        assert _all_pass(results), test


def test_no_cell_that_does_more_than_define_is_run_twice(run: Run) -> None:
    write = "with open('log.txt', 'a') as file:\n    file.write('x')"
    results = _run(run, "def log():\n    return open('log.txt').read()", write, "assert log() == 'x'", write,
                   "assert log() == 'xx'", "assert log() == 'xx'")  # fmt: skip
    assert _all_pass(results)


def test_a_twin_that_ends_itself_fails_its_test_and_no_other(run: Run) -> None:
    ends = "import os\nfirst = os.getpid()\ndef end():\n    if os.getpid() != first:\n        os._exit(0)\n    return 1"
    results = _run(run, ends, "assert end() == 1", "def two():\n    return 2", "assert two() == 2")
    assert (results[1].doubt, results[3].status, results[3].doubt) == ("object", "ok", "")


def test_a_twin_that_answers_with_nothing_fails_its_test_and_no_other(run: Run) -> None:
    hushes = (
        "import os\nfrom learnspace_sandbox import frames\nsend, first = frames.send, os.getpid()\n"
        "def hush(pipe, message):\n    send(pipe, {'number': message['number']} if 'message' in message else message)\n"
        "def one():\n    if os.getpid() != first:\n        frames.send = hush\n    return 1"
    )
    results = _run(run, hushes, "assert one() == 1", "def two():\n    return 2", "assert two() == 2")
    assert (results[1].doubt, results[3].status, results[3].doubt) == ("object", "ok", "")


def test_a_twin_cannot_tell_a_test_from_its_probe(run: Run) -> None:
    # The second time it is asked the same, it would fail as a probe must.
    betrays = "asked = 0\ndef one():\n    global asked\n    asked += 1\n    return 1 if asked == 1 else 2"
    cell = {"source": "assert one() == 1", "test": True, "plain": "assert one() == 1", "probes": ["assert one() >= 1"]}
    asked = {"cells": [{"source": betrays}, cell], "seconds": 25, "cell_seconds": 5}
    result = run(Request.model_validate(asked)).cells[1]
    assert result.doubt == "passes_wrong"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(x):\n    open('a', 'w')", True),
        ("class A(list):\n    size = 1\n    def f(self):\n        pass", True),
        ("import math\nfrom numpy import linalg", True),
        ("'text'\nn = 1\nm: int\npass", True),
        ("n = open('a')", False),
        ("m: int = print()", False),
        ("import mine", False),
        ("from . import mine", False),
        ("class A:\n    print(1)", False),
        ("for i in range(3):\n    pass", False),
        ("%matplotlib inline", False),
        ("def f(:", False),
    ],
)
def test_only_definitions_are_followed(source: str, *, expected: bool) -> None:
    assert only_defines(source) is expected
