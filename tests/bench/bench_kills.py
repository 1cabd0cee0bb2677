"""Kills the service three hundred times at random instants while learners hand in, and counts what was lost.

Prints a table; the last line is one JSON object. It exits with 1 if anything was lost or is there in part.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from learnspace_core.database import upgrade
from learnspace_core.settings import Settings
from tests.killing import CLIENTS, kill_often

KILLS = 300
WORDS = {
    "kills": "kill -9 of the service",
    "acknowledged": "hand-ins acknowledged",
    "submissions": "submissions that are there, each compared byte by byte",
    "cut_off": "requests that a kill cut off",
    "arrived_all_the_same": "  of these, arrived all the same: the same bytes again gave the receipt",
    "lost": "receipts without their whole submission",
    "partial": "submissions, blobs or statements that are there in part",
    "drafts_left": "drafts left at the end by hand-ins that were cut off last",
}


def main() -> None:
    """Kill, compare and print."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="learnspace-kills-") as name:
        settings = Settings(state=Path(name) / "state")
        settings.state.mkdir()
        upgrade(settings.database_url)
        counts = kill_often(settings, KILLS, seed=time.time_ns())
    table = Table("", "", title=f"Killed at random instants, {CLIENTS} learners handing in all the time")
    for key, words in WORDS.items():
        table.add_row(words, str(counts[key]))
    table.add_row("seconds", f"{time.monotonic() - began:.0f}")
    Console().print(table)
    print(json.dumps({"bench": "kills", **counts}))
    sys.exit(bool(counts["lost"] or counts["partial"]))


if __name__ == "__main__":
    main()
