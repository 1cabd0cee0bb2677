"""Stock nbgrader grades submissions as a teacher has it do so, with its command; and what a gradebook says of them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from nbgrader.api import Gradebook, SubmittedNotebook

from tests.bench import classroom
from tests.bench.classroom import ASSIGNMENT, DUE, PERCENT_A_DAY, HandedIn
from tests.bench.platform import COURSE

CONFIG = f"""
from nbgrader.plugins import BasePlugin

class Late(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        days = -(-int(total_seconds_late) // 86400)
        return min(score, round(score * min(100, days * {PERCENT_A_DAY}) / 100, 2)) or None

c = get_config()
c.CourseDirectory.course_id = "{COURSE}"
c.AssignLatePenalties.plugin_class = Late
"""
Row = tuple[Any, ...]


class Stock(NamedTuple):
    """What stock took: seconds for one submission with the start of the command, and for each further one."""

    number: int
    first: float
    each: float
    rows: dict[str, set[Row]]


def autograde_with_stock(handed: list[HandedIn]) -> Stock:
    """Grade these submissions with stock nbgrader."""
    scripts = sysconfig.get_path("scripts")
    environment = {**os.environ, "PATH": f"{scripts}:{os.environ['PATH']}"}
    # Else each kernel compiles all that it imports where nobody has run it yet, as in a fresh clone.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory(prefix="learnspace-stock-") as name:
        root = Path(name)
        classroom.write_source(root / "source" / ASSIGNMENT)
        (root / "nbgrader_config.py").write_text(CONFIG)

        def nbgrader(*arguments: str) -> float:
            began = time.perf_counter()
            subprocess.run(["nbgrader", *arguments], cwd=root, env=environment, check=True, capture_output=True)
            return time.perf_counter() - began

        nbgrader("db", "assignment", "add", ASSIGNMENT, f"--duedate={DUE:%Y-%m-%d %H:%M:%S} UTC")
        nbgrader("generate_assignment", ASSIGNMENT)

        def submit(some: list[HandedIn]) -> None:
            for one in some:
                place = root / "submitted" / one.student / ASSIGNMENT
                shutil.copytree(one.folder, place)
                (place / "timestamp.txt").write_text(f"{one.received_at:%Y-%m-%d %H:%M:%S.%f} UTC")

        submit(handed[:1])
        first = nbgrader("autograde", ASSIGNMENT)
        submit(handed[1:])
        # What is graded already is skipped.
        rest = nbgrader("autograde", ASSIGNMENT)
        start = nbgrader("autograde", ASSIGNMENT)
        rows = rows_of(root / "gradebook.db", {one.student for one in handed})
    return Stock(len(handed), first, (rest - start) / (len(handed) - 1), rows)


def rows_of(path: Path, students: set[str]) -> dict[str, set[Row]]:
    """Return everything that a gradebook says of these students' submissions, row by row."""
    with Gradebook(f"sqlite:///{path}", COURSE) as book:
        grades, comments, notebooks = set(), set(), set()
        for notebook in book.db.query(SubmittedNotebook):
            student = notebook.assignment.student.id
            if student not in students:
                continue
            where = (student, notebook.name)
            notebooks.add(
                (*where, notebook.late_submission_penalty, notebook.score, str(notebook.assignment.timestamp))
            )
            for grade in notebook.grades:
                marks = (grade.auto_score, grade.manual_score, grade.score, grade.max_score, grade.needs_manual_grade)
                grades.add((*where, grade.name, *marks))
            for comment in notebook.comments:
                comments.add((*where, comment.name, comment.auto_comment, comment.manual_comment))
        return {"grades": grades, "comments": comments, "notebooks": notebooks}
