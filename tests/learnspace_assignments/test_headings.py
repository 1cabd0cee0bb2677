"""What people call a cell by: the heading above it, never a comment in an example of code."""

from __future__ import annotations

from typing import Any

import pytest

from learnspace_assignments.headings import headings_of
from learnspace_assignments.space.merge import Merge
from learnspace_assignments.space.preview import cell_differences


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# One\nwords\n## Two ##", ["One", "Two"]),
        ("## How this works\n```python\n# YOUR CODE HERE\n```", ["How this works"]),
        ("~~~~\n# no\n~~~\n# no\n~~~~\n# Yes", ["Yes"]),
        ("````\n```\n# no\n```\n````", []),
        ("#no heading\n#\n####### no", []),
        ("# C# and F#", ["C# and F#"]),
        ("# 练习一：数字和名字", ["练习一：数字和名字"]),
    ],
)
def test_headings_are_those_of_markdown(text: str, found: list[str]) -> None:
    assert headings_of(text) == found


def test_a_changed_cell_is_called_by_its_own_heading_else_by_the_last_one_above_it() -> None:
    words = ("# Practice\n```\n# YOUR CODE HERE\n```", "## Task 1\nHow many?", "1")
    base, theirs = (_notebook(*(text + more for text in words)) for more in ("", "\nOnce more."))
    found = cell_differences("p.ipynb", Merge(base, theirs, base))
    assert [one.heading for one in found] == ["Practice", "Task 1", "Task 1"]


def _notebook(*texts: str) -> dict[str, Any]:
    kinds = ("markdown", "markdown", "code")
    cells = [
        {"cell_type": kind, "id": str(number), "metadata": {}, "source": text}
        for number, (kind, text) in enumerate(zip(kinds, texts, strict=True))
    ]
    for cell in cells[2:]:
        cell |= {"execution_count": None, "outputs": []}
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
