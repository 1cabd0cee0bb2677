"""The cells of a notebook as they stand in its file: read without changing anything, and matched between two versions.

Plain JSON and not nbformat's objects, because what is not changed has to come back as it was, with keys we do not know.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

Cell = dict[str, Any]
Notebook = dict[str, Any]
KINDS = ("code", "markdown", "raw")
IDS_SINCE = 5
"""The minor version of format 4 from which on cells have ids."""


class UnreadableNotebook(Exception):
    """What should be a notebook and cannot be merged; the text says why, for a learner."""


def read_cells(content: bytes) -> Notebook:
    """Read a notebook of format 4.

    Raises:
        UnreadableNotebook: for half a file, for anything that is no notebook, for other formats.
    """
    try:
        notebook = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise UnreadableNotebook("It is not whole, or no notebook.") from error
    if not isinstance(notebook, dict) or not isinstance(notebook.get("nbformat"), int):
        raise UnreadableNotebook("It is no notebook.")
    if notebook["nbformat"] != 4:
        raise UnreadableNotebook(f"It is a notebook of format {notebook['nbformat']}; only format 4 can be merged.")
    cells = notebook.get("cells")
    if not isinstance(cells, list) or not all(_is_cell(cell) for cell in cells):
        raise UnreadableNotebook("It is no whole notebook: a cell has not the form of a cell.")
    return notebook


def write_cells(notebook: Notebook, before: bytes) -> bytes:
    """Return the bytes of a notebook, in the form in which Jupyter writes; ``before`` says how its file ended."""
    end = "\n" if before.endswith(b"\n") else ""
    try:
        return (json.dumps(notebook, ensure_ascii=False, indent=1) + end).encode()
    except UnicodeEncodeError:  # half a surrogate pair, which only an escape can write
        return (json.dumps(notebook, indent=1) + end).encode()


def text_of(cell: Cell) -> str:
    """Return what is written in a cell."""
    source: str | list[str] = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def content_of(cell: Cell) -> tuple[str, str, str]:
    """Return what a person put into a cell, which makes it the same or another: kind, text, pictures."""
    return cell["cell_type"], text_of(cell), json.dumps(cell.get("attachments") or {}, sort_keys=True)


def grading_of(cell: Cell) -> dict[str, Any]:
    """Return nbgrader's metadata of a cell, empty if there is none."""
    grading = cell["metadata"].get("nbgrader")
    return grading if isinstance(grading, dict) else {}


def grade_id(cell: Cell) -> str:
    """Return the name by which nbgrader knows a cell, empty if it does not."""
    found = grading_of(cell).get("grade_id")
    return found if isinstance(found, str) else ""


def cell_id(cell: Cell) -> str:
    """Return a cell's id, empty before format 4.5."""
    found = cell.get("id")
    return found if isinstance(found, str) else ""


def fresh_id(text: str, taken: set[str]) -> str:
    """Return an id for a cell that no other has."""
    number = 0
    while True:
        found = hashlib.sha256(f"{number} {text}".encode("utf-8", "surrogatepass")).hexdigest()[:12]
        if found not in taken:
            return found
        number += 1


def match_cells(left: Sequence[Cell], right: Sequence[Cell], *, guess: bool = True) -> dict[int, int]:
    """Return which cell of the left stands where in the right, by their places.

    The sure anchors come first: a cell's id, nbgrader's name for it. Then cells with the same content, in order. With
    ``guess``, cells without ids that stand alone between two matched neighbours are taken as one cell that changed.
    """
    pairs: dict[int, int] = {}
    anchors = (lambda cell: cell_id(cell) and f"{cell_id(cell)} {grade_id(cell)}", cell_id, grade_id)
    for anchor in anchors:
        taken = set(pairs.values())
        places: dict[str, int] = {}
        for place, cell in enumerate(right):
            if place not in taken and anchor(cell):
                places.setdefault(anchor(cell), place)
        twice = Counter(anchor(cell) for place, cell in enumerate(left) if place not in pairs)
        for place, cell in enumerate(left):
            name = anchor(cell)
            if place in pairs or not name or twice[name] > 1 or name not in places:
                continue
            if _are_two_questions(cell, right[places[name]]):
                continue
            pairs[place] = places.pop(name)
    _match_same(left, right, pairs)
    if guess:
        _match_lonely(left, right, pairs)
    return pairs


def in_order(one: Sequence[int], other: Sequence[int]) -> set[int]:
    """Return a longest part of two orders of the same things that both have in common."""
    # Patience sorting: the longest rising run of the places that the things of one order have in the other.
    place = {value: number for number, value in enumerate(other)}
    tails: list[int] = []
    before: dict[int, int | None] = {}
    for value in one:
        low, high = 0, len(tails)
        while low < high:
            middle = (low + high) // 2
            if place[tails[middle]] < place[value]:
                low = middle + 1
            else:
                high = middle
        before[value] = tails[low - 1] if low else None
        tails[low : low + 1] = [value]
    found: set[int] = set()
    step = tails[-1] if tails else None
    while step is not None:
        found.add(step)
        step = before[step]
    return found


def _is_cell(cell: object) -> bool:
    if not isinstance(cell, dict) or cell.get("cell_type") not in KINDS or not isinstance(cell.get("metadata"), dict):
        return False
    source = cell.get("source")
    return isinstance(source, str) or (isinstance(source, list) and all(isinstance(line, str) for line in source))


def _are_two_questions(one: Cell, other: Cell) -> bool:
    return bool(grade_id(one) and grade_id(other) and grade_id(one) != grade_id(other))


def _match_same(left: Sequence[Cell], right: Sequence[Cell], pairs: dict[int, int]) -> None:
    taken = set(pairs.values())
    open_left = [place for place in range(len(left)) if place not in pairs]
    open_right = [place for place in range(len(right)) if place not in taken]
    ones = [content_of(left[place]) for place in open_left]
    others = [content_of(right[place]) for place in open_right]
    for block in SequenceMatcher(None, ones, others, autojunk=False).get_matching_blocks():
        for step in range(block.size):
            one, other = open_left[block.a + step], open_right[block.b + step]
            if not _are_two_questions(left[one], right[other]):
                pairs[one] = other


def _match_lonely(left: Sequence[Cell], right: Sequence[Cell], pairs: dict[int, int]) -> None:
    taken = set(pairs.values())
    edges = [(-1, -1), *sorted(pairs.items()), (len(left), len(right))]
    for (left_from, right_from), (left_to, right_to) in pairwise(edges):
        ones = [place for place in range(left_from + 1, left_to) if place not in pairs]
        others = [place for place in range(right_from + 1, right_to) if place not in taken]
        if len(ones) == len(others) and all(_may_be_one(left[a], right[b]) for a, b in zip(ones, others, strict=True)):
            pairs.update(zip(ones, others, strict=True))
            taken.update(others)


def _may_be_one(one: Cell, other: Cell) -> bool:
    same_kind = one["cell_type"] == other["cell_type"]
    return same_kind and not (cell_id(one) and cell_id(other)) and grade_id(one) == grade_id(other)


def all_ids(cells: Iterable[Cell]) -> set[str]:
    """Return the ids that are taken in a notebook."""
    return {cell_id(cell) for cell in cells}
