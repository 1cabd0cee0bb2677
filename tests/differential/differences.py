"""Compares two gradebooks row by row, and puts each difference into a class that says why it is meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

Row = dict[str, Any]


class Difference(NamedTuple):
    """One field of one row that the two gradebooks do not agree on; ``why`` is empty where nothing explains it."""

    submission: str
    where: str
    stock: object
    ours: object
    why: str = ""


class Cell(NamedTuple):
    """A graded cell of a submission in both gradebooks."""

    what: str
    stock: Row
    ours: Row


FIELDS = ("auto_score", "max_score", "needs_manual_grade", "score")


def differences(submission: str, stock: Row, ours: Row) -> Iterator[Difference]:
    """Yield where the gradebooks differ on one submission."""
    what = submission.partition(".")[2]
    if stock["error"] or ours["error"]:
        if bool(stock["error"]) != bool(ours["error"]):
            yield Difference(submission, "submission", stock["error"], ours["error"], _of_error(what, stock, ours))
        return
    if set(stock["notebooks"]) != set(ours["notebooks"]):
        yield Difference(submission, "notebooks", list(stock["notebooks"]), list(ours["notebooks"]))
        return
    for name, theirs in stock["notebooks"].items():
        mine = ours["notebooks"][name]
        explained: set[str] = set()
        for cell in sorted({*theirs["cells"], *mine["cells"]}):
            one, other = theirs["cells"].get(cell, {}), mine["cells"].get(cell, {})
            for field in FIELDS:
                if one.get(field) != other.get(field):
                    why = _of_cell(Cell(what, one, other))
                    explained.add(why)
                    yield Difference(submission, f"{name}/{cell}/{field}", one.get(field), other.get(field), why)
        for cell in sorted({*theirs["comments"], *mine["comments"]}):
            one, other = theirs["comments"].get(cell), mine["comments"].get(cell)
            if one != other:
                yield Difference(submission, f"{name}/{cell}/comment", one, other)
        if theirs["penalty"] != mine["penalty"]:
            # What is late loses what it earned: other points, another penalty.
            scores = [sum(cell["score"] or 0 for cell in book["cells"].values()) for book in (theirs, mine)]
            follows = [theirs["penalty"], mine["penalty"]] == scores and "" not in explained
            why = "the penalty follows the points" if follows else ""
            yield Difference(submission, f"{name}/penalty", theirs["penalty"], mine["penalty"], why)


def fields_of(stock: Row) -> int:
    """Return how many fields of a submission are compared: of its graded cells, its comments and its penalties."""
    books = stock["notebooks"].values()
    return sum(len(FIELDS) * len(book["cells"]) + len(book["comments"]) + 1 for book in books)


def _of_error(what: str, stock: Row, ours: Row) -> str:
    """Say why only one of the two graded a submission."""
    for name, holds in ERRORS.items():
        if holds(what, stock, ours):
            return name
    return ""


def _of_cell(cell: Cell) -> str:
    for name, holds in CELLS.items():
        if holds(cell):
            return name
    return ""


def _is_full(row: Row) -> bool:
    return bool(row["auto_score"] == row["max_score"])


def _errors(row: Row) -> set[str]:
    """Return the names of the exceptions among the outputs of a test."""
    return set(row["outputs"]) - {"stdout", "stderr", "display_data", "execute_result"}


ERRORS: dict[str, Callable[[str, Row, Row], bool]] = {
    "a cell that is there twice stops nothing": lambda what, stock, ours: (
        what in ("answer-twice", "test-twice") and "old version" in stock["error"] and not ours["error"]
    ),
    "a dead kernel is a result": lambda what, stock, ours: (
        what == "kills-python" and bool(stock["error"]) and not ours["error"] and _no_points(ours)
    ),
    "too many points are none": lambda what, stock, ours: (
        what == "partial-too-much" and bool(stock["error"]) and not ours["error"] and _has_output(ours, "NoPoints")
    ),
}
"""Why stock nbgrader stopped and ours went on; the other way round nothing is meant."""
CELLS: dict[str, Callable[[Cell], bool]] = {
    "a warning is no mistake": lambda cell: (
        cell.stock["auto_score"] == 0
        and "stderr" in cell.stock["outputs"]
        and not _errors(cell.stock)
        and not _errors(cell.ours)
        and "stderr" not in cell.ours["outputs"]
        and (_is_full(cell.ours) or "execute_result" in cell.ours["outputs"])
    ),
    "a deleted test is back": lambda cell: (
        cell.what == "test-deleted" and cell.stock["auto_score"] is None and cell.ours["auto_score"] is not None
    ),
    "nan is not full marks": lambda cell: (
        _is_full(cell.stock) and cell.ours["auto_score"] == 0 and _errors(cell.ours) == {"NoPoints"}
    ),
}


def _no_points(row: Row) -> bool:
    """Tell whether no test gave points to a notebook after it had ended its kernel."""
    return all(
        not cell["auto_score"] or "NotRun" not in cell["outputs"]
        for book in row["notebooks"].values()
        for cell in book["cells"].values()
    ) and _has_output(row, "NotRun")


def _has_output(row: Row, name: str) -> bool:
    return any(name in cell["outputs"] for book in row["notebooks"].values() for cell in book["cells"].values())
