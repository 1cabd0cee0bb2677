"""The gradebook of nbgrader's own ``autograde`` against ours, over all submissions of ``tests/differential``.

Both grade the same submissions with the same nbgrader, stock with its own Execute. Every field that differs falls into
a class with a reason, or counts as unexplained. Prints a table; the last line is one JSON object. With ``--kept``,
stock's rows are those in ``stock.json``; without, they are found out anew and written there. ``--docker`` runs ours in
containers.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections import Counter

from rich.console import Console
from rich.table import Table

from tests.differential.differences import Difference, differences, fields_of
from tests.differential.rounds import play_apart, read_stock, write_stock


def main() -> None:
    """Grade all submissions twice and say where the gradebooks differ."""
    ours = play_apart("ours", [], "docker" if "--docker" in sys.argv else "process")
    if "--kept" in sys.argv:
        stock = read_stock()
    else:
        stock = play_apart("stock", [])
        write_stock(stock)
    if set(stock) != set(ours):
        raise SystemExit("stock.json is of other submissions: run without --kept")
    found = [one for name in stock for one in differences(name, stock[name], ours[name])]
    accused = sorted(name for name, row in ours.items() if row["doubts"])
    _show(found, len(stock), sum(map(fields_of, stock.values())))
    for one in found:
        if not one.why:
            print(f"unexplained: {one.submission} {one.where}: {one.stock!r}, ours {one.ours!r}")
    for name in accused:
        print(f"accused falsely: {name} {ours[name]['doubts']}")
    result = {
        "bench": "differential",
        "submissions": len(stock),
        "same": len(stock) - len({one.submission for one in found}),
        "differ_as_meant": len({one.submission for one in found if one.why}),
        "unexplained": sum(not one.why for one in found),
        "false_alarms": len(accused),
        "ours_s": round(statistics.median(row["seconds"] for row in ours.values()), 2),
    }
    if all("seconds" in row for row in stock.values()):
        result["stock_s"] = round(statistics.median(row["seconds"] for row in stock.values()), 2)
    print(json.dumps(result))


def _show(found: list[Difference], submissions: int, fields: int) -> None:
    table = Table(
        "why the gradebooks differ", "submissions", "fields", title=f"{submissions} submissions, {fields} fields"
    )
    count = Counter(one.why for one in found)
    for why, number in count.most_common():
        table.add_row(why or "UNEXPLAINED", str(len({one.submission for one in found if one.why == why})), str(number))
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
