from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import nbformat
import pytest

from learnspace_assignments.coursedir import ensure_course_directory
from learnspace_assignments.preparing.sources import (
    digest_of_source,
    read_source,
    source_folder,
    source_names,
    title_of,
)
from learnspace_core.errors import LearnspaceError
from learnspace_core.settings import Settings
from tests.learnspace_assignments.conftest import source_notebook

DOUBLE, TESTS, WHY = 1, 2, 3


@pytest.fixture
def place(tmp_path: Path) -> Settings:
    """Settings with the directory of the course ``art``."""
    made = Settings(state=tmp_path)
    ensure_course_directory(made, "art")
    return made


def _write(settings: Settings, notebook: nbformat.NotebookNode, name: str = "doubling") -> Path:
    folder = settings.state / "courses/art/source" / name
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, folder / "doubling.ipynb")
    return folder


def test_a_sound_source_has_files_points_and_no_problem(place: Settings) -> None:
    folder = _write(place, source_notebook())
    (folder / "data").mkdir()
    (folder / "data/walk.csv").write_text("1,2")
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints/doubling-checkpoint.ipynb").write_text("{")
    source = read_source(folder)
    assert source.problems == []
    assert [file.path for file in source.files] == ["data/walk.csv", "doubling.ipynb"]
    assert [(one.id, one.points, one.manual) for one in source.questions()] == [
        ("double-tests", 2, False),
        ("why", 3, True),
    ]


def _set(cell: int, **grading: object) -> Any:
    def change(notebook: nbformat.NotebookNode) -> None:
        notebook.cells[cell].metadata.nbgrader.update(grading)

    return change


def _leave_out(cell: int, key: str) -> Any:
    return lambda notebook: notebook.cells[cell].metadata.nbgrader.pop(key)


def _say(cell: int, source: str) -> Any:
    return lambda notebook: setattr(notebook.cells[cell], "source", source)


@pytest.mark.parametrize(
    ("change", "code", "cell"),
    [
        (_set(TESTS, grade_id="double"), "duplicate_id", "double"),
        (_set(TESTS, grade_id=""), "no_id", "3"),
        (_set(TESTS, grade_id="has space"), "bad_id", "has space"),
        (_leave_out(TESTS, "points"), "no_points", "double-tests"),
        (_set(TESTS, points=-1), "bad_points", "double-tests"),
        (_set(TESTS, points="two"), "bad_points", "double-tests"),
        (_set(TESTS, points=0), "zero_points", "double-tests"),
        (_set(WHY, solution=False), "not_an_answer", "why"),
        (_set(TESTS, task=True, grade=False), "task_is_code", "double-tests"),
        (_set(DOUBLE, schema_version=1), "old_metadata", ""),
        (_set(DOUBLE, schema_version=4), "new_metadata", ""),
        (_set(DOUBLE, schema_version="3"), "bad_metadata", "double"),
        (_say(DOUBLE, "### BEGIN SOLUTION\nx = 1"), "no_end", "double"),
        (_say(DOUBLE, "x = 1\n### END SOLUTION"), "no_begin", "double"),
        (_say(DOUBLE, "# BEGIN SOLUTION\n# BEGIN SOLUTION\n# END SOLUTION"), "nested_region", "double"),
        (_say(TESTS, "### BEGIN SOLUTION\nx = 1\n### END SOLUTION"), "solution_elsewhere", "double-tests"),
        (_say(DOUBLE, "### BEGIN HIDDEN TESTS\n1\n### END HIDDEN TESTS"), "hidden_elsewhere", "double"),
        (_say(TESTS, "### HASHED AUTOTEST double(2)"), "autotest", "double-tests"),
    ],
)
def test_a_fault_is_named_with_its_notebook_and_cell(place: Settings, change: Any, code: str, cell: str) -> None:
    notebook = source_notebook()
    change(notebook)
    problems = read_source(_write(place, notebook)).problems
    assert [(one.code, one.notebook, one.cell) for one in problems[:1]] == [(code, "doubling", cell)]
    assert "doubling" in problems[0].message
    assert cell in problems[0].message
    assert problems[0].message.endswith(".")


def test_every_fault_is_named_not_the_first_alone(place: Settings) -> None:
    notebook = source_notebook()
    notebook.cells[DOUBLE].source = "### BEGIN SOLUTION"
    del notebook.cells[TESTS].metadata.nbgrader["points"]
    assert [one.code for one in read_source(_write(place, notebook)).errors] == ["no_end", "no_points"]


def test_a_notebook_that_cannot_be_read_and_one_of_another_language(place: Settings) -> None:
    notebook = source_notebook()
    notebook.metadata.kernelspec.language = "whitespace"
    folder = _write(place, notebook)
    (folder / "second.ipynb").write_text('{"cells": [')
    assert [one.code for one in read_source(folder).problems] == ["bad_language", "bad_notebook"]


def test_nothing_graded_is_a_warning_and_no_notebook_an_error(place: Settings) -> None:
    folder = _write(place, nbformat.v4.new_notebook())
    assert [(one.code, one.severity) for one in read_source(folder).problems] == [("nothing_graded", "warning")]
    (folder / "doubling.ipynb").unlink()
    assert [(one.code, one.severity) for one in read_source(folder).problems] == [("no_notebook", "error")]


def test_only_folders_with_a_notebook_and_a_good_name_are_assignments(place: Settings) -> None:
    source = place.state / "courses/art/source"
    _write(place, source_notebook())
    for name in (".hidden", "aux", "empty", "a" * 101):
        (source / name).mkdir()
    for name in (".hidden", "aux", "a" * 101):
        nbformat.write(source_notebook(), source / name / "x.ipynb")
    (source / "link").symlink_to(source / "doubling")
    assert source_names(place, "art") == ["doubling"]
    assert source_names(place, "unknown") == []


def test_a_link_and_a_pipe_are_not_read(place: Settings) -> None:
    folder = _write(place, source_notebook())
    os.mkfifo(folder / "pipe.ipynb")
    assert [file.path for file in read_source(folder).files] == ["doubling.ipynb"]
    (folder / "secret.ipynb").symlink_to("/etc/passwd")
    with pytest.raises(LearnspaceError, match=r"secret\.ipynb"):
        source_folder(place, "art", "doubling")


@pytest.mark.parametrize("name", ["../art", "a/../../b", "", "."])
def test_a_name_leads_nowhere_else(place: Settings, name: str) -> None:
    with pytest.raises(LearnspaceError):
        source_folder(place, "art", name)


def test_the_digest_is_the_same_after_a_notebook_was_run_and_saved(place: Settings) -> None:
    notebook = source_notebook()
    digests = {digest_of_source(_write(place, notebook))}
    cell = next(cell for cell in notebook.cells if cell.cell_type == "code")
    cell.execution_count = 3
    cell.outputs = [nbformat.v4.new_output("stream", text="ran")]
    cell.metadata.collapsed = True
    notebook.metadata.language_info = {"name": "python", "version": "3.11.2"}
    digests.add(digest_of_source(_write(place, notebook)))
    assert len(digests) == 1
    cell.source += "\n"
    digests.add(digest_of_source(_write(place, notebook)))
    cell.metadata.nbgrader["points"] = 7
    digests.add(digest_of_source(_write(place, notebook)))
    notebook.metadata.kernelspec = {"name": "ir", "display_name": "R", "language": "R"}
    digests.add(digest_of_source(_write(place, notebook)))
    assert len(digests) == 4


def test_the_digest_follows_every_byte_and_name_of_other_files(place: Settings) -> None:
    folder = _write(place, source_notebook())
    digests = [digest_of_source(folder)]
    (folder / "a.csv").write_text("1")
    digests.append(digest_of_source(folder))
    (folder / "a.csv").rename(folder / "b.csv")
    digests.append(digest_of_source(folder))
    (folder / "b.csv").write_text("2")
    digests.append(digest_of_source(folder))
    assert len(set(digests)) == 4


def test_the_title_is_that_of_the_notebook(place: Settings) -> None:
    notebook = source_notebook()
    assert title_of(_write(place, notebook)) == "Doubling"
    notebook.metadata.title = "Twice as much"
    assert title_of(_write(place, notebook)) == "Twice as much"
    assert title_of(place.state) == place.state.name
