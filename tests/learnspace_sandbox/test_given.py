"""What a test gives to an answer, streams, paths and iterators: no answer earns by them what it did not give."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from learnspace_core.settings import Sandbox
from learnspace_sandbox.engine import Run, make_run
from learnspace_sandbox.models import CellResult, Request
from learnspace_sandbox.shared import Streams
from learnspace_sandbox.values import NotPlain, Packer, Unpacker

WRITES = "import io\nout = io.StringIO()\nassert (write(out), out.getvalue())[1] == 'x'"
FINDS = "from pathlib import Path\nassert find() == Path('right.txt')"
TAKES = "numbers = iter([3, 1, 2])\nassert take(numbers) == [3, 1] and list(numbers) == [2]"
TIMES = "def squares():\n    for n in range(5):\n        yield n * n\nassert take(squares()) == [0, 1]"
WRONG = {
    "def write(out):\n    out.write('y')": WRITES,
    "def write(out):\n    out.seek(5)": WRITES,
    "def write(out):\n    return 'x'": WRITES,
    "def find():\n    return 'right.txt'": FINDS,
    "from pathlib import Path\ndef find():\n    return Path('wrong.txt')": FINDS,
    "def take(numbers):\n    return [3, 1, *numbers][:2]": TAKES,
    "def take(numbers):\n    return [next(numbers)]": TAKES,
    "def take(numbers):\n    return list(numbers)": TIMES,
}
FORGED_MESSAGE = """
import sys
from learnspace_sandbox import answering
said = answering.Answering.answer
class Same(str):
    def __eq__(self, other):
        return True
def answer(self, message):
    reply = said(self, message)
    if "streams" in reply:
        reply["streams"] = {forged}
    return reply
answering.Answering.answer = answer
def write(out):
    # In the notebook it can read what is expected.
    out.write("x" if "x" in sys._getframe(1).f_code.co_consts else "y")
"""
SUBCLASSED = """
import io
from pathlib import PosixPath
class Stream(io.StringIO):
    def getvalue(self):
        return Same("y")
    def __eq__(self, other):
        return True
    __hash__ = None
class Same(str):
    def __eq__(self, other):
        return True
    __hash__ = None
class Place(PosixPath):
    def __eq__(self, other):
        return True
    __hash__ = None
    def read_text(self, *given):
        return Same("y")
    def exists(self):
        return Always()
class Always:
    def __eq__(self, other):
        return True
def find():
    return Place("wrong.txt")
def made():
    return Stream()
def write(out):
    class Stream(io.StringIO):
        pass
    import gc, sys
    if "x" in sys._getframe(1).f_code.co_consts:
        out.write("x")
    for kept in gc.get_objects():
        if type(kept).__name__ == "Streams":
            kept._streams[0] = made()
"""
HOSTILE = {
    **{FORGED_MESSAGE.replace("{forged}", forged): WRITES for forged in (
        "[[0, 'StringIO', [Same('y'), None, 0]]]",
        "[[0, 'StringIO', [['list', 0, ['x']], '\\n', 1]]]",
        "[[0, 'StringIO', [['own', 0, {'kind': 'object', 'plain': True, 'type': 0}], '\\n', 1]]]",
        "[[0, 'StringIO', ['x', None, 1 << 200]]]",
        "[[7, 'StringIO', ['x', '\\n', 1]]]",
        "[[True, 'Everything', ['x', '\\n', 1]]]",
        "{'x': 1}",
    )},
    SUBCLASSED: FINDS,
    SUBCLASSED + "#": WRITES,
    SUBCLASSED + "##": "assert made().getvalue() == 'x'",
    SUBCLASSED + "###": "import io\nassert made() == io.StringIO('x')",
    SUBCLASSED + "####": "from pathlib import Path\nassert Place('wrong.txt') == Path('right.txt')",
    SUBCLASSED + "#####": "assert find().read_text() == 'x'",
    SUBCLASSED + "######": "assert find().exists() == 4",
}  # fmt: skip


@pytest.fixture(params=["process", pytest.param("docker", marks=pytest.mark.docker)])
def run(request: pytest.FixtureRequest) -> Run:
    """The real sandbox of each kind; the container needs the image that ``make images`` builds."""
    return make_run(request.param, Sandbox(seconds=25))


def _judged(run: Run, answer: str, test: str, seconds: int = 6) -> CellResult:
    """Return the result of a test that the notebook's own process could not tell from its probe."""
    cell = {"source": test, "test": True, "plain": test, "probes": ["raise AssertionError"]}
    asked = {"cells": [{"source": answer}, cell], "seconds": 25, "cell_seconds": seconds}
    return run(Request.model_validate(asked)).cells[1]


def test_a_wrong_answer_fails(run: Run) -> None:
    for answer, test in WRONG.items():
        result = _judged(run, answer, test)
        assert (result.status, result.judged, result.doubt) == ("error", True, ""), (answer, test)


def test_no_stream_or_path_of_the_answers_judges_itself(run: Run) -> None:
    for answer, test in HOSTILE.items():
        result = _judged(run, answer, test)
        assert (result.status, result.doubt in ("object", "differs")) == ("ok", True), (answer, test)


KEEPS = """
kept = None
def take(numbers):
    global kept
    kept = numbers
    return next(numbers)
def look(wanted=None):
    return next(kept)
"""


def test_an_iterator_that_an_answer_keeps_is_the_tests_still(run: Run) -> None:
    test = "numbers = iter([1, 2, 3])\nassert take(numbers) == 1 and next(numbers) == 2 and look() == 3"
    result = _judged(run, KEEPS, test)
    assert (result.status, result.judged, result.doubt) == ("ok", True, "")


BETS = """
kept = []
def take(numbers):
    kept.append(numbers)
    return next(numbers)
def square(x):
    for numbers in kept:
        for one in numbers:
            if hasattr(one, "send") or one in (9, [9]):
                return 9
    return 0
"""


def test_an_iterator_that_an_answer_keeps_tells_nothing_of_what_is_expected(run: Run) -> None:
    test = (
        "wanted = 9\ndef numbers():\n    yield 1\n    yield 2\nassert take(numbers()) == 1\n"
        "expected = iter([wanted])\nassert square(3) == next(expected) == wanted"
    )
    result = _judged(run, BETS, test)
    assert result.status == "error" or result.doubt


ASKS = """
from learnspace_sandbox import lent
def take(numbers):
    ask = getattr(numbers, "_ask", None) or numbers.__closure__[0].cell_contents
    for use in ("call", "send", "close", "__reduce__"):
        try:
            ask(use, 9)
        except Exception:
            pass
    return 9
"""


def test_an_answer_does_nothing_to_what_a_test_lent_but_use_it(run: Run) -> None:
    for given in ("iter([1])", "lambda x: x"):
        result = _judged(run, ASKS, f"assert take({given}) == 9")
        assert result.status == "error" or result.doubt, given


FORKS = """
import os
class Order:
    def __init__(self, key, n):
        self.items = sorted(range(n), key=key)
    def __eq__(self, other):
        return self.items == other.items
def take(numbers):
    child = os.fork()
    if child == 0:
        try:
            next(numbers)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    return next(numbers)
"""


def test_a_child_process_that_asks_does_not_end_the_notebook(run: Run) -> None:
    assert _judged(run, FORKS, "assert take(iter([1])) == 1").status == "ok"
    result = _judged(run, FORKS, "assert Order(lambda x: -x, 3) == Order(lambda x: -x, 3)")
    assert result.status == "ok"


ENDLESS = [
    "def total(numbers):\n    for _ in numbers:\n        pass",
    """
def total(numbers):
    while True:
        try:
            next(numbers)
        except BaseException:
            pass
""",
]


@pytest.mark.parametrize("answer", ENDLESS)
def test_an_answer_that_asks_without_end_has_the_time_of_the_test(answer: str) -> None:
    test = "import itertools\ntotal(itertools.count())"
    cells = [{"source": answer}]
    for plain in (test, "assert 1 == 1"):
        cells.append({"source": plain, "test": True, "plain": plain, "probes": ["raise AssertionError"]})  # type: ignore[dict-item]  # as JSON
    run = make_run("process", Sandbox(seconds=25))
    result = run(Request.model_validate({"cells": cells, "seconds": 20, "cell_seconds": 1}))
    assert result.cells[1].status != "ok"
    assert (result.ended, result.cells[2].status, result.cells[2].doubt) == ("", "ok", "")


NEVER_STOPS_THE_SECOND_TIME = """
import signal
from pathlib import Path


def total(numbers):
    if Path("seen").exists():
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
    Path("seen").touch()
    while True:
        pass
"""


def test_an_answer_whose_time_ran_out_is_not_run_again(run: Run) -> None:
    test = "import itertools\ntotal(itertools.count())"
    cells = [
        {"source": NEVER_STOPS_THE_SECOND_TIME},
        {"source": test, "test": True, "plain": test, "probes": ["raise AssertionError"]},
    ]
    result = run(Request.model_validate({"cells": cells, "seconds": 8, "cell_seconds": 1}))
    assert (result.ended, [output["ename"] for output in result.cells[1].outputs]) == ("", ["CellTimeoutError"])


def test_only_streams_that_the_test_gave_are_changed() -> None:
    ours, theirs = Streams(), Streams()
    out = io.StringIO("a")
    ours.give(out)
    theirs.take(ours.changes(), new=True)
    copy = theirs[0]
    copy.seek(0, io.SEEK_END)
    copy.write("b")  # type: ignore[call-overload]  # it is one of text
    changes = theirs.changes()
    ours.take(changes, new=False)
    assert (out.getvalue(), out.tell(), ours.changes(), theirs.changes()) == ("ab", 2, [], [])
    for forged in (
        *([[1, "StringIO", ["x", "\n", 0]]], [[-1, "StringIO", []]], [[0, "StringIO", [["x"], "\n", 0]]]),
        *([[0, "StringIO", ["x", None, 0]]], [[0, "StringIO", ["x", "\n", 1.0]]], [[0, "x"]], "x"),
    ):
        with pytest.raises((ValueError, TypeError, IndexError)):
            ours.take(forged, new=False)  # type: ignore[arg-type]  # forged
    assert out.getvalue() == "ab"


NOT_PLAIN: list[Any] = [
    ["path", "PosixPath", ["own", 0], False],
    ["path", "PosixPath", "a", "yes"],
    ["path", "object", "a", False],
    ["zoned", "datetime", "2026-01-01T00:00", 0, ["own", 0]],
    ["zoned", "datetime", "2026-01-01T00:00+00:00", 0, ["timezone", ["timedelta", 0, 0, 0]]],
    ["zoned", "date", "2026-01-01", 0, ["timezone", ["timedelta", 0, 0, 0]]],
    ["timezone", ["own", 0]],
    ["ZoneInfo", "../../../etc/passwd"],
    ["Pattern", ["own", 0], 0],
    ["Pattern", "(", 0],
    ["view", "dict_items", ["own", 0]],
    ["view", "dict_items", ["Counter", 0, []]],
    ["kind", "FileIO"],
]


@pytest.mark.parametrize("forged", NOT_PLAIN)
def test_a_forged_value_is_not_plain(forged: Any) -> None:
    with pytest.raises(NotPlain):
        Unpacker(lambda _: object()).unpack(forged)


def test_a_path_below_a_directory_is_below_that_of_the_other_side(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for place in (ours, theirs):
        place.mkdir()
    monkeypatch.chdir(ours)
    packed = Packer(lambda _: None).pack(ours / "a" / "b.txt")
    monkeypatch.chdir(theirs)
    assert Unpacker(lambda _: None).unpack(packed) == theirs / "a" / "b.txt"
