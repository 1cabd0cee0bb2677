"""Tests that are judged from outside: honest answers pass as they do in a notebook, and no other one does."""

from __future__ import annotations

from typing import Any

import pytest

from learnspace_core.settings import Sandbox
from learnspace_sandbox.engine import Run, make_run
from learnspace_sandbox.models import CellResult, Request

HONEST = '''
import collections, dataclasses, datetime, doctest, enum, functools, inspect, itertools, logging, random, traceback
import unittest, warnings
from pathlib import Path
import matplotlib.pyplot as plt
import numpy as np

def square(x):
    return x * x

def sort(values):
    values.sort()
    return values

def apply(function, values):
    return [function(one) for one in values]

def countdown(n):
    while n:
        yield n
        n -= 1

class TooMuch(ValueError):
    def __init__(self, much):
        super().__init__(f"too much: {much}")
        self.much = much

def refuse(n):
    if n > 3:
        raise TooMuch(n)
    raise KeyError("none")

class Stack:
    def __init__(self):
        self.items = []
    def push(self, item):
        self.items.append(item)
    def pop(self):
        return self.items.pop()
    def __len__(self):
        return len(self.items)
    def __contains__(self, item):
        return item in self.items

class Vector:
    def __init__(self, x, y):
        self.x, self.y = x, y
    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)
    def __eq__(self, other):
        return isinstance(other, Vector) and (self.x, self.y) == (other.x, other.y)
    def __repr__(self):
        return f"Vector({self.x}, {self.y})"

class Money:
    def __init__(self, amount):
        self.amount = amount
    def __eq__(self, other):
        return self.amount == other

class Whole(int):
    pass

def whole(n):
    return Whole(n)

def money(n):
    return Money(n)

calls = 0

def count():
    global calls
    calls += 1

basket = [3, 1]

def add(item):
    basket.append(item)

def say(n):
    print("hello", n)

def ones(n):
    return np.ones(n)

def increase(array):
    array += 1

def draw():
    return random.random(), np.random.rand()

def read(path):
    with open(path) as file:
        return [int(line) for line in file]

def write(path, numbers):
    with open(path, "w") as file:
        file.writelines(f"{number}\\n" for number in numbers)

def ask():
    return int(input("How many? ")) + int(input())

Point = collections.namedtuple("Point", "x y")

def point():
    return Point(1, 2)

def same(x):
    return x

def lines(place):
    return place.read_text().splitlines()

def beside(place, name):
    return place.with_name(name)

def store(name, text):
    place = Path.cwd() / name
    place.write_text(text)
    return place

def report(stream, *words):
    print(*words, file=stream)

def header(stream):
    return stream.readline().strip()

class Logger:
    def __init__(self, stream):
        self.stream = stream
    def log(self, word):
        self.stream.write(word + ";")

def total(numbers):
    return sum(numbers)

def first(n, numbers):
    return list(itertools.islice(numbers, n))

def running(numbers):
    total = 0
    for number in numbers:
        total += number
        yield total

def feed(pipe):
    return [next(pipe), pipe.send(5), pipe.send(6)]

def delegate(numbers):
    last = yield from numbers
    yield last

class Source:
    def __init__(self, numbers):
        self.numbers = numbers
    def take(self):
        return next(self.numbers)

class Window:
    def __init__(self, numbers, size):
        self.numbers = list(numbers)[:size]
    def __eq__(self, other):
        return self.numbers == other.numbers

def hour(moment):
    return moment.astimezone(datetime.timezone.utc).hour

def find(pattern, text):
    return pattern.findall(text)

def letters(text):
    return collections.Counter(text)

def plot():
    figure, axes = plt.subplots()
    axes.set_title("Mine")
    return axes

@dataclasses.dataclass
class Card:
    suit: str
    rank: int

def traced(function):
    @functools.wraps(function)
    def wrapper(*given):
        logging.getLogger(__name__).warning("called %s", inspect.signature(function))
        warnings.warn("careful")
        try:
            1 / 0
        except ZeroDivisionError:
            traceback.print_exc()
        return function(*given)
    return wrapper

class Colour(enum.Enum):
    RED = 1

@traced
def double(x):
    """Return twice x.

    >>> 1 + 1
    2
    """
    doctest.run_docstring_examples(square, {})
    np.testing.assert_allclose(x * 2, x + x)
    unittest.TestCase().assertEqual(x + x, 2 * x)
    return 2 * x
'''
PASS = [
    "assert square(3) == 9 and abs(square(0.1) - 0.01) < 1e-9",
    "values = [2, 1]\nassert sort(values) is values\nassert values == [1, 2]",
    "assert apply(lambda x: x + 1, [1]) == [2] and apply(len, ['ab']) == [2] and apply(square, [3]) == [9]",
    "import types\ngot = countdown(2)\nassert isinstance(got, types.GeneratorType)\nassert list(got) == [2, 1]",
    "try:\n    refuse(5)\nexcept TooMuch as error:\n    assert str(error) == 'too much: 5' and error.much == 5\n"
    "else:\n    assert False\nassert issubclass(TooMuch, ValueError)",
    "import unittest\nunittest.TestCase().assertRaises(KeyError, refuse, 1)",
    "stack = Stack()\nstack.push(1)\nassert 1 in stack and len(stack) == 1 and stack.items == [1]\n"
    "assert stack.pop() == 1 and isinstance(stack, Stack) and type(stack).__name__ == 'Stack'",
    "assert Vector(1, 2) + Vector(3, 4) == Vector(4, 6)\nassert Vector(1, 2) != Vector(2, 2)\n"
    "assert repr(Vector(1, 2)) == 'Vector(1, 2)'",
    "assert money(5) == 5 and money(5) != 6 and not money(5) == 4",
    "assert whole(9) == 9 and whole(9) + 1 == 10 and isinstance(whole(9), int) and {9: 1}[int(whole(9))] == 1",
    "before = calls\ncount()\nassert calls == before + 1",
    "add(4)\nassert basket == [3, 1, 4]\nsort(basket)\nassert basket == [1, 3, 4]",
    "import contextlib, io\nsaid = io.StringIO()\nwith contextlib.redirect_stdout(said):\n    say(3)\n"
    "assert said.getvalue() == 'hello 3\\n'",
    "np.testing.assert_allclose(ones(2), [1, 1])\narray = np.zeros(2)\nincrease(array)\nassert (array == 1).all()\n"
    "assert ones(3).shape == (3,) and ones(1).dtype == float and isinstance(ones(1), np.ndarray)",
    "import random\nrandom.seed(1)\nnp.random.seed(1)\none = draw()\nrandom.seed(1)\nnp.random.seed(1)\n"
    "assert one == (random.random(), np.random.rand())",
    "assert point() == (1, 2) and point().x == 1 and letters('aab') == {'a': 2, 'b': 1}",
    "assert plot().get_title() == 'Mine'\nassert plt.gcf().axes[0].get_title() == 'Mine'",
    "assert Card('hearts', 3) == Card('hearts', 3) and Card('hearts', 3).rank == 3\n"
    "assert sorted([Card('a', 2), Card('b', 1)], key=lambda card: card.rank)[0].suit == 'b'",
    "assert double(4) == 8 and double.__name__ == 'double' and double.__doc__ and Colour.RED.value == 1",
    "def helper(x):\n    return square(x) + basket[0]\nassert [helper(n) for n in (1, 2)] == [4, 7]",
    "assert callable(square) and hasattr(Stack, 'push') and not hasattr(Stack, 'peek')",
    "assert 'square' in globals() and 'cube' not in globals() and globals()['basket'] == [3, 1]",
    "with open('in.txt', 'w') as file:\n    file.write('1\\n2\\n')\nassert read('in.txt') == [1, 2]\n"
    "import os\nos.remove('in.txt')\ntry:\n    read('in.txt')\nexcept FileNotFoundError:\n    pass\n"
    "else:\n    assert False",
    "from pathlib import Path\nPath('out').mkdir()\nwrite('out/a.txt', [3])\n"
    "assert Path('out/a.txt').read_text() == '3\\n' and len(list(Path('out').iterdir())) == 1",
    "from unittest.mock import patch\nwith patch('builtins.input', side_effect=['2', '3']):\n    assert ask() == 5",
    "import builtins\nanswers = iter(['4', '5'])\nbuiltins.input = lambda *_: next(answers)\nassert ask() == 9",
    "answers = iter(['4', '6'])\ninput = lambda *_: next(answers)\nassert ask() == 10",
    "import inspect\nassert list(inspect.signature(square).parameters) == ['x']\n"
    "assert 'for' not in inspect.getsource(square)",
    "assert square(-2) > 3 and type(square(2)) is int and square('a') if False else True",
    "from pathlib import Path, PurePath, PureWindowsPath\nPath('in.txt').write_text('1\\n2\\n')\n"
    "assert lines(Path('in.txt')) == ['1', '2'] and lines(Path.cwd() / 'in.txt') == ['1', '2']\n"
    "assert beside(Path('a/b.txt'), 'c.txt') == Path('a/c.txt') and isinstance(beside(Path('a/b'), 'c'), Path)\n"
    "for path in (PurePath('a'), PureWindowsPath('c:/a'), Path('/'), Path()):\n"
    "    assert same(path) == path and type(same(path)) is type(path)",
    "from pathlib import Path\nplace = store('kept.txt', 'mine')\nassert place == Path.cwd() / 'kept.txt'\n"
    "assert place.exists() and place.read_text() == 'mine' and same(Path) is Path",
    "import io\nout = io.StringIO()\nreport(out, 'a', 1)\nassert out.getvalue() == 'a 1\\n'\n"
    "report(out, 'b')\nassert out.getvalue() == 'a 1\\nb\\n' and same(out) is out",
    "import io\ntext = io.StringIO('one\\ntwo\\nthree')\nassert header(text) == 'one' and text.readline() == 'two\\n'\n"
    "assert header(text) == 'three' and header(text) == ''\nassert header(io.BytesIO(b'x\\ny')) == b'x'",
    "import io\nout = io.StringIO()\nlogger = Logger(out)\nlogger.log('a')\nout.write('-')\nlogger.log('b')\n"
    "assert out.getvalue() == 'a;-b;' and logger.stream is out\nout.close()\ntry:\n    logger.log('c')\n"
    "except ValueError:\n    pass\nelse:\n    assert False",
    "assert total(iter([1, 2])) == 3 and total(map(int, '12')) == 3 and total(n for n in range(4)) == 6\n"
    "assert first(2, zip('ab', [1, 2])) == [('a', 1), ('b', 2)] and first(1, enumerate('a')) == [(0, 'a')]\n"
    "assert total(reversed([1, 2])) == 3 and total({'a': 4}.values()) == 4 and first(9, iter({})) == []",
    "import itertools\ncounted = itertools.count()\nassert first(3, counted) == [0, 1, 2] and next(counted) == 3\n"
    "assert first(2, counted) == [4, 5] and same(counted) is counted\nleft = iter('abc')\nfirst(2, left)\n"
    "assert list(left) == ['c'] and list(itertools.islice(running(itertools.count(1)), 3)) == [1, 3, 6]",
    "import types\nasked = []\ndef numbers():\n    for n in range(9):\n        asked.append(n)\n"
    "        yield square(n)\nassert first(3, numbers()) == [0, 1, 4] and asked == [0, 1, 2]\n"
    "source = Source(numbers())\n"
    "assert source.take() == 0 and source.take() == 1 and isinstance(source.numbers, types.GeneratorType)",
    "def pipe():\n    got = yield 1\n    while True:\n        got = yield got * 2\nassert feed(pipe()) == [1, 10, 12]\n"
    "def ends():\n    yield 1\n    return 2\nassert list(delegate(ends())) == [1, 2]\n"
    "def fails():\n    yield 1\n    raise KeyError('x')\ntry:\n    total(fails())\nexcept KeyError:\n    pass\n"
    "else:\n    assert False",
    "import random\nrandom.seed(3)\ngot = first(2, (random.random() for _ in range(9))), draw()[0]\nrandom.seed(3)\n"
    "assert got == ([random.random(), random.random()], random.random())",
    "import datetime as dt\nfrom zoneinfo import ZoneInfo\n"
    "assert hour(dt.datetime(2026, 1, 2, 12, tzinfo=ZoneInfo('Asia/Shanghai'))) == 4\n"
    "for zone in (dt.timezone.utc, dt.timezone(dt.timedelta(hours=-3)), ZoneInfo('Europe/Berlin')):\n"
    "    moment = dt.datetime(2026, 10, 25, 2, 30, tzinfo=zone, fold=1)\n    got = same(moment)\n"
    "    assert got == moment and got.tzinfo == zone and got.fold == 1 and got.tzname() == moment.tzname()\n"
    "    assert same(moment.timetz()) == moment.timetz() and same(zone) == zone",
    "import re\nassert find(re.compile('A.', re.I), 'ab Ac') == ['ab', 'Ac'] and same(re.compile('x')).pattern == 'x'",
    "import functools, operator\nassert apply(functools.partial(pow, 2), [3]) == [8]\n"
    "assert apply(functools.partial(apply, square), [[2]]) == [[4]] and apply(operator.itemgetter(1), ['ab']) == ['b']",
    "got = []\napply(got.append, [1, 2])\nassert got == [1, 2] and apply({'add': lambda x: x + 1}['add'], [1]) == [2]",
    "assert Window(iter([1, 2, 3]), 2) == Window([1, 2, 3], 2)\nwindow = Window(iter([4, 5]), 1)\n"
    "assert window == Window(iter([4]), 7)",
    "def twice(x):\n    return square(x) * 2\nassert apply(twice, [1, 2]) == [2, 8] and same(twice) is twice",
]
FORGED = """
import numpy as np

class Everything:
    def __eq__(self, other):
        return True
    __gt__ = __ge__ = __lt__ = __le__ = __contains__ = __eq__
    def __sub__(self, other):
        return self
    __rsub__ = __sub__
    def __abs__(self):
        return 0.0
    def equals(self, other):
        return True

def square(*given):
    return Everything()

def power(*given):
    class Number(float):
        def __eq__(self, other):
            return True
        def __sub__(self, other):
            return 0.0
        __rsub__ = __sub__
    return Number(1)
"""
NO_PASS = [
    "assert square(3) == 9",
    "assert 9 == square(3)",
    "assert square(3) > 8",
    "assert 8 < square(3)",
    "assert abs(square(3) - 9) < 1e-6",
    "assert abs(9 - power(3)) < 1e-6",
    "assert power(3) == 9.5",
    "assert square(3) in [9]",
    "assert 9 in square(3) or square(3) == 'nine'",
    "assert square(3).equals(9)",
    "assert square(3) == power(3)",
    "assert isinstance(square(3), int)",
    "assert type(square(3)) is int",
    "assert {'a': square(3)} == {'a': 9}",
    "import numpy as np\nnp.testing.assert_allclose(square(3), 9)",
    "import math\nassert math.isclose(square(3), 9)",
    "try:\n    assert square(3) == 9\nexcept BaseException:\n    pass",
]


@pytest.fixture(params=["process", pytest.param("docker", marks=pytest.mark.docker)])
def run(request: pytest.FixtureRequest) -> Run:
    """The real sandbox of each kind; the container needs the image that ``make images`` builds."""
    return make_run(request.param, Sandbox(seconds=25))


def _judged(run: Run, answer: str, *tests: str, **more: Any) -> list[CellResult]:
    """Return the results of tests below an answer; each begins with the notebook as the answer left it."""
    results = []
    for test in tests:
        cell = {"source": test, "test": True, "plain": test, "probes": ["raise AssertionError"], **more}
        asked = {"cells": [{"source": answer}, cell], "seconds": 25, "cell_seconds": 6}
        results.append(run(Request.model_validate(asked)).cells[1])
    return results


def test_an_honest_answer_is_judged_as_it_is_in_the_notebook(run: Run) -> None:
    for test, result in zip(PASS, _judged(run, HONEST, *PASS), strict=True):
        assert (result.status, result.judged, result.doubt) == ("ok", True, ""), test


def test_a_wrong_answer_fails_outside_as_well(run: Run) -> None:
    results = _judged(run, HONEST, "assert square(3) == 8", "assert nobody(3) == 8", "assert money(5) == 4")
    assert [(one.status, one.judged, one.doubt) for one in results] == [("error", True, "")] * 3


def test_an_object_that_judges_itself_is_not_believed(run: Run) -> None:
    for test, result in zip(NO_PASS, _judged(run, FORGED, *NO_PASS), strict=True):
        assert result.status == "error" or result.doubt, test


def test_an_error_is_no_verdict_whatever_it_is_called(run: Run) -> None:
    forged = """
import sys
class ok(Exception):
    pass
def square(x):
    seen = sys._getframe(1).f_code.co_consts
    if 9 in seen:
        return 9
    raise ok
"""
    (result,) = _judged(run, forged, "assert square(3) == 9")
    assert result.status == "error" or result.doubt == "differs"


def test_an_answer_cannot_have_its_test_skipped(run: Run) -> None:
    test, probe = (
        "import unittest\n"
        "class Squares(unittest.TestCase):\n"
        f"    def test_three(self):\n        self.assertEqual(square(3), {value})\n"
        "assert unittest.TextTestRunner().run(unittest.TestLoader().loadTestsFromTestCase(Squares)).wasSuccessful()"
        for value in (9, 8)
    )
    skips = "import unittest\ndef square(x):\n    raise unittest.SkipTest"
    (forged,) = _judged(run, skips, test, probes=[probe])
    assert forged.status == "error" or forged.doubt
    (honest,) = _judged(run, HONEST, test, probes=[probe])
    assert (honest.status, honest.doubt) == ("ok", "")


def test_a_class_of_which_all_are_equal_passes_with_a_wrong_value_too(run: Run) -> None:
    same = """
class Vector:
    def __init__(self, x, y):
        pass
    def __add__(self, other):
        return self
    def __eq__(self, other):
        return True
"""
    test, probe = (f"assert Vector(1, 2) + Vector(3, 4) == Vector(4, {y})" for y in (6, 7))
    (forged,) = _judged(run, same, test, probes=[probe])
    assert forged.doubt == "passes_wrong"
    (honest,) = _judged(run, HONEST, test, probes=[probe])
    assert (honest.status, honest.judged, honest.doubt) == ("ok", True, "")


def test_a_name_of_pythons_has_to_pass_in_both_meanings(run: Run) -> None:
    own = "def pow(a, b):\n    return a**b\n\ndef square(x):\n    return pow(x, 2)"
    false = "def abs(x):\n    return 0\n\ndef square(x):\n    return 1"
    right, wrong = (
        _judged(run, own, "assert pow(2, 3) == 8")[0],
        _judged(run, false, "assert abs(square(3) - 9) < 1")[0],
    )
    assert (right.judged, right.doubt, wrong.doubt) == (True, "", "differs")


def test_partial_credit_is_that_of_the_judge(run: Run) -> None:
    (result,) = _judged(run, HONEST, "sum(square(n) == n * n for n in range(4)) / 2")
    assert (result.status, result.points) == ("ok", 2.0)


def test_what_the_course_defines_for_its_tests_is_not_the_answers_to_change(run: Run) -> None:
    answer = "def square(x):\n    return 1\n\ndef check(*given):\n    pass"
    helper = "def check(got, wanted):\n    assert got == wanted"
    assert _judged(run, answer, "check(square(3), 9)", helpers=helper)[0].doubt == "differs"


BESIDE = {
    "assert 'x' in get_ipython().user_ns": "get_ipython",
    "import threading\nassert x == 1": "threading",
    "from unittest.mock import patch\nwith patch('random.random'):\n    assert x == 1": "patch",
    "assert sorted(globals())": "globals",
    "assert same(memoryview(b'a')) == b'a'": "memoryview",
    "class Own:\n    pass\nassert same(Own())": "Own",
    "class OwnError(Exception):\n    pass\nassert same(OwnError) is OwnError": "type",
}
"""Tests that only work in the notebook's process, each with the word that says why."""


def test_a_test_of_the_notebook_itself_says_so_by_its_text(run: Run) -> None:
    answer = "x = 1\ndef same(value):\n    return value"
    for (test, word), result in zip(BESIDE.items(), _judged(run, answer, *BESIDE), strict=True):
        assert (result.status, result.judged, result.doubt, result.word) == ("ok", False, "beside", word), test
    (wrong,) = _judged(run, "x = 2", "import threading\nassert x == 1")
    assert (wrong.status, wrong.doubt) == ("error", "")


CHOOSES = [
    # Forged messages, and errors, that cannot be sent again: it would be the answer that chose not to be judged.
    "def make():\n    raise KeyError\ndef use(value):\n    return 9",
    """
from learnspace_sandbox import answering
said = answering.Answering.answer
def answer(self, message):
    reply = said(self, message)
    if "value" in reply and message["do"] == "call":
        reply["value"] = ["list", 0, [0] * 2_100_000] if reply["value"] is None else reply["value"]
    return reply
answering.Answering.answer = answer
def make():
    return None
def use(value):
    return 9
""",
    """
from learnspace_sandbox import answering
said = answering.Answering.answer
def answer(self, message):
    reply = said(self, message)
    if "value" in reply and message["do"] == "call":
        reply["value"] = reply["value"] or ["datetime", "2026-01-01T00:00:00+00:00"]
    return reply
answering.Answering.answer = answer
def make():
    return None
def use(value):
    return 9
""",
]


@pytest.mark.parametrize("answer", CHOOSES)
def test_an_answer_does_not_choose_to_be_tried_beside(run: Run, answer: str) -> None:
    test = "try:\n    got = make()\nexcept KeyError as error:\n    got = error\nassert use(got) == 9"
    (result,) = _judged(run, answer, test)
    assert result.status == "error" or result.doubt == "object"


def test_an_answer_that_never_comes_costs_its_own_points_only(run: Run) -> None:
    endless, dead = "def square(x):\n    while True: pass", "import os\n\ndef square(x):\n    os._exit(0)"
    for answer in (endless, dead):
        cells = [{"source": answer}]
        for test in ("assert square(3) == 9", "assert 1 == 1"):
            cells.append({"source": test, "test": True, "plain": test, "probes": ["raise AssertionError"]})  # type: ignore[dict-item]  # as JSON
        asked = {"cells": cells, "seconds": 25, "cell_seconds": 1}
        result = run(Request.model_validate(asked))
        assert result.cells[1].status != "ok" or result.cells[1].doubt
        if answer is endless:
            assert (result.cells[2].status, result.cells[2].doubt) == ("ok", "")


def test_no_plain_value_is_too_odd_to_come_back_as_it_is(run: Run) -> None:
    answer = "def same(x):\n    return x"
    test = """
import collections, datetime, decimal, fractions
import numpy as np
own = [1]
own.append(own)
for value in (
    None, True, -1, 1 << 300, 0.1, float("inf"), 1j, "小\\0\\ud800", b"\\xff", bytearray(b"a"), (1, [2]), {1, 2},
    frozenset(), {(1, 2): [None]}, range(3), slice(1, None), ..., decimal.Decimal("1.10"), fractions.Fraction(1, 3),
    datetime.date(2026, 1, 2), datetime.datetime(2026, 1, 2, 3), datetime.timedelta(1, 2, 3), collections.deque([1]),
    collections.OrderedDict(a=1), collections.Counter("aab"), int, len, np.mean, np.add, np.float32(0.5),
    np.datetime64("2026-01-02"), "a" * 100_000, list(range(10_000)),
):
    got = same(value)
    assert type(got) is type(value) and got == value, value
for value in (np.arange(6).reshape(2, 3), np.array(["a"]), np.array([]), np.array([True]), np.array([{}, None])):
    got = same(value)
    assert got.dtype == value.dtype and got.shape == value.shape and (got == value).all(), value
assert same(own) is own
"""
    (result,) = _judged(run, answer, test)
    assert (result.status, result.doubt, result.judged) == ("ok", "", True), result.outputs
