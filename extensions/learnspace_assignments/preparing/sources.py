"""The source of an assignment in its course's directory: its files, its questions, and what is wrong with it.

nbgrader stops at the first fault and says it in its own words; this names every fault with its notebook and cell.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from learnspace_assignments.coursedir import course_directory, refuse_links
from learnspace_assignments.headings import headings_of
from learnspace_assignments.models.preparing import Problem, ProblemCode, SourceFile, SourceQuestion
from learnspace_assignments.names import check_name
from learnspace_assignments.questions import titles
from learnspace_core.errors import LearnspaceError, NotFound
from learnspace_core.notebooks import read_notebook
from learnspace_core.paths import check_distinct, check_path
from learnspace_core.settings import Settings

LARGEST_NOTEBOOK = 20_000_000
"""Bytes of a source notebook that the service still reads."""
LANGUAGES = ("python", "R", "matlab", "octave", "sas", "java")
"""The languages for which nbgrader has a stub to put in a solution's place (ClearSolutions.code_stub)."""
SCHEMA = 3
"""The version of nbgrader's cell metadata (nbgraderformat/v3.json)."""
REGIONS = {"SOLUTION": "solution", "HIDDEN TESTS": "grade", "MARK SCHEME": "task"}
"""What stands between BEGIN and END in the source alone, and the mark that the cell must have for it."""
FAULTS = {
    "no_notebook": "The folder {detail} has no notebook. Put one there.",
    "bad_notebook": "{detail}",
    "bad_file": "{detail}",
    "bad_language": "{notebook} is in {detail}. nbgrader can make learners' versions in " + ", ".join(LANGUAGES) + ".",
    "old_metadata": "The notebook {notebook} was made with an older nbgrader. Run 'nbgrader update .' in its folder.",
    "new_metadata": "The notebook {notebook} was made with a newer nbgrader than this one. Make its cells anew here.",
    "bad_metadata": "The cell {cell} in {notebook} has marks of nbgrader that cannot be read. Set its kind anew.",
    "no_id": "The cell {cell} in {notebook} has no ID. Give it one in Create Assignment.",
    "bad_id": "The ID {cell} in {notebook} may have letters of English, digits, - and _ only. Change it.",
    "duplicate_id": "Two cells in {notebook} have the ID {cell}. Give one of them another.",
    "no_points": "The cell {cell} in {notebook} has no points. Give it some in Create Assignment.",
    "bad_points": "The points of {cell} in {notebook} must be a number from 0. Change them.",
    "zero_points": "The cell {cell} in {notebook} gives 0 points.",
    "not_an_answer": "The text cell {cell} in {notebook} cannot be a test. Set it to Manually graded answer.",
    "task_is_code": "The cell {cell} in {notebook} is a task and must be a text cell. Change its type.",
    "nested_region": "In the cell {cell} of {notebook}, BEGIN {detail} comes twice without END {detail} between.",
    "no_end": "In the cell {cell} of {notebook}, BEGIN {detail} has no END {detail}. Add it.",
    "no_begin": "In the cell {cell} of {notebook}, END {detail} has no BEGIN {detail} above it. Add it.",
    "solution_elsewhere": "The cell {cell} in {notebook} has a solution but is no answer. Set its kind to an answer.",
    "hidden_elsewhere": "The cell {cell} in {notebook} has {detail} but no points for it. Set its kind.",
    "autotest": "The cell {cell} in {notebook} has AUTOTEST lines, which Learnspace does not run. Write the tests out.",
    "nothing_graded": "No cell gives points. Set the kind of a cell in Create Assignment, or release it as it is.",
}  # fmt: skip
WARNINGS = ("zero_points", "nothing_graded")


@dataclass
class Source:
    """An assignment's source as it stands on the disk; ``notebooks`` holds those that can be read, by name."""

    folder: Path
    files: list[SourceFile]
    notebooks: dict[str, NotebookNode]
    problems: list[Problem] = field(default_factory=list)

    @property
    def errors(self) -> list[Problem]:
        """What keeps the assignment from being released."""
        return [problem for problem in self.problems if problem.severity == "error"]

    def questions(self) -> list[SourceQuestion]:
        """Return the graded cells of all notebooks, in order."""
        return [question for name, notebook in self.notebooks.items() for question in questions_of(name, notebook)]


def source_names(settings: Settings, course: str) -> list[str]:
    """Return the names of the folders with a notebook in a course's ``source/``; others are nobody's assignment."""
    root = course_directory(settings, course) / "source"
    found = []
    for folder in sorted(root.iterdir()) if root.is_dir() and not root.is_symlink() else ():
        try:
            check_name(folder.name)
        except LearnspaceError:
            continue
        if not folder.is_symlink() and folder.is_dir() and any(folder.glob("*.ipynb")):
            found.append(folder.name)
    return found


def source_folder(settings: Settings, course: str, name: str) -> Path:
    """Return the folder of an assignment's source.

    Raises:
        NotFound: if there is none.
        LearnspaceError: ``link_in_course``, naming a link on the way or below.
    """
    root = course_directory(settings, course)
    folder = root / "source" / check_path(name)
    if not folder.is_dir():
        raise NotFound(f"The folder source/{name} of the course")
    refuse_links(root, f"source/{name}")
    return folder


def read_source(folder: Path) -> Source:
    """Read the source of an assignment and find what is wrong with it."""
    paths = list(_files(folder))
    source = Source(folder, [SourceFile(path=path, size=(folder / path).stat().st_size) for path in paths], {})
    try:
        for path in paths:
            check_path(path)
        check_distinct(paths)
    except LearnspaceError as error:
        source.problems.append(_problem("bad_file", detail=error.message))
    for file in source.files:
        if not file.path.endswith(".ipynb") or "/" in file.path:
            continue
        name = file.path.removesuffix(".ipynb")
        try:
            if file.size > LARGEST_NOTEBOOK:
                raise LearnspaceError(
                    "bad_notebook", f"{file.path}: is larger than {LARGEST_NOTEBOOK:,} bytes. Clear its outputs."
                )
            source.notebooks[name] = read_notebook(folder / file.path, file.path)
        except LearnspaceError as error:
            source.problems.append(_problem("bad_notebook", notebook=name, detail=error.message))
        else:
            source.problems += _faults_of(name, source.notebooks[name])
    if not any("/" not in path and path.endswith(".ipynb") for path in paths):
        source.problems.append(_problem("no_notebook", detail=f"source/{folder.name}"))
    elif not source.errors and not source.questions():
        source.problems.append(_problem("nothing_graded"))
    return source


def refuse_faults(source: Source) -> None:
    """Refuse a source that nbgrader could not make a learners' version of.

    Raises:
        LearnspaceError: ``bad_assignment``, with what to do for each fault.
    """
    if source.errors:
        raise LearnspaceError("bad_assignment", " ".join(problem.message for problem in source.errors[:20]), 409)


def digest_of_source(folder: Path) -> str:
    """Return a SHA-256 over the names and contents of all files of a source.

    Of a notebook what counts is what learners and tests get of it, not what a kernel left in it when it was run.
    """
    digest = hashlib.sha256()
    for path in _files(folder):
        digest.update(path.encode() + b"\0")
        digest.update(_digest_of_file(folder / path))
    return digest.hexdigest()


def _digest_of_file(path: Path) -> bytes:
    if path.suffix == ".ipynb" and path.stat().st_size <= LARGEST_NOTEBOOK:
        with suppress(LearnspaceError):
            notebook = read_notebook(path, path.name)
            kernel = notebook.metadata.get("kernelspec", {}).get("name")
            kept = [kernel, notebook.metadata.get("title"), *map(_lasting, notebook.cells)]
            return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).digest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _lasting(cell: NotebookNode) -> list[object]:
    """Return what stays of a cell when its kernel's traces are taken away."""
    return [cell.cell_type, cell.source, cell.metadata.get("nbgrader"), cell.get("attachments")]


def title_of(folder: Path) -> str:
    """Return the title that a source gives itself: in its notebook's metadata, its first heading, or its name."""
    paths = sorted(folder.glob("*.ipynb"), key=lambda path: (path.stem != folder.name, path.name))
    try:
        if not paths[0].is_file() or paths[0].stat().st_size > LARGEST_NOTEBOOK:
            return folder.name
        notebook = read_notebook(paths[0], paths[0].name)
    except (LearnspaceError, OSError, IndexError):
        return folder.name
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    headings = (heading for text in texts for heading in headings_of(text))
    return str(notebook.metadata.get("title") or next(headings, "") or folder.name)[:300]


def questions_of(name: str, notebook: NotebookNode) -> list[SourceQuestion]:
    """Return the graded cells of one notebook, in order."""
    headings = titles(notebook)
    return [
        SourceQuestion(
            notebook=name,
            id=str(grading.get("grade_id", "")),
            title=headings.get(grading.get("grade_id", ""), ""),
            points=_points(grading) or 0,
            manual=bool(grading.get("solution") or grading.get("task") or cell.cell_type != "code"),
        )
        for cell in notebook.cells
        if (grading := _grading(cell)) and (grading.get("grade") or grading.get("task"))
    ]


def language_of(notebook: NotebookNode) -> str:
    """Return the language of a notebook, as nbgrader reads it."""
    return str(notebook.metadata.get("kernelspec", {}).get("language", "python"))


def _files(folder: Path) -> Iterator[str]:
    """Yield what nbgrader would copy: no hidden files, no caches (CourseDirectory.ignore)."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        left_out = any(part.startswith(".") or part in ("__pycache__", "feedback") for part in parts)
        if not left_out and path.suffix != ".pyc" and path.is_file() and not path.is_symlink():
            yield "/".join(parts)


def _faults_of(name: str, notebook: NotebookNode) -> list[Problem]:
    if (language := language_of(notebook)) not in LANGUAGES:
        return [_problem("bad_language", notebook=name, detail=language[:60])]
    found: list[Problem] = []
    ids: set[str] = set()
    for number, cell in enumerate(notebook.cells, start=1):
        raw = cell.metadata.get("nbgrader", {})
        grading = _grading(cell)
        shown = str(grading.get("grade_id") or number)[:100]
        version = grading.get("schema_version", 0) if grading else SCHEMA
        if (raw and not isinstance(raw, dict)) or not isinstance(version, int):
            found.append(_problem("bad_metadata", notebook=name, cell=shown))
        elif version != SCHEMA:
            return [_problem("old_metadata" if version < SCHEMA else "new_metadata", notebook=name)]
        else:
            codes = [*_cell_faults(cell, grading, ids), *_region_faults(cell, grading)]
            found += [_problem(code, notebook=name, cell=shown, detail=detail) for code, detail in codes]
    return found


def _cell_faults(cell: NotebookNode, grading: dict[str, Any], ids: set[str]) -> Iterator[tuple[ProblemCode, str]]:
    """Yield what nbgrader's own validator (nbgraderformat/v3.py) would stop at."""
    grade, task = grading.get("grade"), grading.get("task")
    if grade or grading.get("solution") or grading.get("locked") or task:
        grade_id = str(grading.get("grade_id") or "")
        if not grade_id:
            yield "no_id", ""
        elif not re.fullmatch(r"[a-zA-Z0-9_\-]+", grade_id):
            yield "bad_id", ""
        elif grade_id in ids:
            yield "duplicate_id", ""
        ids.add(grade_id)
    if grade or task:
        if "points" not in grading:
            yield "no_points", ""
        elif (points := _points(grading)) is None:
            yield "bad_points", ""
        elif points == 0:
            yield "zero_points", ""
    if task:
        if cell.cell_type != "markdown":
            yield "task_is_code", ""
    elif cell.cell_type == "markdown" and bool(grade) != bool(grading.get("solution")):
        yield "not_an_answer", ""
    if cell.cell_type == "code" and re.search(r"^\s*#.*AUTOTEST", cell.source, re.MULTILINE):
        yield "autotest", ""


def _region_faults(cell: NotebookNode, grading: dict[str, Any]) -> Iterator[tuple[ProblemCode, str]]:
    """Yield what is wrong with the BEGIN and END lines of a cell."""
    for region, mark in REGIONS.items():
        inside, there = False, False
        for line in cell.source.split("\n"):
            if f"BEGIN {region}" in line:
                if inside:
                    yield "nested_region", region
                inside = there = True
            elif f"END {region}" in line:
                if not inside:
                    yield "no_begin", region
                inside = False
        if inside:
            yield "no_end", region
        if there and not grading.get(mark):
            yield ("solution_elsewhere" if mark == "solution" else "hidden_elsewhere"), region


def _grading(cell: NotebookNode) -> dict[str, Any]:
    found = cell.metadata.get("nbgrader", {})
    return found if isinstance(found, dict) else {}


def _points(grading: dict[str, Any]) -> float | None:
    points = grading.get("points")
    number = isinstance(points, int | float) and not isinstance(points, bool)
    return float(points) if number and 0 <= float(points) < 1e9 else None  # type: ignore[arg-type]


def _problem(code: ProblemCode, *, notebook: str = "", cell: str = "", detail: str = "") -> Problem:
    message = FAULTS[code].format(notebook=notebook, cell=cell, detail=detail)
    severity = "warning" if code in WARNINGS else "error"
    return Problem.model_validate(
        {"code": code, "severity": severity, "notebook": notebook, "cell": cell, "detail": detail, "message": message}
    )
