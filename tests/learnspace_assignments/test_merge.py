"""The merge of notebooks: what a learner wrote survives, whatever the teacher did."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learnspace_assignments.space.cells import UnreadableNotebook, content_of, read_cells, write_cells
from learnspace_assignments.space.merge import Merge

Cell = dict[str, Any]


def cell(name: str, source: str, kind: str = "code", *, locked: bool = False, **more: Any) -> Cell:
    made: Cell = {"cell_type": kind, "id": name, "metadata": {}, "source": source}
    if locked:
        made["metadata"]["nbgrader"] = {"grade_id": name, "locked": True, "grade": True, "points": 1}
    if kind == "code":
        made |= {"execution_count": None, "outputs": []}
    return made | more


def book(*cells: Cell, minor: int = 5) -> dict[str, Any]:
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": minor}


def sources(notebook: dict[str, Any]) -> list[str]:
    return [each["source"] for each in notebook["cells"]]


A, B, C = cell("a", "1"), cell("b", "2"), cell("c", "3")
BASE = book(A, B, C)


def changed(one: Cell, source: str) -> Cell:
    return {**one, "source": source}


def kinds(merge: Merge) -> list[tuple[str, str]]:
    return [(difference.kind, difference.chosen) for difference in merge.differences]


def test_what_only_the_teacher_changed_is_replaced_and_outputs_of_the_rest_stay() -> None:
    ran = {**A, "execution_count": 4, "outputs": [{"output_type": "stream", "name": "stdout", "text": "x"}]}
    merge = Merge(BASE, book(A, changed(B, "two"), C), book(ran, B, changed(C, "my answer")))
    assert kinds(merge) == [("changed", "theirs")]
    assert merge.notebook()["cells"] == [ran, changed(B, "two"), changed(C, "my answer")]


def test_both_changed_one_cell_and_the_learners_stays() -> None:
    merge = Merge(BASE, book(A, changed(B, "two"), C), book(A, changed(B, "my work"), C))
    assert kinds(merge) == [("both_changed", "mine")]
    assert sources(merge.notebook()) == ["1", "my work", "3"]
    assert sources(merge.notebook({0: "theirs"})) == ["1", "two", "3"]
    assert sources(merge.notebook({0: "both"})) == ["1", "my work", "two", "3"]


def test_both_is_no_second_question_of_the_same_name() -> None:
    test = cell("t", "assert f() == 1", locked=True)
    merge = Merge(book(test), book(changed(test, "assert f() == 2")), book(changed(test, "pass")))
    assert merge.is_locked(merge.differences[0])
    kept, offered = merge.notebook({0: "both"})["cells"]
    assert kept == changed(test, "pass")
    assert "nbgrader" not in offered["metadata"]
    assert offered["id"] != "t"


def test_added_and_removed_cells_and_the_learners_own_stay_where_they_were() -> None:
    own, new = cell("own", "scratch"), cell("n", "new question")
    merge = Merge(BASE, book(A, new, C), book(A, own, B, C))
    assert kinds(merge) == [("removed", "theirs"), ("added", "theirs")]
    assert sources(merge.notebook()) == ["1", "scratch", "new question", "3"]


def test_a_removed_cell_in_which_the_learner_wrote_stays() -> None:
    merge = Merge(BASE, book(A, C), book(A, changed(B, "my work"), C))
    assert kinds(merge) == [("removed_there", "mine")]
    assert sources(merge.notebook()) == ["1", "my work", "3"]


def test_a_cell_that_the_learner_removed_comes_back_only_if_they_want_it() -> None:
    merge = Merge(BASE, book(A, changed(B, "two"), C), book(A, C))
    assert kinds(merge) == [("removed_here", "mine")]
    assert sources(merge.notebook()) == ["1", "3"]
    assert sources(merge.notebook({0: "theirs"})) == ["1", "two", "3"]


def test_moved_cells_move_and_take_the_learners_answer_along() -> None:
    merge = Merge(BASE, book(C, A, B), book(A, B, changed(C, "my answer")))
    assert kinds(merge) == [("moved", "theirs")]
    assert sources(merge.notebook()) == ["my answer", "1", "2"]
    assert sources(merge.notebook({0: "mine"})) == ["1", "2", "my answer"]


def test_an_order_of_the_learners_own_stays() -> None:
    merge = Merge(BASE, book(C, A, B), book(B, A, C))
    assert merge.differences == []
    assert sources(merge.notebook()) == ["2", "1", "3"]


def test_points_that_the_teacher_changed_arrive_with_a_cell_nobody_wrote_in() -> None:
    test = cell("t", "assert f()", locked=True)
    new = copy.deepcopy(test)
    new["metadata"]["nbgrader"]["points"] = 5
    mine = copy.deepcopy(test)
    mine["metadata"]["collapsed"] = True
    (merged,) = Merge(book(test), book(new), book(mine)).notebook()["cells"]
    assert merged["metadata"]["nbgrader"]["points"] == 5
    assert merged["metadata"]["collapsed"]


def test_without_ids_names_and_contents_are_the_anchors() -> None:
    def plain(*cells: Cell) -> dict[str, Any]:
        return book(*({key: value for key, value in each.items() if key != "id"} for each in cells), minor=4)

    test = cell("t", "assert f() == 1", locked=True)
    new = plain(A, changed(B, "two"), changed(test, "assert f() == 2"))
    merge = Merge(plain(A, B, test), new, plain(A, changed(B, "me"), test))
    assert kinds(merge) == [("both_changed", "mine"), ("changed", "theirs")]
    assert sources(merge.notebook()) == ["1", "me", "assert f() == 2"]
    # A notebook of format 4.4 must not get ids from a newer one.
    ids = Merge(plain(A), book(A, B), plain(A)).notebook()
    assert sources(ids) == ["1", "2"]
    assert all("id" not in each for each in ids["cells"])


def test_without_a_known_base_nothing_of_the_learners_counts_as_unchanged() -> None:
    merge = Merge(None, book(A, changed(B, "two"), C), book(A, B))
    assert kinds(merge) == [("both_changed", "mine"), ("added", "theirs")]
    assert sources(merge.notebook()) == ["1", "2", "3"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'{"cells": [',
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"nbformat": 3, "worksheets": []}',
        b'{"nbformat": 5, "cells": []}',
        b'{"nbformat": 4, "cells": [{"cell_type": "code"}]}',
        b'{"nbformat": 4, "cells": [{"cell_type": "code", "metadata": {}, "source": 3}]}',
    ],
)
def test_what_is_no_whole_notebook_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableNotebook, match="notebook"):
        read_cells(content)


NAMES = "abcdefgh"
TEXT = st.text("xy \n#é", max_size=6)


@st.composite
def three(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """A base, and two versions that change, remove, move and add cells of it; with or without ids."""
    with_ids, minor = draw(st.sampled_from([(True, 5), (False, 4)]))
    kinds = st.sampled_from(["code", "markdown"])

    def version(cells: list[Cell], mark: str) -> list[Cell]:
        made = []
        for one in cells:
            what = draw(st.sampled_from(["keep", "keep", "keep", "change", "remove"]))
            if what != "remove":
                made.append(changed(one, f"{mark}{draw(TEXT)}") if what == "change" else copy.deepcopy(one))
        if draw(st.booleans()):
            made = draw(st.permutations(made))
        for number in range(draw(st.integers(0, 3))):
            new = cell(f"{mark}{number}", f"{mark}+{draw(TEXT)}", draw(kinds))
            made.insert(draw(st.integers(0, len(made))), new)
        return made

    base = [
        cell(name, draw(TEXT), draw(kinds), locked=draw(st.booleans()))
        for name in NAMES[: draw(st.integers(0, len(NAMES)))]
    ]
    versions = base, version(base, "teacher"), version(base, "learner")
    if not with_ids:
        versions = tuple([{k: v for k, v in one.items() if k != "id"} for one in cells] for cells in versions)  # type: ignore[assignment]
    first, second, third = (book(*cells, minor=minor) for cells in versions)
    return first, second, third


@given(three())
@settings(max_examples=400, deadline=None)
def test_what_a_learner_changed_or_added_survives_byte_for_byte(
    versions: tuple[dict[str, Any], dict[str, Any], dict[str, Any]],
) -> None:
    base, theirs, mine = versions
    untouched = {content_of(one) for one in base["cells"]}
    before = [json.dumps(one) for one in mine["cells"] if content_of(one) not in untouched]
    given_in = copy.deepcopy(mine)
    after = [json.dumps(one) for one in Merge(base, theirs, mine).notebook()["cells"]]
    for one in before:
        assert one in after
        after.remove(one)
    assert mine == given_in


@given(three())
@settings(max_examples=400, deadline=None)
def test_applying_twice_changes_nothing(versions: tuple[dict[str, Any], dict[str, Any], dict[str, Any]]) -> None:
    base, theirs, mine = versions
    once = Merge(base, theirs, mine).notebook()
    if mine["nbformat_minor"] >= 5:
        # Without ids it cannot always be told which cell is which; what an update wrote is then known by its bytes.
        assert Merge(base, theirs, once).notebook() == once
    # And as the next update sees it, once the new version is the one that they have.
    assert Merge(theirs, theirs, once).notebook() == once
    assert Merge(theirs, theirs, once).differences == []


@given(three())
@settings(max_examples=300, deadline=None)
def test_who_wrote_nothing_gets_the_new_version(
    versions: tuple[dict[str, Any], dict[str, Any], dict[str, Any]],
) -> None:
    base, theirs, _ = versions
    merged = Merge(base, theirs, base).notebook()
    assert [content_of(one) for one in merged["cells"]] == [content_of(one) for one in theirs["cells"]]


@given(three(), st.data())
@settings(max_examples=300, deadline=None)
def test_any_choice_makes_a_notebook_with_ids_and_names_that_are_there_once(
    versions: tuple[dict[str, Any], dict[str, Any], dict[str, Any]], data: st.DataObject
) -> None:
    merge = Merge(*versions)
    choices = {number: data.draw(st.sampled_from(one.choices)) for number, one in enumerate(merge.differences)}
    cells = merge.notebook(choices)["cells"]
    gradings = [one["metadata"]["nbgrader"] for one in cells if "nbgrader" in one["metadata"]]
    for names in ([one["id"] for one in cells if "id" in one], [grading["grade_id"] for grading in gradings]):
        assert len(names) == len(set(names))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_what_is_written_is_what_is_read(value: object) -> None:
    notebook = book(cell("a", "x", outputs=[value]))
    content = write_cells(notebook, b"\n")
    assert read_cells(content) == notebook
