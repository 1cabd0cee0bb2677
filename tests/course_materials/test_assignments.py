"""Every assignment of every course, through nbgrader: generated, handed in solved, handed in untouched.

Run as a script, this file is the nbgrader round itself: nbgrader's converters change directory and environment, so
each course gets a process of its own.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest

COURSE_MATERIALS = Path(__file__).parents[2] / "course_materials"
ASSIGNMENTS = sorted(path for path in COURSE_MATERIALS.glob("*/source/*") if path.is_dir())
POINTS = 10
STUB = "raise NotImplementedError()"
ROUND_SECONDS = 240

Notebook = Any  # nbformat's NotebookNode carries no types
# student → assignment → grade id → marks, or None where a person marks
Marks = dict[str, dict[str, dict[str, float | None]]]

each_assignment = pytest.mark.parametrize(
    "assignment", ASSIGNMENTS, ids=[f"{path.parents[1].name}/{path.name}" for path in ASSIGNMENTS]
)


@dataclass(frozen=True)
class Round:
    """What nbgrader made of one course."""

    release: Path
    marks: Marks


def notebooks(folder: Path) -> list[Notebook]:
    return [nbformat.read(path, as_version=nbformat.NO_CONVERT) for path in sorted(folder.glob("*.ipynb"))]


def files(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and path.parent.name[0] != "."}


def graded_cells(folder: Path) -> dict[str, Notebook]:
    """The cells of an assignment that earn points, by grade id."""
    cells = [cell for notebook in notebooks(folder) for cell in notebook.cells if "nbgrader" in cell.metadata]
    return {cell.metadata.nbgrader.grade_id: cell for cell in cells if cell.metadata.nbgrader.grade}


def automatic_points(folder: Path) -> dict[str, float]:
    """Points that tests give, by grade id: graded cells that are no answers themselves."""
    cells = graded_cells(folder).items()
    return {name: cell.metadata.nbgrader.points for name, cell in cells if not cell.metadata.nbgrader.solution}


def open_and_secret(source: str) -> tuple[set[str], set[str]]:
    """The lines of a source cell that learners see, and those between BEGIN and END of a solution or hidden test."""
    lines: tuple[set[str], set[str]] = (set(), set())
    secret = False
    for line in source.splitlines():
        if "### BEGIN" in line or "### END" in line:
            secret = "### BEGIN" in line
        else:
            lines[secret].add(line)
    return lines


def solved(source: str) -> str:
    """A source cell as a learner who knows the reference answer would leave it."""
    return "\n".join(line for line in source.splitlines() if "### BEGIN" not in line and "### END" not in line)


def run(source: str, names: dict[str, object]) -> None:
    """Run one cell of our own material, here in the tests' process: there is no learner's code in it."""
    exec(source, names)


# --- the round, in a process of its own ---


def hand_in(root: Path, assignment: str) -> None:
    """Put a solved and an untouched copy of the release into `submitted/`."""
    release = root / "release" / assignment
    for student in ("solved", "untouched"):
        shutil.copytree(release, root / "submitted" / student / assignment)
    for path in release.glob("*.ipynb"):
        source = nbformat.read(root / "source" / assignment / path.name, as_version=4)
        answers = {
            cell.metadata.nbgrader.grade_id: solved(cell.source)
            for cell in source.cells
            if cell.metadata.get("nbgrader", {}).get("solution")
        }
        submission = nbformat.read(path, as_version=4)
        for cell in submission.cells:
            if cell.metadata.get("nbgrader", {}).get("grade_id") in answers:
                cell.source = answers[cell.metadata.nbgrader.grade_id]
        nbformat.write(submission, root / "submitted" / "solved" / assignment / path.name)


def play_round(root: Path) -> Marks:
    """Generate every assignment under `root`, hand each in twice, grade, and read the gradebook."""
    from nbgrader.apps import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    config = Config()
    config.CourseDirectory.root = str(root)
    api = NbGraderAPI(CourseDirectory(config=config), config=config)
    marks: Marks = {}
    for assignment in sorted(path.name for path in (root / "source").iterdir()):
        outcome = api.generate_assignment(assignment)
        assert outcome["success"], outcome
        hand_in(root, assignment)
        for student in ("solved", "untouched"):
            outcome = api.autograde(assignment, student)
            assert outcome["success"], outcome
            with api.gradebook as gradebook:
                submission = gradebook.find_submission(assignment, student)
                grades = {grade.name: grade.auto_score for nb in submission.notebooks for grade in nb.grades}
            marks.setdefault(student, {})[assignment] = grades
    return marks


# --- fixtures ---


@pytest.fixture(scope="session")
def rounds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, subprocess.Popen[str]]]:
    """One process per course, all at once; `python-first-steps` and its translation take the time of one."""
    processes = {}
    for course in sorted({path.parents[1] for path in ASSIGNMENTS}):
        root = tmp_path_factory.mktemp(course.name) / "course"
        shutil.copytree(course / "source", root / "source", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
        own = {name: str(root.parent / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
        # nbgrader runs `alembic` by name; no other nbgrader_config or kernel of this machine takes part.
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        processes[course.name] = subprocess.Popen(
            [sys.executable, __file__, str(root)],
            env=os.environ | own | {"PATH": path, "MPLBACKEND": "Agg"},
            cwd=root.parent,
            stdout=(root.parent / "log").open("w"),
            stderr=subprocess.STDOUT,
            text=True,
        )
    yield processes
    for process in processes.values():
        process.kill()
        process.wait()


@pytest.fixture
def course_round(assignment: Path, rounds: dict[str, subprocess.Popen[str]]) -> Round:
    process = rounds[assignment.parents[1].name]
    process.wait(timeout=ROUND_SECONDS)
    root = Path(str(process.args[-1]))  # type: ignore[index]
    assert process.returncode == 0, (root.parent / "log").read_text(encoding="utf-8")
    return Round(root / "release", json.loads((root / "marks.json").read_text(encoding="utf-8")))


# --- the source, as it stands ---


def test_there_are_assignments() -> None:
    assert ASSIGNMENTS


@each_assignment
def test_notebook_is_valid_licensed_and_clean(assignment: Path) -> None:
    assert notebooks(assignment)
    for notebook in notebooks(assignment):
        nbformat.validate(notebook)
        assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
        assert notebook.metadata.license == "CC-BY-4.0"
        assert notebook.metadata.title
        assert notebook.metadata.lang
        for cell in notebook.cells:
            assert not cell.get("outputs"), cell.source
            assert cell.get("execution_count") is None, cell.source


@each_assignment
def test_points_sum_to_ten(assignment: Path) -> None:
    assert sum(cell.metadata.nbgrader.points for cell in graded_cells(assignment).values()) == POINTS


@each_assignment
def test_a_person_and_a_test_both_give_points(assignment: Path) -> None:
    assert 0 < sum(automatic_points(assignment).values()) < POINTS


@each_assignment
def test_every_test_has_a_hidden_part(assignment: Path) -> None:
    cells = graded_cells(assignment)
    assert [name for name in automatic_points(assignment) if "### BEGIN HIDDEN TESTS" not in cells[name].source] == []


@each_assignment
def test_translation_has_the_same_grade_ids_and_points(assignment: Path) -> None:
    original = COURSE_MATERIALS / assignment.parents[1].name.removesuffix("-zh") / "source" / assignment.name

    def points(folder: Path) -> dict[str, float]:
        return {name: cell.metadata.nbgrader.points for name, cell in graded_cells(folder).items()}

    assert points(assignment) == points(original)


# --- the release ---


@each_assignment
def test_release_tells_no_answer_and_no_hidden_test(assignment: Path, course_round: Round) -> None:
    cells = [open_and_secret(cell.source) for notebook in notebooks(assignment) for cell in notebook.cells]
    secret = set().union(*(secret for _, secret in cells)) - set().union(*(seen for seen, _ in cells)) - {""}
    assert secret
    released = notebooks(course_round.release / assignment.name)
    assert len(released) == len(notebooks(assignment))
    lines = {line for notebook in released for cell in notebook.cells for line in cell.source.splitlines()}
    assert not lines & secret
    assert not [line for line in lines if "### BEGIN" in line or "### END" in line]
    assert files(course_round.release / assignment.name) == files(assignment)


@each_assignment
@pytest.mark.parametrize("left_there", [STUB, "pass"])
def test_check_cells_refuse_an_empty_answer(
    assignment: Path, course_round: Round, left_there: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tests that learners can run themselves already fail before anything is written."""
    monkeypatch.chdir(course_round.release / assignment.name)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    for notebook in notebooks(course_round.release / assignment.name):
        names: dict[str, object] = {}
        for cell in (cell for cell in notebook.cells if cell.cell_type == "code"):
            settings = cell.metadata.get("nbgrader", {"grade": False, "solution": False})
            if settings["solution"]:
                with contextlib.suppress(NotImplementedError):
                    run(cell.source.replace(STUB, left_there), names)
            elif settings["grade"]:
                with pytest.raises((AssertionError, NotImplementedError, NameError)):
                    run(cell.source, names)
            else:
                run(cell.source, names)


# --- the marks ---


@each_assignment
def test_reference_answer_earns_every_automatic_point(assignment: Path, course_round: Round) -> None:
    marks = course_round.marks["solved"][assignment.name]
    by_test = automatic_points(assignment)
    assert {name: marks[name] for name in by_test} == by_test
    assert [mark for name, mark in marks.items() if name not in by_test and mark is not None] == []


@each_assignment
def test_untouched_notebook_earns_nothing(assignment: Path, course_round: Round) -> None:
    marks = course_round.marks["untouched"][assignment.name]
    assert marks == dict.fromkeys(graded_cells(assignment), 0)


if __name__ == "__main__":
    course_root = Path(sys.argv[1])
    (course_root / "marks.json").write_text(json.dumps(play_round(course_root)), encoding="utf-8")
