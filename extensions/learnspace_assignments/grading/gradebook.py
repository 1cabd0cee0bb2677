"""nbgrader's converters and gradebook of one course, driven by the grader.

The converters change the working directory and the environment: one grading process does one thing at a time. Several
processes grade different learners of one course at once (``courselocks.py``).
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import MissingEntry
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import InstantiateTests
from traitlets.config import Config

from learnspace_assignments.coursedir import course_directory, refuse_links, share
from learnspace_assignments.grading.converting import OneSubmission, grading_steps
from learnspace_assignments.grading.courselocks import CourseLocks
from learnspace_assignments.grading.doubts import Doubted
from learnspace_assignments.grading.nbgraderwords import in_plain_words, listening
from learnspace_assignments.grading.newbook import ensure_gradebook
from learnspace_assignments.grading.openbook import OpenBook, nbgrader_opens, prepare
from learnspace_assignments.grading.penalties import ensure_due, settle
from learnspace_assignments.grading.repairs import repairs_of
from learnspace_assignments.models import Marks, Question, Remark, Repair
from learnspace_assignments.questions import titles
from learnspace_assignments.testmessages import messages_of
from learnspace_assignments.times import Times
from learnspace_core.errors import LearnspaceError
from learnspace_core.notebooks import read_notebook
from learnspace_core.settings import Settings
from learnspace_sandbox.engine import Run

log = logging.getLogger(__name__)
NO_TIMES = Times()


class CourseBook:
    """The gradebook and directory of one course.

    Args:
        settings: the settings of this installation.
        course: the course's id.
        run: the sandbox in which submitted notebooks run.
        root: another directory than the course's own, for a copy of it.
    """

    def __init__(self, settings: Settings, course: str, run: Run | None = None, root: Path | None = None) -> None:
        self.root = root or course_directory(settings, course)
        self.course = course
        self.doubts: list[Doubted] = []
        """The tests, by notebook and grade id, that passed in the last submission without evidence."""
        self.seconds: dict[str, dict[str, float]] = {}
        """How long each test of the last submission ran, by notebook and grade id, and all cells of the notebook."""
        self.failures: dict[str, dict[str, str]] = {}
        """What its tests said that did not pass, hidden ones too, by notebook and grade id: for teachers only."""
        self._locks = CourseLocks(self.root)
        self._config = Config()
        self._config.CourseDirectory.root = str(self.root)
        self._config.CourseDirectory.course_id = course
        self._config.CourseDirectory.groupshared = True
        grading_steps(self._config)
        self._config.RepairCells.root = str(self.root)
        # It would run the teacher's code in this process, beside every course's gradebook (see ``sources.py``).
        self._config.GenerateAssignment.preprocessors = [
            step for step in GenerateAssignment().preprocessors if step is not InstantiateTests
        ]
        if run is not None:
            # A function: traitlets copies deeply what a configuration holds, here a sandbox with its warm processes.
            self._config.SandboxExecute.run = lambda request: run(request)
            self._config.SandboxExecute.measured = lambda *measured: self._note_test(*measured)
            self._config.SandboxExecute.doubt = lambda *doubted: self.doubts.append(Doubted(*doubted))
            self._config.SandboxExecute.trusted_languages = list(settings.grading.trusted_languages)
            self._config.SandboxExecute.trust_unjudged_tests = settings.grading.trust_unjudged_tests
            self._config.SandboxExecute.seconds = settings.sandbox.seconds

    def generate(self, name: str) -> Path:
        """Make the learners' version of an assignment and return its directory.

        Raises:
            LearnspaceError: ``bad_assignment``, if nbgrader cannot make it.
        """
        refuse_links(self.root, f"source/{name}", f"release/./{name}")
        self._make_gradebook()
        with self._locks.making(), _for_the_group():
            self._convert(GenerateAssignment(**self._of(name, ".")), name, ".")
        return self.root / "release" / name

    def place_submission(self, name: str, student: str, files: dict[str, Path], received_at: datetime) -> None:
        """Put the files of a submission where nbgrader looks for them.

        Raises:
            LearnspaceError: ``bad_notebook``, naming a notebook that cannot be read.
        """
        place = f"submitted/{student}/{name}"
        refuse_links(self.root, place)
        target = self.root / place
        with self._locks.grading(name, student):
            if target.exists():
                shutil.rmtree(target)
            target.mkdir(parents=True)
            for path, source in files.items():
                file = target / path
                file.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, file)
                if file.suffix == ".ipynb":
                    read_notebook(file, path)
            (target / "timestamp.txt").write_text(f"{received_at:%Y-%m-%d %H:%M:%S.%f} UTC", encoding="utf-8")
            share(target, self.root / "submitted")

    def autograde(self, name: str, student: str, full_name: str, times: Times = NO_TIMES) -> None:
        """Grade one submission in the sandbox; manual marks that were given before stay.

        Args:
            name: the assignment.
            student: the learner's name in the gradebook.
            full_name: what people call the learner.
            times: those of the class; nbgrader grades by them, ``settle`` then by those of the learner.

        Raises:
            LearnspaceError: ``not_gradable``, if nbgrader cannot grade it.
        """
        refuse_links(self.root, f"source/{name}", *(f"{step}/{student}/{name}" for step in ("submitted", "autograded")))
        self._config.LatePolicyPlugin.policy = times.late.model_dump()
        self.doubts.clear()
        self.seconds, self.failures = {}, {}
        with self._locks.grading(name, student), self.gradebook() as book, nbgrader_opens(book):

            def begin() -> None:
                book.update_or_create_student(student, first_name=full_name, last_name="")
                ensure_due(book, name, times.due_at)

            def writing() -> AbstractContextManager[None]:
                return book.at_once(self._locks.writing())

            self._config.SaveGrades.writing = writing
            self._convert(OneSubmission(begin, writing, **self._of(name, student)), name, student)

    def _note_test(self, notebook: str, test: str, seconds: float, said: str) -> None:
        self.seconds.setdefault(notebook, {})[test] = round(seconds, 4)
        if said:
            self.failures.setdefault(notebook, {})[test] = said

    def settle(self, name: str, student: str, due_at: datetime | None, times: Times) -> bool:
        """Write due date, extension and penalty of a graded submission through; tell whether there is one."""
        if not (self.root / "gradebook.db").exists():
            return False
        try:
            with self.editing() as book:
                settle(book, name, student, due_at, times)
        except LearnspaceError as error:
            if error.code != "not_graded":
                raise
            return False
        return True

    def marks(self, name: str, student: str) -> tuple[Marks, str]:
        """Return the marks of a graded submission and nbgrader's id of its first notebook."""
        with self.gradebook() as book:
            submission = book.find_submission(name, student)
            notebooks = book.submitted_notebooks(submission)
            questions: list[Question] = []
            repairs: list[Repair] = []
            remarks: list[Remark] = []
            graded = dict(self.autograded(name, student))
            for notebook in notebooks:
                headings = titles(graded.get(str(notebook.name)))
                grades = book.grades_of(notebook)
                scored = {str(grade.name) for grade in grades}
                messages = messages_of(graded.get(str(notebook.name)))
                for repair in repairs_of(str(notebook.name), graded.get(str(notebook.name))):
                    repairs.append(repair.model_copy(update={"title": headings.get(repair.id, "")}))
                comments = {comment.name: comment.comment or "" for comment in book.comments_of(notebook)}
                questions += [
                    Question(
                        notebook=str(notebook.name),
                        id=str(grade.name),
                        title=headings.get(str(grade.name), ""),
                        score=float(grade.score or 0),
                        max_score=float(grade.cell.max_score or 0),
                        manual=grade.auto_score is None,
                        needs_mark=bool(grade.needs_manual_grade),
                        comment=str(comments.get(grade.name, "")),
                        messages=messages.get(str(grade.name), []) if grade.score != grade.cell.max_score else [],
                    )
                    for grade in grades
                ]
                remarks += [
                    Remark(notebook=str(notebook.name), id=name, title=heading, comment=str(comments[name]))
                    for name, heading in headings.items()
                    if name not in scored and comments.get(name)
                ]
            penalty = sum(float(notebook.late_submission_penalty or 0) for notebook in notebooks)
            marks = Marks(
                score=sum(question.score for question in questions) - penalty,
                max_score=float(submission.max_score),
                penalty=penalty,
                questions=questions,
                repairs=repairs,
                remarks=remarks,
            )
            return marks, str(notebooks[0].id) if notebooks else ""

    def graded_version(self, name: str, student: str) -> datetime | None:
        """Return when the version was received that the gradebook has the grades of, if it has any."""
        if not any((self.root / "autograded" / student / name).glob("*.ipynb")):
            return None
        try:
            with self.gradebook() as book:
                at: datetime | None = book.find_submission(name, student).timestamp
        except LearnspaceError:
            return None
        return at.replace(tzinfo=UTC) if at is not None else None

    def autograded(self, name: str, student: str) -> Iterator[tuple[str, NotebookNode]]:
        """Yield the name and contents of each graded notebook of a submission."""
        refuse_links(self.root, f"autograded/{student}/{name}")
        for path in sorted((self.root / "autograded" / student / name).glob("*.ipynb")):
            yield path.stem, nbformat.read(path, as_version=4)

    def _of(self, name: str, student: str) -> dict[str, Any]:
        """Return what a converter is made with."""
        config = Config(self._config)
        config.CourseDirectory.assignment_id = name
        config.CourseDirectory.student_id = student
        return {"coursedir": CourseDirectory(config=config), "config": config, "force": True}

    def _convert(self, app: Any, name: str, student: str) -> None:
        app.log = log
        try:
            with listening(log) as heard:
                app.start()
        except (NbGraderException, SystemExit) as error:
            raise LearnspaceError("not_gradable", in_plain_words(name, str(error), heard)) from error
        except Exception as error:
            log.exception("nbgrader failed on %s of %s", name, student)
            raise LearnspaceError(
                "not_gradable", f"{name} cannot be graded by itself: {type(error).__name__}. Look at it by hand."
            ) from error

    def _make_gradebook(self) -> None:
        path = self.root / "gradebook.db"
        refuse_links(self.root, path.name)
        ensure_gradebook(path)
        # The database of a new course must be writable for the teachers' spaces as well.
        share(path)
        prepare(path, self.course, self._locks.writing)

    @contextmanager
    def editing(self) -> Iterator[OpenBook]:
        """Open nbgrader's gradebook for one change, made whole or not at all, while nobody else writes."""
        with self.gradebook() as book, book.at_once(self._locks.writing()):
            yield book

    def working_on(self, name: str, student: str) -> AbstractContextManager[None]:
        """Work on one learner's files; nobody grades them meanwhile."""
        return self._locks.grading(name, student)

    @contextmanager
    def gradebook(self) -> Iterator[OpenBook]:
        """Open nbgrader's gradebook.

        Raises:
            LearnspaceError: ``not_graded``, for what is not in it.
        """
        self._make_gradebook()
        with _for_the_group(), closing(OpenBook(str(self.root / "gradebook.db"), self.course)) as book:
            try:
                yield book
            except MissingEntry as error:
                raise LearnspaceError("not_graded", "This has not been graded yet.", 404) from error


@contextmanager
def _for_the_group() -> Iterator[None]:
    """Let what nbgrader writes be the course's teachers' too, and nobody else's."""
    umask = os.umask(0o007)
    try:
        yield
    finally:
        os.umask(umask)
