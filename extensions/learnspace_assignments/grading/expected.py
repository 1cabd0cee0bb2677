"""Finds the values that a test expects, and writes others in their place.

Only a value that decides nothing but whether an assertion holds: neither what a learner's code is called with, nor how
often. Then no honest answer can pass with another value in its place.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from typing import NamedTuple

Place = tuple[int, ...]
"""The way to a statement: its number in the test, then in the body of each loop around it."""

EXACT = ("assert_equal", "assert_array_equal", "assertEqual", "assertEquals")
CLOSE = (
    "isclose", "allclose", "assert_allclose", "assert_almost_equal", "assert_array_almost_equal", "assertAlmostEqual",
)  # fmt: skip
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.UAdd, ast.USub)


class Expected(NamedTuple):
    """An expected value: its node, and whether only one far away from it is another."""

    node: ast.expr
    close: bool


def expected_values(tree: ast.Module, places: list[Place]) -> list[Expected]:
    """Return the expected values of the assertions at these places, each once."""
    found: dict[int, Expected] = {}
    for place in places:
        way = list(_way(tree, place))
        for side, other, close in _pairs(way[-1][0][way[-1][1]]):
            if not _constant(other):
                for node in _written(side, way):
                    found.setdefault(id(node), Expected(node, close))
    return list(found.values())


def with_another(expected: Expected, chance: random.Random) -> None:
    """Write another value in the place of an expected one, in the tree that it is part of."""
    value = _value(expected.node)
    made = ast.parse(repr(_far(value) if expected.close else _another(value, chance)), mode="eval").body
    place = {name: getattr(expected.node, name) for name in ("lineno", "col_offset", "end_lineno", "end_col_offset")}
    expected.node.__class__ = made.__class__  # in place: its parent is not known
    expected.node.__dict__.clear()
    expected.node.__dict__.update(vars(made) | place)


Way = list[tuple[list[ast.stmt], int]]
"""The bodies from the outermost to the one a statement stands in, each with the number of the statement on the way."""


def _way(tree: ast.Module, place: Place) -> Iterator[tuple[list[ast.stmt], int]]:
    body = tree.body
    for number in place:
        yield body, number
        statement = body[number]
        body = statement.body if isinstance(statement, ast.For) else []


def _pairs(statement: ast.stmt) -> Iterator[tuple[ast.expr, ast.expr, bool]]:
    """Yield what a statement compares: one side, the other one, and whether being close is enough."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        yield from _called(statement.value, (*EXACT, *CLOSE[2:]))
    if not isinstance(statement, ast.Assert):
        return
    joined = isinstance(statement.test, ast.BoolOp) and isinstance(statement.test.op, ast.And)
    for term in statement.test.values if joined else [statement.test]:  # type: ignore[attr-defined]  # joined says so
        if isinstance(term, ast.Call):
            yield from _called(term, CLOSE)
        elif isinstance(term, ast.Compare) and len(term.ops) == 1:
            yield from _compared(term)


def _called(call: ast.Call, names: tuple[str, ...]) -> Iterator[tuple[ast.expr, ast.expr, bool]]:
    called = call.func
    name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
    if name in names and len(call.args) >= 2 and not any(isinstance(one, ast.Starred) for one in call.args):
        one, other = call.args[:2]
        yield one, other, name in CLOSE
        yield other, one, name in CLOSE


def _compared(term: ast.Compare) -> Iterator[tuple[ast.expr, ast.expr, bool]]:
    one, other, operator = term.left, term.comparators[0], term.ops[0]
    if isinstance(operator, ast.Eq | ast.Is):
        yield one, other, False
        yield other, one, False
    elif isinstance(operator, ast.Lt | ast.LtE) and _constant(other) and isinstance(one, ast.Call):
        # abs(f(x) - 3.14) < 0.01
        inner = one.args[0] if len(one.args) == 1 and isinstance(one.func, ast.Name) and one.func.id == "abs" else None
        if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Sub):
            yield inner.left, inner.right, True
            yield inner.right, inner.left, True


def _written(side: ast.expr, way: Way) -> list[ast.expr]:
    """Return the constants that one side of a comparison is, or that the name in it stands for."""
    if _constant(side):
        return [side] if _changeable(side) else []
    index, name = _indexed(side)
    if name is None:
        return []
    return [part for node in _bound(name, way) for part in _part(node, index) if _changeable(part)]


def _indexed(side: ast.expr) -> tuple[int | None, str | None]:
    """Return the name that a side is, or takes an element of."""
    if isinstance(side, ast.Name):
        return None, side.id
    if isinstance(side, ast.Subscript) and isinstance(side.value, ast.Name) and isinstance(side.slice, ast.Constant):
        return (side.slice.value, side.value.id) if type(side.slice.value) is int else (None, None)
    return None, None


def _part(node: ast.expr, index: int | None) -> list[ast.expr]:
    if index is None:
        return [node] if _constant(node) else []
    if isinstance(node, ast.Tuple | ast.List) and 0 <= index < len(node.elts) and _constant(node):
        return [node.elts[index]]
    return []


def _bound(name: str, way: Way) -> list[ast.expr]:
    """Return what a name stands for, if it was bound to something written here and serves for nothing else."""
    for depth in range(len(way) - 1, -1, -1):
        body, number = way[depth]
        for place in range(number - 1, -1, -1):
            statement = body[place]
            if _stores(statement, name):
                fair = _serves_only(body[place + 1 :], name)
                return _assigned(statement, name) if fair and isinstance(statement, ast.Assign) else []
        around, at = way[depth - 1] if depth else ([], 0)
        loop = around[at] if around else None
        if isinstance(loop, ast.For) and _stores(loop.target, name):
            again = any(_stores(statement, name) for statement in loop.body)
            return [] if again or not _serves_only(loop.body, name) else _looped(loop, name)
    return []


def _assigned(statement: ast.Assign, name: str) -> list[ast.expr]:
    return _matched(statement.targets[0], statement.value, name) if len(statement.targets) == 1 else []


def _looped(loop: ast.For, name: str) -> list[ast.expr]:
    elements = loop.iter.elts if isinstance(loop.iter, ast.List | ast.Tuple) else []
    return [node for element in elements for node in _matched(loop.target, element, name)]


def _matched(target: ast.expr, value: ast.expr, name: str) -> list[ast.expr]:
    if isinstance(target, ast.Name):
        return [value] if target.id == name else []
    if not isinstance(target, ast.Tuple) or not isinstance(value, ast.Tuple | ast.List):
        return []
    if len(target.elts) != len(value.elts) or any(isinstance(one, ast.Starred) for one in value.elts):
        return []
    pairs = zip(target.elts, value.elts, strict=True)
    return [node for one, part in pairs for node in _matched(one, part, name)]


def _stores(node: ast.AST, name: str) -> bool:
    return any(
        isinstance(part, ast.Name) and part.id == name and not isinstance(part.ctx, ast.Load) for part in ast.walk(node)
    )


def _serves_only(body: list[ast.stmt], name: str) -> bool:
    """Tell whether a name is read only as what an assertion expects, and in its message."""
    used = {id(part) for statement in body for part in ast.walk(statement) if _reads(part, name)}
    fine: set[int] = set()
    for statement in (part for one in body for part in ast.walk(one) if isinstance(part, ast.Assert | ast.Expr)):
        if isinstance(statement, ast.Assert) and statement.msg is not None:
            fine |= {id(part) for part in ast.walk(statement.msg)}
        for side, _, _ in _pairs(statement):
            fine |= {id(part) for part in ast.walk(side)} if _indexed(side)[1] == name else set()
    return used <= fine


def _reads(part: ast.AST, name: str) -> bool:
    return isinstance(part, ast.Name) and part.id == name and isinstance(part.ctx, ast.Load)


def _constant(node: ast.expr) -> bool:
    """Tell whether a node is a constant, or arithmetic on constants."""
    try:
        _value(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError, ArithmeticError):
        return False
    return True


def _value(node: ast.expr) -> object:
    try:
        return ast.literal_eval(node)
    except ValueError:
        parts = list(ast.walk(node))
        if not all(isinstance(part, ast.BinOp | ast.UnaryOp | ast.Constant | _OPERATORS) for part in parts):
            raise
        if not all(type(part.value) in (int, float) for part in parts if isinstance(part, ast.Constant)):
            raise
        made: object = eval(compile(ast.Expression(node), "<constant>", "eval"), {"__builtins__": {}})  # noqa: S307
        return made


def _changeable(node: ast.expr) -> bool:
    """Tell whether another value can be written for a constant: ``is None`` and Ellipsis have none."""
    return isinstance(_value(node), bool | int | float | complex | str | bytes | list | tuple | set | dict)


def _another(value: object, chance: random.Random) -> object:
    """Return a value of the same kind that is another one."""
    match value:
        case bool():
            return not value
        case int() | float() | complex():
            return value + chance.randint(1, 9) if abs(value) < 1e15 else 0
        case str():
            at = chance.randrange(len(value)) if value else 0
            return f"{value[:at]}{'b' if value[at : at + 1] == 'a' else 'a'}{value[at + 1 :]}"
        case bytes():
            return value + b"a"
        case list() | tuple():
            at = chance.randrange(len(value)) if value else 0
            more = [_another(one, chance) if number == at else one for number, one in enumerate(value)] or [0]
            return more if isinstance(value, list) else tuple(more)
        case set():
            return value ^ {0}
        case dict():
            return {**value, "another": 0} if "another" not in value else {}
        case _:
            return 0


def _far(value: object) -> object:
    """Return a value that none within any sensible distance of this one is close to."""
    match value:
        case bool():
            return not value
        case int() | float() | complex():
            return value * 3 + 7
        case list() | tuple() if value:
            far = [*value[:-1], _far(value[-1])]
            return far if isinstance(value, list) else tuple(far)
        case _:
            return 7
