"""Several grading processes in one course at once."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook

from learnspace_assignments.grading.courselocks import CourseLocks
from learnspace_assignments.grading.gradebook import CourseBook
from learnspace_core.database import Database, now
from learnspace_core.errors import LearnspaceError
from learnspace_core.settings import Settings
from learnspace_sandbox.engine import UNAVAILABLE, make_run
from learnspace_sandbox.models import Request, Result

FORK = multiprocessing.get_context("fork")  # as the grader makes its processes
SECONDS = 60

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


def _at_once(*works: Callable[[Any], None]) -> list[Any]:
    """Do these in a process each and return what each of them said."""
    pipes = [FORK.Pipe(duplex=False) for _ in works]
    processes = [
        FORK.Process(target=work, args=(pipe[1],), daemon=True) for work, pipe in zip(works, pipes, strict=True)
    ]
    for process in processes:
        process.start()
    said = [reader.recv() for reader, _ in pipes if reader.poll(SECONDS)]
    for process in processes:
        process.join(SECONDS)
    assert [process.exitcode for process in processes] == [0] * len(works)
    return said


class _Handed:
    """Hand-ins of the assignment ``doubling``."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings, self.folder = settings, folder
        released = settings.state / "courses" / "art" / "release" / "doubling" / "doubling.ipynb"
        self.notebook = nbformat.read(released, as_version=4)

    def grade(self, student: str, solution: str, meet: Callable[[], object]) -> tuple[float, float, float]:
        """Grade one that met somebody in the sandbox; return its score, and when it was there."""
        self.notebook.cells[1].source = solution
        path = self.folder / f"{student}-{len(solution)}.ipynb"
        nbformat.write(self.notebook, path)
        real = make_run(self.settings.sandbox_kind, self.settings.sandbox)
        when: list[float] = []

        def run(request: Request) -> Result:
            meet()
            when.append(time.monotonic())
            result = real(request)
            when.append(time.monotonic())
            return result

        book = CourseBook(self.settings, "art", run)
        book.place_submission("doubling", student, {"doubling.ipynb": path}, now())
        book.autograde("doubling", student, student.title())
        return book.marks("doubling", student)[0].score, when[0], when[1]


def test_two_learners_are_graded_at_once_and_both_whole(settings: Settings, released: Database, tmp_path: Path) -> None:
    handed = _Handed(settings, tmp_path)
    both: Barrier = FORK.Barrier(2)

    def grading(student: str, solution: str) -> Callable[[Any], None]:
        return lambda pipe: pipe.send(handed.grade(student, solution, lambda: both.wait(SECONDS)))

    right, wrong = "def double(x):\n    return 2 * x", "def double(x):\n    return 4"
    amy, bob = _at_once(grading("amy", right), grading("bob", wrong))
    assert (amy[0], bob[0]) == (2, 0)
    with Gradebook(f"sqlite:///{settings.state}/courses/art/gradebook.db", "art") as book:
        for student, score in (("amy", 2), ("bob", 0)):
            assert book.find_grade("double-tests", "doubling", "doubling", student).auto_score == score
            assert book.find_comment("why", "doubling", "doubling", student).auto_comment == "No response."


def test_one_learner_is_graded_by_one_process_at_a_time(settings: Settings, released: Database, tmp_path: Path) -> None:
    handed = _Handed(settings, tmp_path)
    second_waits = FORK.Event()

    def first(pipe: Any) -> None:
        pipe.send(handed.grade("amy", "def double(x):\n    return 2 * x", lambda: second_waits.wait(SECONDS)))

    def second(pipe: Any) -> None:
        second_waits.set()
        pipe.send(handed.grade("amy", "def double(x):\n    return x + x", lambda: None))

    (score, began, ended), (again, began_again, ended_again) = _at_once(first, second)
    assert (score, again) == (2, 2)
    assert ended <= began_again or ended_again <= began


def test_a_new_gradebook_opened_by_many_at_once(settings: Settings, tmp_path: Path) -> None:
    root = tmp_path / "new"
    root.mkdir()
    all_of_them: Barrier = FORK.Barrier(6)

    def opening(pipe: Any) -> None:
        all_of_them.wait(SECONDS)
        with CourseBook(settings, "new", root=root).gradebook() as book:
            pipe.send([assignment.name for assignment in book.assignments])

    assert _at_once(*[opening] * 6) == [[]] * 6


def test_placing_one_submission_leaves_the_others_alone(settings: Settings, released: Database, tmp_path: Path) -> None:
    handed = _Handed(settings, tmp_path)
    nbformat.write(handed.notebook, tmp_path / "doubling.ipynb")
    book = CourseBook(settings, "art")
    for student in ("amy", "bob"):
        book.place_submission("doubling", student, {"doubling.ipynb": tmp_path / "doubling.ipynb"}, now())
        mine = settings.state / "courses" / "art" / "submitted" / student / "doubling" / "doubling.ipynb"
        assert mine.stat().st_mode & 0o777 == 0o660
        assert mine.parent.stat().st_mode & 0o777 == mine.parent.parent.stat().st_mode & 0o777 == 0o770
        # What is not touched stays as it is: a class of thousands costs no more than a class of one.
        mine.chmod(0o600)
    assert (mine.parents[2] / "amy" / "doubling" / "doubling.ipynb").stat().st_mode & 0o777 == 0o600


def test_nobody_grades_while_an_assignment_is_made(settings: Settings, tmp_path: Path) -> None:
    ready, inside, done = FORK.Event(), FORK.Event(), tmp_path / "made"

    def making(pipe: Any) -> None:
        with CourseLocks(tmp_path).making():
            ready.set()
            assert not inside.wait(0.3)
            done.touch()
        pipe.send("made")

    def grading(pipe: Any) -> None:
        assert ready.wait(SECONDS)
        with CourseLocks(tmp_path).grading("doubling", "amy"):
            inside.set()
            pipe.send(done.exists())

    assert _at_once(making, grading) == ["made", True]


def test_a_sandbox_that_is_not_there_withholds_and_gives_no_zero(
    settings: Settings, released: Database, tmp_path: Path
) -> None:
    def away(_request: Request) -> Result:
        raise LearnspaceError("sandbox_unavailable", UNAVAILABLE, 503)

    handed = _Handed(settings, tmp_path)
    nbformat.write(handed.notebook, tmp_path / "doubling.ipynb")
    book = CourseBook(settings, "art", away)
    book.place_submission("doubling", "amy", {"doubling.ipynb": tmp_path / "doubling.ipynb"}, now())
    with pytest.raises(LearnspaceError) as refused:
        book.autograde("doubling", "amy", "Amy")
    assert (refused.value.code, refused.value.message) == ("not_gradable", UNAVAILABLE)
