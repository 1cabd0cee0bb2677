"""Finds the objects that a test makes only to compare others with them: what they are made of is what the test expects.

Such an object is made when it was compared, and not before: until then it is one of many that may be meant.
"""

from __future__ import annotations

import ast
from collections import Counter

LATER = "<later>"
"""The name of what makes an object later, which no test can have."""
_EQUAL = ("assertEqual", "assertNotEqual", "assert_equal")


def make_later(tree: ast.Module) -> None:
    """Have a test make later what it only compares others with."""
    for expected in [one for node in ast.walk(tree) for one in _compared(node)]:
        _defer(expected)
    loaded = Counter(
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    )
    stored = Counter(
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    )
    compared = Counter(one.id for node in ast.walk(tree) for one in _compared(node) if isinstance(one, ast.Name))
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if stored[name] == 1 and loaded[name] == compared[name]:
                _defer(node.value)
    ast.fix_missing_locations(tree)


def _compared(node: ast.AST) -> list[ast.expr]:
    """Return what a node compares for equality."""
    if isinstance(node, ast.Compare) and all(isinstance(one, ast.Eq | ast.NotEq) for one in node.ops):
        return [node.left, *node.comparators]
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        return node.args[:2] if name in _EQUAL else []
    return []


def _defer(node: ast.expr) -> None:
    """Change the call of a class, as its name says, or those in a list."""
    if isinstance(node, ast.List | ast.Tuple):
        for one in node.elts:
            _defer(one)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id[:1].isupper():
        for one in (*node.args, *(keyword.value for keyword in node.keywords)):
            _defer(one)
        node.args.insert(0, node.func)
        node.func = ast.Name(LATER, ast.Load())
