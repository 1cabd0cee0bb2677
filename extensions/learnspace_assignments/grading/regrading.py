"""Grades submissions again: in a copy of the gradebook first, then with the same results in the real one.

What the copy's runs gave is kept and replayed when the report is applied, so that what counts is what was shown, even
where a test is flaky. Marks and comments that were given by hand stay.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel

from learnspace_assignments.coursedir import course_directory, refuse_links
from learnspace_assignments.grading.gradebook import CourseBook
from learnspace_assignments.models import Marks, RegradedQuestion
from learnspace_core.errors import LearnspaceError
from learnspace_core.settings import Settings
from learnspace_sandbox.engine import Run
from learnspace_sandbox.models import Request, Result


class StaleReport(LearnspaceError):
    """The report tells of something that is no more so."""

    def __init__(self, why: str) -> None:
        super().__init__("report_stale", f"{why} Nothing was changed. Regrade again and look at the new table.", 409)


class Runs(BaseModel):
    """What the sandbox gave for each notebook of a submission, by a fingerprint of what was run."""

    results: dict[str, Result] = {}


class Recorder:
    """A sandbox that keeps what it gave."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.runs = Runs()

    def __call__(self, request: Request) -> Result:
        """Run in the real sandbox."""
        result = self._run(request)
        # The outputs are worked on later.
        self.runs.results[_fingerprint_of(request)] = result.model_copy(deep=True)
        return result


class Replay:
    """A sandbox that gives again what was kept, and runs nothing."""

    def __init__(self) -> None:
        self.runs = Runs()

    def __call__(self, request: Request) -> Result:
        """Return what the same notebook gave before."""
        found = self.runs.results.get(_fingerprint_of(request))
        if found is None:
            raise StaleReport("The tests or a submission changed since the report was made.")
        return found.model_copy(deep=True)


class Given(NamedTuple):
    """One grade in the gradebook, as far as it can be given by tests or by hand."""

    notebook: str
    cell: str
    auto: float | None
    manual: float | None
    extra: float | None
    needs_mark: bool
    comment: str


@contextmanager
def copied_book(settings: Settings, course: str, name: str, run: Run) -> Iterator[CourseBook]:
    """Yield a course book on a copy of the gradebook and of one assignment's source; the copy is gone afterwards.

    Raises:
        LearnspaceError: ``not_graded``, if the course has no gradebook yet.
    """
    root = course_directory(settings, course)
    refuse_links(root, "gradebook.db", f"source/{name}")
    if not (root / "gradebook.db").exists():
        raise LearnspaceError("not_graded", "This has not been graded yet. Grade it first.", 409)
    with tempfile.TemporaryDirectory(prefix="learnspace-regrade-") as directory:
        copy = Path(directory)
        # SQLite's own backup: a copy of the file might have half of what a teacher saves just now.
        real = sqlite3.connect(f"{(root / 'gradebook.db').resolve().as_uri()}?mode=ro", uri=True)
        with closing(real), closing(sqlite3.connect(copy / "gradebook.db")) as target:
            real.backup(target)
        if (root / "source" / name).is_dir():
            shutil.copytree(root / "source" / name, copy / "source" / name)
        yield CourseBook(settings, course, run, root=copy)


def grades_of(book: CourseBook, name: str, student: str) -> list[Given]:
    """Return the grades of one submission as they stand in the gradebook."""
    with book.gradebook() as opened:
        submission = opened.find_submission(name, student)
        found = []
        for notebook in submission.notebooks:
            comments = {comment.name: comment.manual_comment or "" for comment in notebook.comments}
            found += [
                Given(
                    str(notebook.name),
                    str(grade.name),
                    grade.auto_score,
                    grade.manual_score,
                    grade.extra_credit,
                    bool(grade.needs_manual_grade),
                    comments.get(grade.name, ""),
                )
                for grade in notebook.grades
            ]
        return sorted(found, key=lambda given: given[:2])


def state_of(submission: str, grades: list[Given], marks: Marks) -> str:
    """Return a fingerprint of a learner's marks and of the submission that they are for."""
    questions = sorted((one.notebook, one.id, one.score, one.max_score) for one in marks.questions)
    return _sha256([submission, grades, questions, marks.score, marks.max_score])


def rules_of(book: CourseBook, name: str) -> str:
    """Return a fingerprint of what grading goes by: the gradebook's own cells and the files beside the source."""
    with book.gradebook() as opened:
        notebooks = opened.find_assignment(name).notebooks
        cells = [
            (str(notebook.name), str(cell.name), cell.source, str(cell.cell_type), bool(cell.locked))
            for notebook in notebooks
            for cell in notebook.source_cells
        ]
        points = [
            (str(notebook.name), str(cell.name), cell.max_score)
            for notebook in notebooks
            for cell in (*notebook.grade_cells, *notebook.task_cells)
        ]
    source = book.root / "source" / name
    files = [
        (path.relative_to(source).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest())
        for path in source.rglob("*")
        if path.is_file() and path.suffix != ".ipynb"
    ]
    return _sha256([sorted(cells), sorted(points), sorted(files)])


def keep_hand_marks(book: CourseBook, name: str, student: str, before: list[Given]) -> None:
    """Take back that nbgrader asks for a mark again where a person gave one: the answer is the one they marked."""
    settled = {given[:2] for given in before if given.manual is not None and not given.needs_mark}
    with book.gradebook() as opened:
        for notebook in opened.find_submission(name, student).notebooks:
            for grade in notebook.grades:
                if (str(notebook.name), str(grade.name)) in settled:
                    grade.needs_manual_grade = False
        opened.db.commit()


def compare(old: Marks, new: Marks, grades: list[Given]) -> list[RegradedQuestion]:
    """Return every question before and after."""
    before = {(one.notebook, one.id): one for one in old.questions}
    after = {(one.notebook, one.id): one for one in new.questions}
    by_hand = {given[:2] for given in grades if given.manual is not None}
    return [
        RegradedQuestion(
            notebook=key[0],
            id=key[1],
            title=(after.get(key) or before[key]).title,
            old=before[key].score if key in before else None,
            new=after[key].score if key in after else None,
            max_score=(after.get(key) or before[key]).max_score,
            by_hand=key in by_hand,
        )
        for key in sorted(before | after)
    ]


def _fingerprint_of(request: Request) -> str:
    # Probes are chosen by chance, and limits are the operator's: the same notebook is the same without them.
    beside: dict[str, Any] = {"seconds": True, "cell_seconds": True, "cells": {"__all__": {"probes"}}}
    return hashlib.sha256(request.model_dump_json(exclude=beside).encode()).hexdigest()


def _sha256(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()
