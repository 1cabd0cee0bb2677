"""Tests that compare objects of a class that they name: an answer that guesses which are equal is found out."""

from __future__ import annotations

import pytest

from learnspace_core.settings import Sandbox
from learnspace_sandbox.engine import Run, make_run
from learnspace_sandbox.models import CellResult, Request
from learnspace_sandbox.others import COUNTS, Made, is_round, is_told_apart, others

HONEST = '''
import dataclasses, enum, functools, math
import numpy as np

class Vector:
    count = 0
    def __init__(self, x, y):
        self.x, self.y = x, y
        Vector.count += 1
    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)
    def __mul__(self, number):
        return Vector(self.x * number, self.y * number)
    def __eq__(self, other):
        return (self.x, self.y) == (other.x, other.y)
    def move(self, x, y):
        self.x, self.y = self.x + x, self.y + y

class Labelled:
    """Its label is no part of what it is."""
    def __init__(self, number, label=""):
        self.number, self.label = number, label
    def __eq__(self, other):
        return self.number == other.number

class Student:
    """Nor is the age of this one."""
    def __init__(self, name, age):
        self.name, self.age = name, age
    def __eq__(self, other):
        return self.name.lower() == other.name.lower()

class Length:
    def __init__(self, metres):
        self.metres = metres
    def __add__(self, other):
        return Length(self.metres + other.metres)
    def __eq__(self, other):
        return math.isclose(self.metres, other.metres, abs_tol=0.01)

class Rough(Length):
    def __eq__(self, other):
        return abs(self.metres - other.metres) < 5

class Clock:
    def __init__(self, hour):
        self.hour = hour % 12
    def __add__(self, hours):
        return Clock(self.hour + hours)
    def __eq__(self, other):
        return self.hour == (other if isinstance(other, int) else other.hour)

class Mod:
    def __init__(self, number, base):
        if base < 1:
            raise ValueError
        self.number, self.base = number, base
    def __eq__(self, other):
        return self.base == other.base and (self.number - other.number) % self.base == 0

class Ratio:
    def __init__(self, over, under):
        if under == 0:
            raise ZeroDivisionError
        self.over, self.under = over, under
    def __mul__(self, other):
        return Ratio(self.over * other.over, self.under * other.under)
    def __eq__(self, other):
        return self.over * other.under == other.over * self.under

class Edge:
    def __init__(self, one, other):
        self.ends = {one, other}
    def __eq__(self, other):
        return self.ends == other.ends

class Domino:
    def __init__(self, one, other):
        self.pips = one + other
    def __eq__(self, other):
        return self.pips == other.pips

@functools.total_ordering
@dataclasses.dataclass
class Card:
    rank: int
    suit: str = "hearts"
    def __lt__(self, other):
        return self.rank < other.rank

@dataclasses.dataclass(frozen=True, order=True)
class Point:
    x: float
    y: float

@dataclasses.dataclass
class Line:
    one: Point
    other: Point
    def turned(self):
        return Line(self.other, self.one)

@dataclasses.dataclass
class Path:
    points: list

class Light(enum.Enum):
    RED = 1
    GREEN = 2
    def next(self):
        return Light(3 - self.value)

class Word:
    def __init__(self, text):
        self.text = text
    def __eq__(self, other):
        return len(self.text) == len(other.text)

class Text(str):
    pass

class Matrix:
    def __init__(self, rows):
        self.rows = np.array(rows)
    def __matmul__(self, other):
        return Matrix(self.rows @ other.rows)
    def __eq__(self, other):
        return self.rows == other.rows

class Stack:
    def __init__(self, items=()):
        self.items = list(items)
    def push(self, item):
        self.items.append(item)
    def __eq__(self, other):
        return self.items == (other if isinstance(other, list) else other.items)

class Once:
    """Equal only to itself."""

class Node:
    def __init__(self, value, next=None):
        self.value, self.next = value, next
    def __eq__(self, other):
        return other is not None and (self.value, self.next) == (other.value, other.next)
'''
PASS = [
    "assert Vector(1, 2) + Vector(3, 4) == Vector(4, 6)\nassert Vector(1, 2) != Vector(2, 2)",
    "assert Vector(4, 6) == Vector(1, 2) + Vector(3, 4)\nassert not Vector(0, 0) != Vector(0, 0)",
    "before = Vector.count\nassert Vector(1, 2) * 3 == Vector(3, 6)\nassert Vector.count == before + 3",
    "v = Vector(1, 2)\nv.move(3, 4)\nassert v == Vector(4, 6)\n"
    "w = Vector(0, 0)\nw.x = 4\nw.y = 6\nassert v == w and v == v",
    "assert [Vector(1, 2)] == [Vector(1, 2)] and {'a': (Vector(0, 1),)} == {'a': (Vector(0, 1),)}",
    "assert Vector(1, 2) in [Vector(3, 4), Vector(1, 2)]",
    "import unittest\nunittest.TestCase().assertEqual(Vector(1, 2) + Vector(3, 4), Vector(4, 6))",
    "assert Labelled(3, 'a') == Labelled(3, 'b') and Labelled(3) == Labelled(3, label='c')",
    "assert Student('Ann', 30) == Student('ANN', 31) and Student('Ann', 30) != Student('Bob', 30)",
    "assert Length(0.1) + Length(0.2) == Length(0.3) and Length(2) == Length(2.001)",
    "assert Rough(100) == Rough(103)",
    "assert Clock(10) + 5 == Clock(3) and Clock(10) + 5 == 3",
    "assert Mod(7, 5) == Mod(2, 5) and Mod(7, 5) != Mod(2, 4)",
    "assert Ratio(1, 2) * Ratio(2, 3) == Ratio(1, 3) and Ratio(2, 4) == Ratio(1, 2) and Ratio(3, 3) == Ratio(1, 1)",
    "assert Edge(2, 5) == Edge(5, 2)",
    "assert Domino(2, 3) == Domino(1, 4)",
    "assert Card(3) < Card(5) and Card(5) >= Card(3) and max(Card(2), Card(9)) == Card(9)\n"
    "assert sorted([Card(9), Card(2, 'spades')]) == [Card(2, 'spades'), Card(9)] and Card(2) != Card(2, 'spades')",
    "assert Point(1, 2) == Point(1, 2) and Point(0.5, 1) < Point(1, 0)",
    "assert Line(Point(1, 2), Point(3, 4)).turned() == Line(Point(3, 4), Point(1, 2))",
    "assert Path([Point(1, 2), Point(3, 4)]) == Path([Point(1, 2), Point(3, 4)])",
    "assert Light.RED.next() == Light.GREEN and Light(1) == Light.RED and Light(1) is Light.RED",
    "assert Word('house') == Word('mouse')",
    "assert Text('abc') == 'abc' and Text('abc') == Text('abc')",
    "assert (Matrix([[1, 2], [3, 4]]) @ Matrix([[0, 1], [1, 0]]) == Matrix([[2, 1], [4, 3]])).all()",
    "s = Stack()\ns.push(1)\nassert s == Stack([1]) and s == [1]\n"
    "s.push(2)\nassert s == Stack([1, 2]) and Stack() == Stack()",
    "one = Once()\nassert one == one and one != Once()",
    "assert Node(1, Node(2)) == Node(1, Node(2))",
    "assert all(Vector(n, 1) * 2 == Vector(2 * n, 2) for n in range(8))",
]
"""Tests that an honest answer passes."""
GUESSES = {
    "all are equal": "True",
    "by chance": "os.urandom(1)[0] < 128",
    "seldom, by chance": "os.urandom(1)[0] < 2",
    "by the clock": "time.monotonic_ns() // 1000 % 2",
    "by the number of the process": "os.getpid() % 2",
    "the first one": "not os.path.exists('seen') and not open('seen', 'w').close()",
    "every second one": "[seen.append(0), len(seen) % 2][1]",
    "smallness": "all(-9 < one < 9 for one in (*self.given, *getattr(other, 'given', ())) if isinstance(one, int))",
    "what was made before": "other.given in known or known.append(other.given) is None and len(known) < 4",
    "evenness": "sum(one for one in (*self.given, *other.given) if isinstance(one, int)) % 2 == 0",
}
GUESSING = """
import os, socket, time
seen, known = [], []
class Vector:
    def __init__(self, *given):
        self.given = given
    def __add__(self, other):
        return Vector()
    __mul__ = __add__
    def __eq__(self, other):
        return bool({guess})
"""
THREE = "\n".join(
    f"assert Vector({a}, {b}) + Vector(5, 6) == Vector({a + 5}, {b + 6})" for a, b in ((14, 23), (31, 40), (57, 68))
)
"""Whoever guesses gets through one comparison in forty times at most, and through three in 64,000."""


@pytest.fixture(params=["process", pytest.param("docker", marks=pytest.mark.docker)])
def run(request: pytest.FixtureRequest) -> Run:
    """The real sandbox of each kind."""
    return make_run(request.param, Sandbox(seconds=25))


def _judged(run: Run, answer: str, test: str) -> CellResult:
    cell = {"source": test, "test": True, "plain": test, "probes": ["raise AssertionError"]}
    asked = {"cells": [{"source": answer}, cell], "seconds": 25, "cell_seconds": 6}
    return run(Request.model_validate(asked)).cells[1]


def test_an_honest_class_is_believed(run: Run) -> None:
    for test in PASS:
        result = _judged(run, HONEST, test)
        assert (result.status, result.judged, result.doubt) == ("ok", True, ""), (test, result.outputs)


@pytest.mark.parametrize("guess", GUESSES)
def test_a_class_that_guesses_what_is_equal_is_not_believed(run: Run, guess: str) -> None:
    result = _judged(run, GUESSING.format(guess=GUESSES[guess]), THREE)
    assert result.status == "error" or result.doubt


REMEMBERS = """
made = []
class Vector:
    def __init__(self, *given):
        self.given = given
        made.append(given)
    def __add__(self, other):
        return Vector()
    plus = __add__
    def __eq__(self, other):
        return made.count(other.given) > 1
"""
"""Says yes to what it was asked to make before, beside many others."""


@pytest.mark.parametrize(
    "test",
    [
        THREE,
        "assert Vector(19, 29) == Vector(14, 23) + Vector(5, 6)",
        "wanted = Vector(19, 29)\nassert Vector(14, 23) + Vector(5, 6) == wanted",
        "assert [Vector(14, 23) + Vector(5, 6)] == [Vector(19, 29)]",
        "wanted = Vector(19, 29)\ngot = Vector(14, 23).plus(Vector(5, 6))\nassert got == wanted",
        "import unittest\nunittest.TestCase().assertEqual(Vector(14, 23) + Vector(5, 6), Vector(19, 29))",
    ],
)
def test_an_answer_does_not_see_what_is_meant_before_it_says_whether_it_is_equal(run: Run, test: str) -> None:
    result = _judged(run, REMEMBERS, test)
    assert result.status == "error" or result.doubt


def test_an_answer_for_what_asks_can_only_guess(run: Run) -> None:
    takes_over = """
import os
from learnspace_sandbox import answering
class Vector:
    def __init__(self, *given):
        pass
    def __add__(self, other):
        return self
    def __eq__(self, other):
        return True
def guess(makers, questions, apart):
    places = [(int.from_bytes(os.urandom(4), "big") % len(rows), len(rows)) for _, rows, *_ in questions]
    return "".join("n" * place + "y" + "n" * (count - place - 1) for place, count in places)
answering.OPERATIONS["among"] = guess
"""
    assert _judged(run, takes_over, THREE).doubt


def test_the_one_that_is_meant_may_be_anywhere() -> None:
    how = Made("Vector", (4, [6.5, (0.25,)]), {"label": "a", "deep": Made("Point", (7,), {})})
    places = set()
    for _ in range(300):
        values, place = others(how, "numbers") or ([], 0)
        assert values[place] == how
        assert len(values) == len({repr(value) for value in values}) == COUNTS["numbers"]
        places.add(place)
    assert len(places) > COUNTS["numbers"] / 2
    assert others(("a", True, None), "numbers") is None
    values, place = others("Aß小9", "texts") or ([], 0)
    assert values[place] == "Aß小9"
    assert values.count("Aß小9") == 1


def test_few_may_be_equal_by_accident_and_more_only_all_along() -> None:
    def said(*equal: int) -> list[bool]:
        return [number in equal for number in range(121)]

    assert is_told_apart(said(60), 60)
    assert is_told_apart(said(3, 60, 70), 60)
    assert is_told_apart(said(*range(4, 121, 7)), 60)
    assert is_told_apart(said(*range(55, 66)), 60)
    for equal in ((), (61,), (3, 60, 70, 90), range(121), range(0, 121, 2), range(4, 70, 7)):
        assert not is_told_apart(said(*equal), 60), equal
    assert not is_round([5], 121)
