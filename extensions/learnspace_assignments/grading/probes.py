"""Alterations of a test that must fail wherever the test itself passes: the evidence that it could have failed.

Student code shares a process with the tests that judge it. It may return an object that equals everything, turn asserts
off, or answer for the process that ran them. Each of these lets through what no honest answer does: the same test with
another expected value, or with one assertion turned round.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from learnspace_assignments.grading.expected import Expected, Place, expected_values, with_another
from learnspace_assignments.hiddentests import tell_hidden

NEVER = "assert False"
MOST_KNOWN = 1000
"""Tests of which is remembered what was read in them: a class hands in the same over and over."""


def probes(source: str, most: int) -> list[str]:
    """Return at most ``most`` alterations of a test in plain Python, chosen by chance.

    Only statements that run whenever the test passes are altered. Where a value that the test expects can be replaced,
    it is, since such a probe does not show what it is; values of hidden tests come first, since a learner knows the
    others. Else an assertion is turned round. A test without an assertion is followed by one that fails.
    """
    try:
        test = _read(source)
    except SyntaxError:
        return []
    chance = random.SystemRandom()
    if test.values:
        # Fewer values than probes: some are replaced in more than one way.
        picked = chance.sample(test.values, min(most, len(test.values)))
        picked += chance.choices(test.values, k=most - len(picked))
        return list(dict.fromkeys(_expecting_another(source, number, close, chance) for number, close in picked))
    if not test.turned:
        return [f"{plain(source)}\n{NEVER}"]
    return [_turned(source, place) for place in chance.sample(test.turned, min(most, len(test.turned)))]


class _Test(NamedTuple):
    """What can be altered in a test: the same for every learner."""

    values: list[tuple[int, bool]]
    """The numbers, in ``ast.walk``, of values to replace, and whether only one far away is another."""
    turned: list[Place]


@lru_cache(MOST_KNOWN)
def _read(source: str) -> _Test:
    tree = ast.parse(source)
    places = list(_always(tree.body))
    lines = {number for number, (_, hidden) in enumerate(tell_hidden(source), start=1) if hidden}
    values = expected_values(tree, places)
    chosen = [one for one in values if one.node.lineno in lines] or values
    numbers = {id(node): number for number, node in enumerate(ast.walk(tree))}
    return _Test(
        [(numbers[id(one.node)], one.close) for one in chosen],
        [place for place in places if _asserts(_at(tree, place))],
    )


@lru_cache(MOST_KNOWN)
def plain(source: str) -> str:
    """Return a test in the form that its probes have, so that nobody tells one from the other by comments or lines."""
    try:
        return ast.unparse(ast.parse(source))
    except SyntaxError:
        return source


def _always(body: list[ast.stmt], here: Place = ()) -> Iterator[Place]:
    """Yield the places of the statements that run at least once in a test that passes."""
    for number, statement in enumerate(body):
        yield (*here, number)
        if isinstance(statement, ast.For) and not statement.orelse and _has_elements(statement.iter):
            left = [type(node) for node in ast.walk(statement)]
            if ast.Break not in left and ast.Continue not in left:
                yield from _always(statement.body, (*here, number))


def _has_elements(iterable: ast.expr) -> bool:
    return isinstance(iterable, ast.List | ast.Tuple | ast.Set) and any(
        not isinstance(element, ast.Starred) for element in iterable.elts
    )


def _at(tree: ast.Module, place: Place) -> ast.stmt:
    body = tree.body
    for number in place[:-1]:
        loop = body[number]
        assert isinstance(loop, ast.For)  # noqa: S101 - _always goes into nothing else
        body = loop.body
    return body[place[-1]]


def _expecting_another(source: str, number: int, close: bool, chance: random.Random) -> str:
    tree = ast.parse(source)
    node = next(islice(ast.walk(tree), number, None))
    assert isinstance(node, ast.expr)  # noqa: S101 - as in the tree of the same source
    with_another(Expected(node, close), chance)
    return ast.unparse(tree)


def _turned(source: str, place: Place) -> str:
    made = ast.parse(source)
    *way, last = place
    body = made.body
    for number in way:
        loop = body[number]
        assert isinstance(loop, ast.For)  # noqa: S101 - _always goes into nothing else
        body = loop.body
    body[last] = _turned_round(body[last])
    return ast.unparse(ast.fix_missing_locations(made))


def _asserts(statement: ast.stmt) -> bool:
    """Tell whether a statement judges: an assertion, or a call such as ``np.testing.assert_allclose(…)``."""
    if isinstance(statement, ast.Assert):
        # ``assert False`` says that this place must not be reached.
        return not isinstance(statement.test, ast.Constant)
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        return False
    called = statement.value.func
    name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
    return "assert" in name.lower()


def _turned_round(statement: ast.stmt) -> ast.stmt:
    """Return a statement that fails exactly where this one passes."""
    if isinstance(statement, ast.Assert):
        return ast.Assert(ast.UnaryOp(ast.Not(), statement.test), statement.msg)
    handler = ast.ExceptHandler(ast.Name("Exception", ast.Load()), None, [ast.Pass()])
    failure = ast.Assert(ast.Constant(False), None)
    return ast.Try([statement], [handler], [failure], [])
