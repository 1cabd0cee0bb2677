"""Submissions a minute, and what one hand-in waits for its marks: stock ``nbgrader autograde`` against ours.

Both grade the same submissions of two notebooks with eight tests each, in one go on this machine. Stock runs as a
teacher runs it: one command for the class, here for a sample of it; what the command takes where nothing is left to
grade is taken off. Ours is the real platform: service, queue, grader processes, sandbox containers. The class grows
from one size to the next, and what is new is graded each time. Prints a table; the last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.classroom import HandedIn
from tests.bench.gradingsteps import Split, split
from tests.bench.platform import COURSE, Platform
from tests.bench.school import Run, School
from tests.bench.stock_nbgrader import Row, Stock, autograde_with_stock, rows_of

IN_PROCESS = 10


@dataclass
class Measured:
    """All that was found out; without ``stock`` nothing was compared."""

    runs: list[Run]
    own_code: float
    singles: list[float]
    parts: Split
    stock: Stock | None
    ours: dict[str, set[Row]]

    @property
    def different(self) -> dict[str, list[str]]:
        """What stands in one of the two gradebooks alone, by kind of row."""
        stock = self.stock.rows if self.stock else self.ours
        return {kind: sorted(map(str, rows ^ stock[kind])) for kind, rows in self.ours.items()}

    @property
    def memory(self) -> float:
        """The most memory that grading took, in MB."""
        return max(run.usage.memory for run in self.runs)


def main() -> None:
    """Measure both and print."""
    parser = argparse.ArgumentParser(description="Grade a class with stock nbgrader and with ours.")
    parser.add_argument("--class-sizes", type=_sizes, default=[20, 200], help="how large the class is at each run")
    parser.add_argument("--stock", type=int, default=20, help="how many of them stock grades; 0 leaves stock out")
    parser.add_argument("--singles", type=int, default=15, help="hand-ins one after the other")
    parser.add_argument("--image", default="learnspace/grader:latest", help="image of the sandbox")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="learnspace-bench-", ignore_cleanup_errors=True) as name:
        platform = Platform(Path(name) / "state", sandbox={"kind": "docker", "image": options.image})
        # Only who leaves the written answer empty is graded without a person: every third.
        school = School(platform, options.class_sizes[-1], 3 * options.singles)
        try:
            for process in ("proxy", "hub", "service", "grader"):
                platform.start(process)
            school.open()
            measured = measure(school, options.class_sizes, options.stock, options.singles)
        except BaseException:
            for log in (platform.settings.state / "logs").iterdir():
                print(f"--- {log.name}", log.read_text()[-3000:], sep="\n")
            raise
        finally:
            platform.stop()
    show(measured, load)
    print(json.dumps(last_line(measured)))


def measure(school: School, sizes: list[int], stock_grades: int, single: int) -> Measured:
    """Let the class hand in and be graded, then single learners, then stock on the same submissions."""
    whole = sizes[-1]
    handed = school.write(range(whole))
    runs = []
    for before, size in zip([0, *sizes], sizes, strict=False):
        school.hand_in(handed[before:size])
        runs.append(school.grade(size, size - before))
    own_code = school.own_code()
    later = (number for number in range(whole, whole + 3 * single) if number % 3 == 0)
    singles = school.one_after_the_other(school.write(later))
    sample = _sample(handed, stock_grades)
    stock = autograde_with_stock(sample) if sample else None
    gradebook = school.settings.state / "courses" / COURSE / "gradebook.db"
    ours = rows_of(gradebook, {one.student for one in sample})
    parts = split(school.settings, handed[: IN_PROCESS + 1])
    return Measured(runs, own_code, singles, parts, stock, ours)


def show(measured: Measured, load: float) -> None:
    """Print the table, and what the gradebooks do not agree on."""
    stock, whole, parts, different = measured.stock, measured.runs[-1], measured.parts, measured.different
    table = Table("", "nbgrader", "ours", title="Grading two notebooks with eight tests each")

    def row(what: str, mine: str, other: str = "") -> None:
        table.add_row(what, other, mine)

    if stock:
        row(f"submissions a minute (stock: {stock.number} of them, its start taken off)", f"{60 / whole.each:.0f}",
            f"{60 / stock.each:.1f}")  # fmt: skip
        row("  one alone with stock's command, s", "", f"{stock.first:.1f}")
    else:
        row("submissions a minute", f"{60 / whole.each:.0f}")
    for run in measured.runs:
        row(f"{run.number} graded, in a class of {run.size}: seconds from one to the next", f"{run.each:.3f}")
        row("  the first tenth of them and the last", f"{run.first:.3f} {run.last:.3f}")
        cpu = run.usage.processes_cpu, run.usage.sandboxes_cpu
        row("  CPU for each, s: grader processes, sandboxes", " ".join(f"{part / run.number:.3f}" for part in cpu))
        row("  memory of grader processes and sandbox containers (PSS), at most, MB", f"{run.usage.memory:.0f}")
    for kind, rows in stock.rows.items() if stock else ():
        row(f"rows in the gradebook: {kind} (different: {len(different[kind])})", str(len(measured.ours[kind])),
            str(len(rows)))  # fmt: skip
    row(
        f"{len(measured.singles)} alone, from hand-in to marks that the learner sees: median s",
        f"{statistics.median(measured.singles):.2f}",
    )
    row("  slowest, s", f"{max(measured.singles):.2f}")
    row("all cells of a submission run, s (learners' code and tests, without probes)", f"{measured.own_code:.3f}")
    row(f"in one process alone, {IN_PROCESS} submissions: s each", f"{parts.wall:.3f}")
    row("  in the sandbox", f"{parts.sandbox:.3f}")
    row("    of that the cells themselves", f"{parts.cells:.3f}")
    row("  beside it: nbgrader's converters, gradebook, files", f"{parts.wall - parts.sandbox:.3f}")
    row("    of that CPU", f"{parts.cpu:.3f}")
    row("load average of the machine before and after (1 minute)", f"{load:.1f} {os.getloadavg()[0]:.1f}")
    Console(width=130).print(table)
    for kind, texts in different.items():
        for text in texts[:10]:
            print(f"different {kind}: {text}")


def last_line(measured: Measured) -> dict[str, object]:
    """Return what programs read; nothing is said of stock where it was left out."""
    whole, stock = measured.runs[-1], measured.stock
    return {
        "bench": "grading",
        "submissions": whole.size,
        "ratio_vs_nbgrader": round(stock.each / whole.each, 1) if stock else None,
        "identical": not any(measured.different.values()) if stock else None,
        "single_s": round(statistics.median(measured.singles), 2),
        "memory_mb": round(measured.memory),
        "own_code_share": round(measured.parts.cells / measured.parts.wall, 3),
        "each_s": {run.size: round(run.each, 3) for run in measured.runs},
        "cpu_each_s": {run.size: round(run.cpu, 3) for run in measured.runs},
    }


def _sizes(text: str) -> list[int]:
    sizes = sorted({int(part) for part in text.split(",")})
    if sizes[0] <= IN_PROCESS:
        raise argparse.ArgumentTypeError(f"a class has more than {IN_PROCESS} learners")
    return sizes


def _sample(handed: list[HandedIn], number: int) -> list[HandedIn]:
    """Return so many of the class, from all over it; stock's command needs two at least."""
    chosen = [handed[index * 37 % len(handed)] for index in range(min(number, len(handed)))]
    sample = list({one.student: one for one in chosen}.values())
    return sample if len(sample) > 1 else []


if __name__ == "__main__":
    main()
