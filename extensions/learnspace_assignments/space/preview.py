"""What a learner is shown of an update: the cells that differ, with what may be chosen and what is chosen already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from learnspace_assignments.headings import headings_of
from learnspace_assignments.models import CellDifference
from learnspace_assignments.models.updates import Choice
from learnspace_assignments.space.cells import Cell, text_of
from learnspace_assignments.space.merge import Merge
from learnspace_core.errors import LearnspaceError

LONGEST_SHOWN = 5000
"""Characters of a cell in a preview."""


def cell_key(path: str, number: int) -> str:
    """Return how a preview names one difference of a notebook."""
    return f"{path}#{number}"


def cell_differences(path: str, merge: Merge) -> list[CellDifference]:
    """Return the cells of a notebook that differ, with their headings, texts and choices."""
    found = []
    for number, one in enumerate(merge.differences):
        mine = merge.mine[one.mine] if one.mine is not None else None
        theirs = merge.theirs[one.theirs] if one.theirs is not None else None
        notebook, place = (merge.theirs, one.theirs) if one.theirs is not None else (merge.mine, one.mine)
        cell = theirs or mine
        found.append(
            CellDifference(
                key=cell_key(path, number),
                notebook=path,
                kind=one.kind,
                cell_type=cell["cell_type"] if cell else "",
                heading=_heading(notebook[: (place or 0) + 1]),
                mine=text_of(mine)[:LONGEST_SHOWN] if mine else "",
                theirs=text_of(theirs)[:LONGEST_SHOWN] if theirs else "",
                counts_theirs=one.kind == "both_changed" and merge.is_locked(one),
                choices=list(one.choices),
                chosen=one.chosen,
            )
        )
    return found


def _heading(cells: Sequence[Cell]) -> str:
    """Return the heading of the last cell: the first one in it, else the last one above it."""
    headings = [headings_of(text_of(cell)) if cell["cell_type"] == "markdown" else [] for cell in cells]
    own = headings.pop()
    above = [heading for each in headings for heading in each]
    return (own[0] if own else above[-1] if above else "")[:200]


def check_choices(cells: list[CellDifference], choices: Mapping[str, Choice]) -> None:
    """Refuse what may not be chosen.

    Raises:
        LearnspaceError: ``bad_choice``.
    """
    allowed = {cell.key: cell.choices for cell in cells}
    for key, choice in choices.items():
        if choice not in allowed.get(key, []):
            raise LearnspaceError("bad_choice", f"{key[:200]}: {choice} cannot be chosen there. Look again.", 422)
