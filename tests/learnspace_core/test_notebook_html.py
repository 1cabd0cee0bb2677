from __future__ import annotations

import nbformat
import pytest

from learnspace_core.notebook_html import render


@pytest.mark.timeout(30)
@pytest.mark.parametrize("piece", ["[", "![", "[a](", "\\begin{a}"])
def test_markdown_that_nbconvert_takes_hours_for_is_shown_as_it_is(piece: str) -> None:
    page = render(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(piece * 100_000)]), "Long")
    assert piece * 100 in page


def test_a_state_of_widgets_that_is_none_breaks_nothing() -> None:
    metadata = {"widgets": {"application/vnd.jupyter.widget-state+json": {}}}
    cell = nbformat.v4.new_markdown_cell("Still *here*. <script>alert(1)</script>")
    page = render(nbformat.v4.new_notebook(cells=[cell], metadata=metadata), "Widgets")
    assert "Still <em>here</em>." in page
    assert "<script" not in page
