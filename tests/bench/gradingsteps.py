"""Where the seconds of one submission go: grading in one process, with a stopwatch around the sandbox."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from learnspace_assignments.grading.gradebook import CourseBook
from learnspace_assignments.models import LatePolicy
from learnspace_assignments.times import Times
from learnspace_core.settings import Settings
from learnspace_sandbox.engine import make_run
from learnspace_sandbox.models import Request, Result
from tests.bench.classroom import ASSIGNMENT, DUE, PERCENT_A_DAY, HandedIn
from tests.bench.platform import COURSE


class Split(NamedTuple):
    """Where the seconds of one submission go, in one process that does nothing else."""

    wall: float
    cpu: float
    sandbox: float
    cells: float


def split(settings: Settings, handed: list[HandedIn]) -> Split:
    """Grade in this process, on a copy of the course, with a stopwatch around the sandbox."""
    real = make_run(settings.sandbox_kind, settings.sandbox)
    sandbox = cells = 0.0

    def run(request: Request) -> Result:
        nonlocal sandbox, cells
        began = time.perf_counter()
        result = real(request)
        sandbox += time.perf_counter() - began
        cells += sum(cell.seconds for cell in result.cells)
        return result

    with tempfile.TemporaryDirectory(prefix="learnspace-split-") as name:
        course = settings.state / "courses" / COURSE
        for part in ("source", "release"):
            shutil.copytree(course / part, Path(name) / part)
        shutil.copy(course / "gradebook.db", name)
        book = CourseBook(settings, COURSE, run, root=Path(name))
        times = Times(due_at=DUE, late=LatePolicy(kind="penalty", percent=PERCENT_A_DAY))

        def grade(one: HandedIn) -> None:
            files = {path.name: path for path in one.folder.iterdir()}
            book.place_submission(ASSIGNMENT, one.student, files, one.received_at)
            book.autograde(ASSIGNMENT, one.student, one.student, times)
            book.settle(ASSIGNMENT, one.student, DUE, times)
            book.marks(ASSIGNMENT, one.student)

        grade(handed[0])  # warms up
        sandbox = cells = 0.0
        began, cpu = time.perf_counter(), time.process_time()
        for one in handed[1:]:
            grade(one)
        count = len(handed) - 1
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    return Split(*(seconds / count for seconds in (wall, cpu, sandbox, cells)))
