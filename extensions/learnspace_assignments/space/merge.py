"""Merges a new version of a notebook into the learner's own, cell by cell, three ways.

``base`` is the version that the learner fetched, ``theirs`` the teacher's new one, ``mine`` the file in the home. A
cell in which the learner wrote is never touched unless they choose so; where only the teacher changed something, it
is decided. nbdime's merge works within a cell, line by line, and so changes cells in which the learner wrote;
nbgitpuller keeps whole files. This is the rule of the one at the grain of the other.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from learnspace_assignments.space.cells import (
    IDS_SINCE,
    Cell,
    Notebook,
    all_ids,
    cell_id,
    content_of,
    fresh_id,
    grade_id,
    grading_of,
    in_order,
    match_cells,
    text_of,
)

Choice = Literal["theirs", "mine", "both"]
Kind = Literal["changed", "both_changed", "added", "removed", "removed_there", "removed_here", "moved"]
CHOICES: dict[Kind, tuple[Choice, ...]] = {
    "changed": ("theirs", "mine", "both"),
    "both_changed": ("theirs", "mine", "both"),
    "added": ("theirs", "mine"),
    "removed": ("theirs", "mine"),
    "removed_there": ("theirs", "mine"),
    "removed_here": ("theirs", "mine"),
    "moved": ("theirs", "mine"),
}
OVERLAPS: tuple[Kind, ...] = ("both_changed", "removed_there", "removed_here")
"""Where both did something: the learner's own stays unless they choose otherwise."""


@dataclass(frozen=True)
class Difference:
    """One cell that the new version has otherwise; ``mine`` and ``theirs`` are its places in the two notebooks."""

    kind: Kind
    mine: int | None
    theirs: int | None

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What may be chosen."""
        return CHOICES[self.kind]

    @property
    def chosen(self) -> Choice:
        """What is done if nothing is chosen."""
        return "mine" if self.kind in OVERLAPS else "theirs"


class Merge:
    """A merge that is worked out: its differences, and the notebook that any choice among them makes.

    Args:
        base: the version that was fetched; none if it is not known: then nothing of the learner's counts as unchanged.
        theirs: the new version.
        mine: the learner's notebook.
    """

    def __init__(self, base: Notebook | None, theirs: Notebook, mine: Notebook) -> None:
        self._notebook = mine
        self.base: Sequence[Cell] = base["cells"] if base is not None else []
        self.theirs: Sequence[Cell] = theirs["cells"]
        self.mine: Sequence[Cell] = mine["cells"]
        self._in_mine = match_cells(self.base, self.mine)
        self._in_theirs = match_cells(self.base, self.theirs)
        self._partner = {self._in_theirs[b]: m for b, m in self._in_mine.items() if b in self._in_theirs}
        self._match_added()
        self.differences = [*self._of_old_cells(), *self._of_new_cells(), *self._moves()]
        self.differences.sort(key=self._place)

    def notebook(self, choices: Mapping[int, Choice] | None = None) -> Notebook:
        """Return the learner's notebook with the differences as chosen, by their numbers; ``mine`` is not changed."""
        chosen = {
            difference: (choices or {}).get(number, difference.chosen)
            for number, difference in enumerate(self.differences)
        }
        return {**self._notebook, "cells": _Build(self, chosen).cells}

    def is_locked(self, difference: Difference) -> bool:
        """Tell whether nbgrader puts its own version of the cell in place of the learner's when it grades."""
        return difference.theirs is not None and bool(grading_of(self.theirs[difference.theirs]).get("locked"))

    def partner(self, theirs: int) -> int | None:
        """Return where a cell of the new version stands in the learner's notebook."""
        return self._partner.get(theirs)

    def base_of(self, mine: int) -> Cell | None:
        """Return the cell of the fetched version from which one of the learner's came."""
        return next((self.base[b] for b, m in self._in_mine.items() if m == mine), None)

    def is_written_in(self, mine: int) -> bool:
        """Tell whether the learner wrote in a cell, or made it."""
        base = self.base_of(mine)
        return base is None or content_of(base) != content_of(self.mine[mine])

    def minor(self) -> int:
        """Return the minor version of the format of the learner's notebook."""
        found = self._notebook.get("nbformat_minor")
        return found if isinstance(found, int) else 0

    def _match_added(self) -> None:
        """Find cells that stand in both and not in the base, such as after an update that was cut off."""
        new = [t for t in range(len(self.theirs)) if t not in self._in_theirs.values()]
        own = [m for m in range(len(self.mine)) if m not in self._in_mine.values()]
        found = match_cells([self.theirs[t] for t in new], [self.mine[m] for m in own], guess=False)
        self._partner |= {new[one]: own[other] for one, other in found.items()}

    def _of_old_cells(self) -> list[Difference]:
        found = []
        for b, base in enumerate(self.base):
            m, t = self._in_mine.get(b), self._in_theirs.get(b)
            kind = _kind(base, self.mine[m] if m is not None else None, self.theirs[t] if t is not None else None)
            if kind is not None:
                found.append(Difference(kind, m, t))
        return found

    def _of_new_cells(self) -> list[Difference]:
        found: list[Difference] = []
        for t, cell in enumerate(self.theirs):
            if t in self._in_theirs.values():
                continue
            m = self._partner.get(t)
            if m is None:
                found.append(Difference("added", None, t))
            elif content_of(self.mine[m]) != content_of(cell):
                found.append(Difference("both_changed", m, t))
        return found

    def _moves(self) -> list[Difference]:
        """Find what the teacher moved; the order of a learner who moved cells themselves stays."""
        both = [b for b in self._in_mine if b in self._in_theirs]
        before = sorted(both)
        here, there = (sorted(both, key=places.__getitem__) for places in (self._in_mine, self._in_theirs))
        if here != before:
            return []
        stay = in_order(before, there)
        return [Difference("moved", self._in_mine[b], self._in_theirs[b]) for b in there if b not in stay]

    def _place(self, difference: Difference) -> tuple[int, int]:
        """Order differences as a reader of the new version meets them, and what it has no more after its neighbour."""
        if difference.theirs is not None:
            return difference.theirs, 0
        above = [t for t, m in self._partner.items() if difference.mine is not None and m < difference.mine]
        return max(above, default=-1), 1


def _kind(base: Cell, mine: Cell | None, theirs: Cell | None) -> Kind | None:
    """Say what happened to a cell of the fetched version, if a decision is needed."""
    if mine is None and theirs is None:
        return None
    mine_changed = mine is not None and content_of(mine) != content_of(base)
    theirs_changed = theirs is not None and content_of(theirs) != content_of(base)
    if theirs is None:
        return "removed_there" if mine_changed else "removed"
    if not theirs_changed:
        return None
    if mine is None:
        return "removed_here"
    if not mine_changed:
        return "changed"
    return None if content_of(mine) == content_of(theirs) else "both_changed"


@dataclass
class _Item:
    """A cell of the result; ``theirs`` is its place in the new version, none for what is only the learner's."""

    cell: Cell
    mine: int | None
    theirs: int | None


class _Build:
    """Puts the result together: the learner's order first, then what is added or moved, each behind its neighbour."""

    def __init__(self, merge: Merge, chosen: Mapping[Difference, Choice]) -> None:
        self._merge = merge
        self._chosen = chosen
        self._ids = all_ids(merge.mine) | all_ids(merge.theirs)
        self._items: list[_Item] = []
        partners = {m: t for t in range(len(merge.theirs)) if (m := merge.partner(t)) is not None}
        by_mine = {d.mine: d for d in chosen if d.mine is not None and d.kind != "moved"}
        for m in range(len(merge.mine)):
            self._items += self._standing(m, partners.get(m), by_mine.get(m))
        moved = {d.theirs for d, choice in chosen.items() if d.kind == "moved" and choice == "theirs"}
        added = {d.theirs for d, choice in chosen.items() if d.mine is None and choice == "theirs"}
        waiting = {item.theirs: item for item in self._items if item.theirs is not None and item.theirs in moved}
        self._items = [item for item in self._items if item.theirs is None or item.theirs not in moved]
        for t in range(len(merge.theirs)):
            if t in waiting:
                self._insert(waiting[t], t)
            elif t in added:
                self._insert(_Item(self._new(merge.theirs[t]), None, t), t)
        self.cells = [item.cell for item in self._items]

    def _standing(self, m: int, t: int | None, difference: Difference | None) -> list[_Item]:
        """Return what stands in the place of one of the learner's cells."""
        mine = self._merge.mine[m]
        choice = self._chosen[difference] if difference is not None else "mine"
        theirs = self._merge.theirs[t] if t is not None else None
        if theirs is None:
            return [] if choice == "theirs" else [_Item(mine, m, None)]
        if difference is not None and choice == "theirs":
            return [_Item(self._replaced(m, theirs), m, t)]
        if choice == "both":
            return [_Item(mine, m, t), _Item(self._offered(theirs), None, None)]
        if difference is None and not self._merge.is_written_in(m):
            mine = {**mine, "metadata": self._metadata(m, theirs)}
        return [_Item(mine, m, t)]

    def _insert(self, item: _Item, t: int) -> None:
        """Put a cell behind the one before it in the new version, and behind what the learner added there."""
        above = [place for place, other in enumerate(self._items) if other.theirs is not None]
        before = {self._items[place].theirs: place for place in above}
        place = next((before[one] + 1 for one in range(t - 1, -1, -1) if one in before), 0)
        while 0 < place < len(self._items) and self._items[place].theirs is None:
            place += 1
        self._items.insert(place, item)

    def _replaced(self, m: int, theirs: Cell) -> Cell:
        """Return the teacher's cell as it stands in the learner's notebook: under the id it has there."""
        cell = self._as_here(theirs)
        if cell_id(self._merge.mine[m]):
            cell["id"] = self._merge.mine[m]["id"]
        cell["metadata"] = self._metadata(m, theirs)
        return cell

    def _metadata(self, m: int, theirs: Cell) -> dict[str, object]:
        """Take over what the teacher changed in a cell's metadata and keep what the learner did, as folding it."""
        base = self._merge.base_of(m)
        before = base["metadata"] if base is not None else {}
        mine, there = self._merge.mine[m]["metadata"], theirs["metadata"]
        changed = {key for key in {*before, *there} if before.get(key) != there.get(key)}
        if not changed:
            return dict(mine)
        kept = {key: value for key, value in mine.items() if key not in changed}
        return kept | {key: copy.deepcopy(there[key]) for key in there if key in changed}

    def _new(self, theirs: Cell) -> Cell:
        """Return a cell that the teacher added, under its own id unless that is taken."""
        cell = self._as_here(theirs)
        if self._merge.minor() >= IDS_SINCE and (not cell_id(cell) or cell_id(cell) in all_ids(self._merge.mine)):
            self._give_id(cell)
        return cell

    def _offered(self, theirs: Cell) -> Cell:
        """Return the teacher's text as a plain cell; under the same name nbgrader would find one question twice."""
        cell = self._as_here(theirs)
        cell["metadata"] = {key: value for key, value in cell["metadata"].items() if key != "nbgrader"}
        if self._merge.minor() >= IDS_SINCE:
            self._give_id(cell)
        return cell

    def _as_here(self, theirs: Cell) -> Cell:
        cell = copy.deepcopy(theirs)
        if self._merge.minor() < IDS_SINCE:
            cell.pop("id", None)
        return cell

    def _give_id(self, cell: Cell) -> None:
        cell["id"] = fresh_id(f"{grade_id(cell)} {text_of(cell)}", self._ids)
        self._ids.add(cell["id"])
