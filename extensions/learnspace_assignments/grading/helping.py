"""What the trusted cells of a notebook define for its tests: a test that is judged from outside brings it along.

Otherwise an answer could define anew what a test judges with, such as the course's own ``check_close``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from learnspace_assignments.grading.probes import MOST_KNOWN
from learnspace_sandbox.values import BY_NAME


class Helpers:
    """The imports and functions of the cells above a test, by their names."""

    def __init__(self) -> None:
        self._found: dict[str, ast.stmt] = {}

    def learn(self, source: str, *, trusted: bool) -> None:
        """Take note of a cell: the course's own, or one that a learner may have changed.

        Of the latter only imports of Python's and numpy's own modules count, which are the same for everybody.
        """
        if trusted:
            self._found.update(_known_definitions(source))
        else:
            for name, found in _definitions(source):
                if not isinstance(found, ast.FunctionDef) and _is_common(found):
                    self._found[name] = found

    def of(self, source: str) -> str:
        """Return what a test uses of it, directly or not, as Python."""
        waiting = [*_names_in(source)]
        taken: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name in self._found and name not in taken:
                taken.add(name)
                waiting += _names(self._found[name])
        return "\n".join(ast.unparse(found) for name, found in self._found.items() if name in taken)


def _definitions(source: str) -> list[tuple[str, ast.stmt]]:
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):
        return []
    return [found for statement in body for found in _defined(statement)]


_known_definitions = lru_cache(MOST_KNOWN)(_definitions)
"""Of the course's own cells, which are the same for everybody."""


@lru_cache(MOST_KNOWN)
def _names_in(source: str) -> frozenset[str]:
    try:
        return frozenset(_names(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError):
        return frozenset()


def _defined(statement: ast.stmt) -> Iterator[tuple[str, ast.stmt]]:
    match statement:
        case ast.FunctionDef():
            yield statement.name, statement
        case ast.Import():
            for alias in statement.names:
                yield (alias.asname or alias.name).partition(".")[0], ast.Import([alias])
        case ast.ImportFrom(level=0):
            for alias in statement.names:
                if alias.name != "*":
                    yield alias.asname or alias.name, ast.ImportFrom(statement.module, [alias], 0)


def _is_common(statement: ast.stmt) -> bool:
    modules = (
        [alias.name for alias in statement.names]
        if isinstance(statement, ast.Import)
        else [statement.module or ""]
        if isinstance(statement, ast.ImportFrom)
        else [""]
    )
    return all(module.partition(".")[0] in BY_NAME for module in modules)


def _names(tree: ast.AST) -> Iterator[str]:
    return (node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
