"""Grades the same submissions by nbgrader's own ``autograde`` and by ours, and reads both gradebooks row by row.

As a script, ``python -m tests.differential.rounds stock|ours OUT process|docker [SUBMISSION…]``, it is one of the two
rounds: nbgrader's converters change directory and environment, so each has a process of its own.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from learnspace_assignments.coursedir import course_directory
from learnspace_assignments.grading.gradebook import CourseBook
from learnspace_assignments.models import LatePolicy
from learnspace_assignments.times import Times
from learnspace_core.errors import LearnspaceError
from learnspace_core.settings import Settings
from learnspace_sandbox.engine import make_run
from tests.differential.submissions import DUE, Submission, all_submissions, place_sources

COURSE = "differential"
CELL_SECONDS = 10
"""What stock gives a cell; an honest one here takes less than a second."""
TIMES = Times(due_at=DUE, late=LatePolicy(kind="penalty", percent=100))
"""As nbgrader's own penalty ``zero``: what is late gets nothing."""

Row = dict[str, Any]
"""A submission in a gradebook: ``error``, ``seconds``, and by notebook ``penalty`` and by cell what stands there."""

STOCK = Path(__file__).with_name("stock.json")
"""What stock nbgrader says of all submissions; ``make bench-differential`` finds it out again and writes it."""

log = logging.getLogger(__name__)


def play(kind: str, root: Path, only: list[str], sandbox: str = "process") -> dict[str, Row]:
    """Grade the submissions (all, or those that are named) and return their rows by name."""
    settings = Settings(state=root, sandbox={"seconds": CELL_SECONDS})  # type: ignore[arg-type]  # pydantic reads it
    course = course_directory(settings, COURSE)
    names = place_sources(course)
    run = make_run(sandbox, settings.sandbox) if kind == "ours" else None
    book = CourseBook(settings, COURSE, run)
    for name in names:
        book.generate(name)
    config = Config()
    config.CourseDirectory.root = str(course)
    config.CourseDirectory.course_id = COURSE
    config.LateSubmissionPlugin.penalty_method = "zero"
    config.Execute.timeout = CELL_SECONDS
    with book.gradebook() as opened:
        for name in names:
            opened.find_assignment(name).duedate = DUE.replace(tzinfo=None)
        opened.db.commit()
    rows: dict[str, Row] = {}
    for submission in all_submissions(course):
        if only and submission.name not in only:
            continue
        began = time.monotonic()
        error = ""
        try:
            _place(book, submission, root)
            if kind == "ours":
                book.autograde(submission.assignment, submission.name, submission.name, TIMES)
                book.settle(submission.assignment, submission.name, DUE, TIMES)
            else:
                _stock(config, submission)
        except (LearnspaceError, NbGraderException, SystemExit) as failure:
            error = str(failure)
        seconds = round(time.monotonic() - began, 2)
        found = _row(course, submission) if not error else {"notebooks": {}}
        doubts = [list(one) for one in book.doubts]
        rows[submission.name] = {
            "digest": submission.digest,
            "error": error,
            "doubts": doubts,
            "seconds": seconds,
            **found,
        }
        print(submission.name, seconds, error[:100], file=sys.stderr, flush=True)
    return rows


def play_apart(kind: str, only: list[str], sandbox: str = "process") -> dict[str, Row]:
    """Play a round in a process of its own."""
    with tempfile.TemporaryDirectory(prefix=f"differential-{kind}-") as name:
        out = Path(name) / "rows.json"
        # nbgrader starts ``alembic`` and kernels by name; no configuration of this machine takes part.
        own = {key: f"{name}/{key}" for key in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = os.environ | own | {"PATH": path, "PYTHONHASHSEED": "0"}
        command = [sys.executable, "-m", "tests.differential.rounds", kind, str(out), sandbox, *only]
        # It says on standard error how far it is: stock takes minutes.
        subprocess.run(command, env=environment, cwd=Path(__file__).parents[2], check=True)
        rows: dict[str, Row] = json.loads(out.read_text(encoding="utf-8"))
        return rows


def read_stock() -> dict[str, Row]:
    """Return the rows of stock nbgrader that were found out once."""
    rows: dict[str, Row] = json.loads(STOCK.read_text(encoding="utf-8"))
    return rows


def write_stock(rows: dict[str, Row]) -> None:
    """Keep the rows of stock nbgrader, one submission a line."""
    lines = [
        f"{json.dumps(name)}: {json.dumps({key: value for key, value in row.items() if key != 'seconds'})}"
        for name, row in sorted(rows.items())
    ]
    STOCK.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def _place(book: CourseBook, submission: Submission, root: Path) -> None:
    """Put a submission where both rounds look for it."""
    files: dict[str, Path] = {}
    drafts = root / "drafts" / submission.name
    for name, notebook in submission.notebooks.items():
        files[f"{name}.ipynb"] = drafts / f"{name}.ipynb"
        drafts.mkdir(parents=True, exist_ok=True)
        # Bytes, so that half a letter, which only JSON can hold, stays what it is.
        files[f"{name}.ipynb"].write_bytes(json.dumps(notebook).encode())
    for name, text in submission.files.items():
        files[name] = drafts / name
        files[name].parent.mkdir(parents=True, exist_ok=True)
        files[name].write_text(text, encoding="utf-8")
    book.place_submission(submission.assignment, submission.name, files, submission.received_at)


def _stock(config: Config, submission: Submission) -> None:
    own = Config(config)
    own.CourseDirectory.assignment_id = submission.assignment
    own.CourseDirectory.student_id = submission.name
    app = Autograde(coursedir=CourseDirectory(config=own), config=own)
    app.force = True
    app.log = log
    app.start()


def _row(course: Path, submission: Submission) -> Row:
    """Return what a gradebook says of a submission, and what kinds of outputs the graded cells have."""
    notebooks: dict[str, Row] = {}
    with Gradebook(f"sqlite:///{course}/gradebook.db", COURSE) as book:
        try:
            found = book.find_submission(submission.assignment, submission.name)
        except MissingEntry:
            return {"notebooks": {}}
        for notebook in found.notebooks:
            outputs = _outputs(course, submission, notebook.name)
            cells: dict[str, Row] = {
                grade.name: {
                    "auto_score": grade.auto_score,
                    "max_score": grade.max_score,
                    "needs_manual_grade": bool(grade.needs_manual_grade),
                    "score": grade.score,
                    "outputs": outputs.get(grade.name, []),
                }
                for grade in sorted(notebook.grades, key=lambda one: str(one.name))
            }
            comments = {one.name: one.auto_comment for one in sorted(notebook.comments, key=lambda one: str(one.name))}
            penalty = notebook.late_submission_penalty or 0
            notebooks[notebook.name] = {"penalty": penalty, "cells": cells, "comments": comments}
    return {"notebooks": notebooks}


def _outputs(course: Path, submission: Submission, name: str) -> dict[str, list[str]]:
    path = course / "autograded" / submission.name / submission.assignment / f"{name}.ipynb"
    if not path.exists():
        return {}
    found: dict[str, list[str]] = {}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade"):
            kinds = {
                str(output.ename) if output.output_type == "error" else str(output.get("name", output.output_type))
                for output in cell.outputs
            }
            found[cell.metadata.nbgrader.grade_id] = sorted(kinds)
    return found


if __name__ == "__main__":
    which, where, box, *chosen = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="differential-") as state:
        Path(where).write_text(json.dumps(play(which, Path(state), chosen, box)), encoding="utf-8")
