"""Small mistakes made on purpose in a reference solution: a test that none of them makes fail never fails."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
}
LEFT_OUT = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr, ast.For, ast.Delete)
"""Statements that may be left out. Without a definition or an import only a name would be missing."""
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
BEGIN, END = "BEGIN SOLUTION", "END SOLUTION"


class Mutant(NamedTuple):
    """A cell with one mistake in it: the whole source, the line, and what the code was and became there."""

    source: str
    line: int
    was: str
    became: str


Change = Callable[[Any], None]
"""Makes a mistake in a node of a copy of the tree."""


def mutants_of(source: str, most: int) -> list[Mutant]:
    """Return at most that many mutants of a solution cell, always the same ones, spread over the whole solution.

    Raises:
        SyntaxError: if the cell is not Python.
    """
    tree = ast.parse(source)
    lines = solution_lines(source)
    plain = ast.unparse(tree)
    found: dict[str, Mutant] = {}
    nodes = list(ast.walk(tree))
    statements = _statements_of(nodes)
    silent = _silent(nodes)
    for number, node in enumerate(nodes):
        statement = statements.get(id(node))
        if statement is None or id(node) in silent:
            continue
        around: Any = nodes[statement]
        line = int(getattr(node, "lineno", around.lineno))
        if line not in lines:
            continue
        for change in _changes(node):
            copied = copy.deepcopy(tree)
            targets = list(ast.walk(copied))
            change(targets[number])
            text = ast.unparse(ast.fix_missing_locations(copied))
            if text != plain:
                after = targets[statement]
                became = "" if isinstance(after, ast.Pass) else _head(after)
                found.setdefault(text, Mutant(text, line, _head(around), became))
    made = sorted(found.values(), key=lambda mutant: mutant.line)
    if len(made) <= most:
        return made
    return [made[index * len(made) // most] for index in range(most)]


def solution_lines(source: str) -> set[int]:
    """Return the numbers, from 1, of the lines between BEGIN and END SOLUTION; all lines if there are no such marks."""
    inside, found, marked = False, set(), False
    lines = source.split("\n")
    for number, line in enumerate(lines, start=1):
        if BEGIN in line:
            inside = marked = True
        elif END in line:
            inside = False
        elif inside:
            found.add(number)
    return found if marked else set(range(1, len(lines) + 1))


def names_of(source: str) -> tuple[set[str], set[str]]:
    """Return the names that a cell defines for other cells, and those that it uses, also as text in quotes.

    A cell that is not Python defines and uses nothing that we know of.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return set(), set()
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, SCOPES) for part in ast.walk(node)}
    defines: set[str] = set()
    local: set[str] = set()
    uses: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            uses.add(node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            uses.add(node.value)
        else:
            named = _named_by(node)
            local |= named
            if id(node) not in inside or node in tree.body:
                defines |= named
    return defines, uses - local


def _named_by(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Name):
        return {node.id}
    if isinstance(node, ast.arg):
        return {node.arg}
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    return set()


def _changes(node: ast.AST) -> Iterator[Change]:
    """Yield the mistakes that can be made in a node."""
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            for other in COMPARISONS[type(operator)]:
                yield partial(_compare_otherwise, place, other)
    elif isinstance(node, ast.BinOp | ast.AugAssign):
        if type(node.op) in OPERATORS and not _builds_text(node):
            yield partial(_set, "op", OPERATORS[type(node.op)]())
    elif isinstance(node, ast.BoolOp):
        yield partial(_set, "op", ast.Or() if isinstance(node.op, ast.And) else ast.And())
    elif isinstance(node, ast.Constant):
        for value in _other_values(node.value):
            yield partial(_set, "value", value)
    elif isinstance(node, ast.comprehension) and node.ifs:
        yield partial(_set, "ifs", [])
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield lambda it: _become(it, it.operand)
    elif isinstance(node, ast.stmt):
        yield from _statement_changes(node)


def _statement_changes(node: ast.stmt) -> Iterator[Change]:
    if isinstance(node, ast.If | ast.While):
        yield partial(_set, "test", ast.Constant(False))
    if isinstance(node, ast.If):
        yield partial(_set, "test", ast.Constant(True))
    if isinstance(node, ast.Return | ast.Assign) and node.value is not None and not _is_none(node.value):
        yield partial(_set, "value", ast.Constant(None))
    if isinstance(node, ast.Break | ast.Continue):
        yield lambda it: _become(it, ast.Break() if isinstance(it, ast.Continue) else ast.Continue())
    if isinstance(node, LEFT_OUT):
        yield lambda it: _become(it, ast.Pass())


def _other_values(value: object) -> tuple[object, ...]:
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, int | float):
        return value + 1, value - 1
    if isinstance(value, str):
        return (value[1:] if value else "x",)
    return ()


def _set(attribute: str, value: object, node: ast.AST) -> None:
    setattr(node, attribute, value)


def _compare_otherwise(place: int, operator: type[ast.cmpop], node: ast.Compare) -> None:
    node.ops[place] = operator()


def _become(node: ast.AST, other: ast.AST) -> None:
    """Turn a node into another one in place, so that its parent need not be known."""
    place = {name: getattr(node, name) for name in ("lineno", "col_offset") if hasattr(node, name)}
    node.__class__ = other.__class__
    node.__dict__.clear()
    node.__dict__.update(vars(other) | place)


def _head(node: ast.AST) -> str:
    """Return the code of a statement, of one with a body its first line, shortened."""
    first = ast.unparse(node).strip().split("\n")[0]
    return first if len(first) <= 100 else f"{first[:99]}…"


def _statements_of(nodes: list[ast.AST]) -> dict[int, int]:
    """Return for the id of each node the place, in the same list, of the innermost statement around it."""
    found: dict[int, int] = {}
    # Breadth first: an inner statement comes after the outer one and overwrites it for what stands inside.
    for place, node in enumerate(nodes):
        if isinstance(node, ast.stmt):
            found.update((id(part), place) for part in ast.walk(node))
    return found


def _silent(nodes: list[ast.AST]) -> set[int]:
    """Return the ids of nodes that no test need notice: docstrings, the fixed text of f-strings, annotations."""
    found: set[int] = set()
    for node in nodes:
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr) and _is_text(body[0].value):
            found |= {id(body[0]), id(body[0].value)}
        if isinstance(node, ast.JoinedStr):
            found |= {id(part) for part in node.values if isinstance(part, ast.Constant)}
        for name in ("annotation", "returns"):
            if isinstance(getattr(node, name, None), ast.AST):
                found |= {id(part) for part in ast.walk(getattr(node, name))}
    return found


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _builds_text(node: ast.BinOp | ast.AugAssign) -> bool:
    """Tell whether an operator plainly works on text, where another one only raises an error."""
    sides = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.value,)
    return any(isinstance(side, ast.JoinedStr) or _is_text(side) for side in sides)
