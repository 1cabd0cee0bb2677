"""Tries work that is not handed in as the grader would, beside the gradebook: it is read, and nothing is written to it.

Hidden tests run in a sandbox of their own, of which nothing comes back but which questions pass. What is told in words
comes from another run, which never saw them: whatever a notebook reads there and prints, it is no hidden test.
"""

from __future__ import annotations

import copy
import json
import logging
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.utils import determine_grade

from learnspace_assignments.grading.execute import SandboxExecute
from learnspace_assignments.grading.gradebook import CourseBook
from learnspace_assignments.grading.repairs import Known, Mending, known_cells, released_cells
from learnspace_assignments.hiddentests import split
from learnspace_assignments.models.practice import PracticePolicy, PracticeQuestion, PracticeResult
from learnspace_assignments.questions import says_something, titles
from learnspace_assignments.testmessages import messages_of
from learnspace_core.errors import LearnspaceError
from learnspace_core.notebooks import read_notebook
from learnspace_core.settings import Settings
from learnspace_sandbox.engine import Run

log = logging.getLogger(__name__)
_WHY = re.compile("^(?:NotRun|NoEvidence): ")
"""What the grader's own messages begin with."""


@dataclass(frozen=True)
class _Source:
    """What the gradebook knows of a notebook: nbgrader's marks and the teacher's text of its cells, and its kernel."""

    name: str
    cells: dict[str, Known]
    kernelspec: dict[str, object]

    def tests(self, *, hidden: bool) -> list[str]:
        """Return the cells with tests; without hidden tests only those that learners can read a line of."""
        return [
            name
            for name, cell in self.cells.items()
            if cell.is_test and cell.kind == "code" and (hidden or says_something(split(cell.source)[0]))
        ]


@dataclass
class _Tried:
    """How one run of a notebook went: the tests that pass, and what the others said."""

    passing: set[str] = field(default_factory=set)
    messages: dict[str, list[str]] = field(default_factory=dict)
    ended: str = ""


class Practising:
    """One check of one learner's files.

    Args:
        settings: of this installation.
        course: the course's id.
        name: the assignment.
        run: the sandbox.
        files: the learner's files by their paths.
        released: the learners' version by its paths; what is no notebook replaces the learner's, as in grading.
    """

    def __init__(
        self, settings: Settings, course: str, name: str, run: Run, files: dict[str, Path], released: dict[str, Path]
    ) -> None:
        self._seconds = settings.sandbox.seconds
        self._run = run
        self._name = name
        self._files = files
        self._released = released
        self._book = CourseBook(settings, course)

    def check(self, policy: PracticePolicy) -> PracticeResult:
        """Run what the policy allows and return what it lets be told."""
        hidden = policy.tests == "hidden_too"
        questions: list[PracticeQuestion] = []
        ended = ""
        for source in self._sources():
            tests = source.tests(hidden=hidden)
            if not tests:
                continue
            try:
                notebook = self._trusted(source)
            except LearnspaceError as error:
                log.info("a check of %s: %s", self._name, error.message)
                ended = ended or error.code
                questions += [PracticeQuestion(notebook=source.name, id=test, passes=False) for test in tests]
                continue
            bare = _without_hidden(notebook)
            headings = titles(bare)
            # Messages come from a run without hidden tests, also where these run too.
            seen = _Tried() if hidden and policy.tells != "messages" else self._try(source, bare)
            tried = self._try(source, notebook) if hidden else seen
            ended = ended or tried.ended
            for test in tests:
                passes = test in tried.passing
                questions.append(
                    PracticeQuestion(
                        notebook=source.name,
                        id=test,
                        title=headings.get(test, ""),
                        passes=passes,
                        message="\n".join(seen.messages.get(test, [])) if not passes else "",
                        hidden=not passes and test in seen.passing,
                    )
                )
        return PracticeResult(
            passing=sum(one.passes for one in questions),
            total=len(questions),
            questions=[_told(one, policy) for one in questions] if policy.tells != "number" else [],
            ended=ended,
        )

    def _sources(self) -> list[_Source]:
        with self._book.gradebook() as book:
            notebooks = [str(one.name) for one in book.find_assignment(self._name).notebooks]
            found = [book.find_notebook(name, self._name) for name in sorted(notebooks)]
            return [
                _Source(str(one.name), known_cells(one), json.loads(one.kernelspec) if one.kernelspec else {})
                for one in found
            ]

    def _trusted(self, source: _Source) -> NotebookNode:
        """Return the learner's notebook with the teacher's cells in it, as the converters of grading make it.

        Raises:
            LearnspaceError: ``bad_notebook``, ``missing_notebook`` or ``not_gradable``.
        """
        path = self._files.get(f"{source.name}.ipynb")
        if path is None:
            raise LearnspaceError("missing_notebook", f"{source.name}.ipynb is not there.")
        notebook = read_notebook(path, path.name)
        notebook.cells = Mending(notebook, source.cells, released_cells(self._book.root, self._name, source.name)).cells
        for cell in notebook.cells:
            known = source.cells.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
            if known is not None and known.locked:
                cell.source = known.source
        if source.kernelspec:
            notebook.metadata["kernelspec"] = source.kernelspec
        return notebook

    def _try(self, source: _Source, notebook: NotebookNode) -> _Tried:
        """Run a notebook; a test without evidence that it could have failed does not pass, as in grading."""
        doubted: set[str] = set()
        with self._beside() as folder:
            step = SandboxExecute(run=self._run, seconds=self._seconds, doubt=lambda _, test, _why: doubted.add(test))
            # Nobody gains points by it.
            step.trust_unjudged_tests = True
            step.trusted_languages = [str(source.kernelspec.get("language", "")).lower()]
            resources = {"metadata": {"path": str(folder)}, "unique_key": source.name}
            ran, resources = step.preprocess(copy.deepcopy(notebook), resources)
        passing = {
            cell.metadata.nbgrader["grade_id"]
            for cell in ran.cells
            if source.cells.get(cell.metadata.get("nbgrader", {}).get("grade_id", "")) is not None
            and source.cells[cell.metadata.nbgrader["grade_id"]].is_test
            and cell.cell_type == "code"
            and _earns_all(cell)
        }
        said = {test: [_WHY.sub("", one) for one in messages] for test, messages in messages_of(ran).items()}
        return _Tried(passing - doubted, said, str(resources["learnspace_ended"]))

    @contextmanager
    def _beside(self) -> Iterator[Path]:
        """Put what a notebook finds beside it into a folder: the learner's files, over them those of the release."""
        with tempfile.TemporaryDirectory(prefix="learnspace-practice-") as name:
            for path, place in {**self._files, **self._released}.items():
                target = Path(name) / path
                if target.suffix == ".ipynb":
                    continue
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(place, target)
            yield Path(name)


def _without_hidden(notebook: NotebookNode) -> NotebookNode:
    bare = copy.deepcopy(notebook)
    for cell in bare.cells:
        cell.source = split(cell.source)[0]
    return bare


def _earns_all(cell: NotebookNode) -> bool:
    """Tell whether nbgrader would give a test all its points; one without points is judged as if it had one."""
    points = cell.metadata.nbgrader["points"] = float(cell.metadata.nbgrader["points"]) or 1.0
    try:
        score, _ = determine_grade(cell, log)
    except (ValueError, KeyError):
        return False
    return bool(score == points)


def _told(one: PracticeQuestion, policy: PracticePolicy) -> PracticeQuestion:
    return one if policy.tells == "messages" else one.model_copy(update={"message": "", "hidden": False})
