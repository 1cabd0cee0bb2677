"""Our gradebook against nbgrader's own, row by row; the whole comparison is ``make bench-differential``.

Of stock nbgrader, which needs seconds for a notebook, the rows are kept in ``stock.json``; a few are found out again
here.
"""

from __future__ import annotations

from tests.differential.differences import differences
from tests.differential.rounds import play_apart, read_stock

PROOF = ["ps2.reference", "ps4.mistake-2", "sampler.half-of-partial", "sampler.days-late"]
"""Submissions that stock nbgrader grades again here, to show that what is kept of it is true."""


def _chosen() -> list[str]:
    """Return one submission of each kind; of the many answers of the sampler, every third."""
    kinds: dict[str, str] = {}
    for name in read_stock():
        kinds.setdefault(name.partition(".")[2], name)
    return [name for number, name in enumerate(kinds.values()) if not number % 3 or not name.startswith("sampler")]


def test_there_are_more_than_200_submissions() -> None:
    assert len(read_stock()) >= 200


def test_our_gradebook_differs_only_where_it_is_meant_to_and_nobody_is_accused() -> None:
    stock, ours = read_stock(), play_apart("ours", _chosen())
    assert {name: row["digest"] for name, row in ours.items()} == {name: stock[name]["digest"] for name in ours}
    found = [one for name, row in ours.items() for one in differences(name, stock[name], row)]
    assert [one for one in found if not one.why] == []
    assert {name: row["doubts"] for name, row in ours.items() if row["doubts"]} == {}


def test_what_is_kept_of_stock_nbgrader_is_what_it_says() -> None:
    kept, now = read_stock(), play_apart("stock", PROOF)
    for row in now.values():
        del row["seconds"]
    assert now == {name: kept[name] for name in PROOF}
