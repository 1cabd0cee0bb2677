"""Alterations of a test that must fail wherever the test itself passes: the evidence that it could have failed.

Student code shares a process with the tests that judge it. It may return an object that equals everything, turn asserts
off, or answer for the process that ran them. Each of these lets through what no honest answer does: the same test with
another expected value, or with one assertion turned round.
"""

from __future__ import annotations

import ast
import copy
import random
from collections.abc import Callable, Iterator
from functools import partial

NEVER = "raise AssertionError"

Change = Callable[[ast.stmt], ast.stmt]


def probes(source: str, most: int) -> list[str]:
    """Return at most ``most`` alterations of a test in plain Python, chosen by chance.

    Only statements that run whenever the test passes are altered. Where a value that the test expects can be replaced,
    it is, since such a probe does not show what it is; else an assertion is turned round. A test without an assertion
    is followed by one that fails.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return []
    chance = random.SystemRandom()
    places = list(_always(tree.body))
    hidden = [(place, change) for place in places for change in _other_values(_at(tree, place))]
    open_ = [(place, _turned_round) for place in places if _asserts(_at(tree, place))]
    chosen = chance.sample(hidden, min(most, len(hidden)))
    chosen += chance.sample(open_, min(most - len(chosen), len(open_)))
    if not chosen:
        return [f"{ast.unparse(tree)}\n{NEVER}"]
    return [_altered(tree, place, change) for place, change in chosen]


Place = tuple[int, ...]
"""The way to a statement: its number in the test, then in the body of each loop around it."""


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


def _altered(tree: ast.Module, place: Place, change: Change) -> str:
    made = copy.deepcopy(tree)
    *way, last = place
    body = made.body
    for number in way:
        loop = body[number]
        assert isinstance(loop, ast.For)  # noqa: S101 - as above
        body = loop.body
    body[last] = change(body[last])
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
    failure = ast.Raise(ast.Name("AssertionError", ast.Load()), None)
    return ast.Try([statement], [handler], [failure], [])


def _other_values(statement: ast.stmt) -> Iterator[Change]:
    """Yield the changes of an assertion that expect another value than it does."""
    if not isinstance(statement, ast.Assert):
        return
    joined = isinstance(statement.test, ast.BoolOp) and isinstance(statement.test.op, ast.And)
    terms = statement.test.values if joined else [statement.test]  # type: ignore[attr-defined]  # joined says so
    for number, term in enumerate(terms):
        if not isinstance(term, ast.Compare) or len(term.ops) != 1 or not isinstance(term.ops[0], ast.Eq):
            continue
        for left in (False, True):
            value = term.left if left else term.comparators[0]
            if _is_literal(value) and not _is_literal(term.comparators[0] if left else term.left):
                yield partial(_expecting_another, number=number, left=left)


def _expecting_another(statement: ast.stmt, number: int, *, left: bool) -> ast.stmt:
    assert isinstance(statement, ast.Assert)  # noqa: S101 - _other_values chose it
    test = statement.test
    term = test.values[number] if isinstance(test, ast.BoolOp) else test
    assert isinstance(term, ast.Compare)  # noqa: S101 - as well
    if left:
        term.left = _another(term.left)
    else:
        term.comparators[0] = _another(term.comparators[0])
    return statement


def _is_literal(value: ast.expr) -> bool:
    try:
        ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def _another(literal: ast.expr) -> ast.expr:
    """Return a literal of the same kind whose value is another one."""
    value = ast.literal_eval(literal)
    other: object
    match value:
        case bool():
            other = not value
        case int() | float() | complex():
            other = value + 1 if abs(value) < 1e15 else 0
        case str():
            other = value[:-1] + ("b" if value.endswith("a") else "a") if value else "a"
        case bytes():
            other = value + b"a"
        case list():
            other = [*value, value[-1]] if value else [0]
        case tuple():
            other = (*value, value[-1]) if value else (0,)
        case set() | frozenset():
            other = value ^ {0}
        case dict():
            other = {**value, "another": 0} if "another" not in value else {}
        case _:
            other = 0
    return ast.parse(repr(other), mode="eval").body
