from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from sqlalchemy import select

from learnspace_assignments import store as assignments
from learnspace_core.blobs import BlobStore
from learnspace_core.database import Database
from learnspace_core.errors import LearnspaceError
from learnspace_core.jobs import Work
from learnspace_core.settings import Settings
from learnspace_core.tables import JobRow
from learnspace_people import store as people
from learnspace_resources import store
from learnspace_resources.importer import ImportedCourse, import_course
from learnspace_resources.jobs import render_previews

COURSE = Path(__file__).parents[2] / "course_materials" / "python-first-steps"
LESSON = "lessons/01-hello.ipynb"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(COURSE, tmp_path / "course"))


@pytest.fixture
def run(settings: Settings, database: Database, blobs: BlobStore) -> Callable[[Path], ImportedCourse]:
    return lambda path: import_course(settings, database, blobs, path, "school")


def test_lessons_and_assignments_are_there_afterwards(
    run: Callable[[Path], ImportedCourse], database: Database, settings: Settings
) -> None:
    done = run(COURSE)
    assert (done.resources, done.assignments, done.kept) == (9, 4, [])
    with database.read() as session:
        rows = store.list_of_course(session, "python-first-steps")
        found = assignments.list_assignments(session, ["python-first-steps"], released=False)
    assert rows[0].path == LESSON
    assert rows[0].licence == "CC-BY-4.0"
    assert rows[0].summary.startswith("You know how to ask a friend to do something")
    assert any(file["path"].startswith("lessons/data/") for file in rows[-1].files)
    assert found[0][0].name == "ps1-numbers-and-names"
    assert (settings.state / "courses/python-first-steps/source/ps4-a-data-story/data").is_dir()


def test_the_second_import_changes_nothing(run: Callable[[Path], ImportedCourse], database: Database) -> None:
    run(COURSE)
    with database.read() as session:
        before = [(row.id, row.files) for row in store.list_of_course(session, "python-first-steps")]
    assert run(COURSE).kept == []
    with database.read() as session:
        assert [(row.id, row.files) for row in store.list_of_course(session, "python-first-steps")] == before


def test_what_a_teacher_edited_is_kept_and_named(run: Callable[[Path], ImportedCourse], settings: Settings) -> None:
    run(COURSE)
    name = "source/ps1-numbers-and-names/ps1-numbers-and-names.ipynb"
    edited = settings.state / "courses/python-first-steps" / name
    edited.write_text(edited.read_text().replace("Practice", "Exercise"))
    assert run(COURSE).kept == [name]
    assert "Exercise" in edited.read_text()


def test_nothing_in_a_course_directory_is_for_everybody(
    run: Callable[[Path], ImportedCourse], settings: Settings
) -> None:
    run(COURSE)
    root = settings.state / "courses" / "python-first-steps"
    assert [path for path in (root, *root.rglob("*")) if path.stat().st_mode & 0o007] == []


def _break_notebook(folder: Path) -> None:
    (folder / LESSON).write_text('{"cells": [')


def _other_format(folder: Path) -> None:
    notebook = json.loads((folder / LESSON).read_text())
    (folder / LESSON).write_text(json.dumps({**notebook, "nbformat": 3, "worksheets": []}))


def _invalid_notebook(folder: Path) -> None:
    notebook = json.loads((folder / LESSON).read_text())
    notebook["cells"][0]["cell_type"] = "poem"
    (folder / LESSON).write_text(json.dumps(notebook))


def _missing_lesson(folder: Path) -> None:
    (folder / LESSON).unlink()


def _link_to_a_secret(folder: Path) -> None:
    (folder / LESSON).unlink()
    (folder / LESSON).symlink_to("/etc/passwd")


def _link_among_the_data(folder: Path) -> None:
    (folder / "lessons/data/secret.csv").symlink_to("/etc/passwd")


def _device_among_the_data(folder: Path) -> None:
    os.mkfifo(folder / "lessons/data/pipe.csv")


def _missing_assignment(folder: Path) -> None:
    shutil.rmtree(folder / "source/ps2-decisions")


def _nothing_is_graded(folder: Path) -> None:
    path = folder / "source/ps2-decisions/ps2-decisions.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.metadata.pop("nbgrader", None)
    nbformat.write(notebook, path)


def _alike_assignments(folder: Path) -> None:
    shutil.copytree(folder / "source/ps2-decisions", folder / "source/PS2-decisions")
    toml = folder / "course.toml"
    toml.write_text(toml.read_text().replace('"ps2-decisions"', '"ps2-decisions", "PS2-decisions"', 1))


def _path_outside(folder: Path) -> None:
    _edit_toml(folder, LESSON, "../secret.ipynb")


def _unknown_key(folder: Path) -> None:
    _edit_toml(folder, "language =", "tongue =")


def _no_toml(folder: Path) -> None:
    (folder / "course.toml").unlink()


def _edit_toml(folder: Path, old: str, new: str) -> None:
    file = folder / "course.toml"
    file.write_text(file.read_text().replace(old, new, 1))


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (_break_notebook, "lessons/01-hello.ipynb: is not a valid notebook"),
        (_other_format, "lessons/01-hello.ipynb: is "),
        (_invalid_notebook, "lessons/01-hello.ipynb: is not a valid notebook"),
        (_missing_lesson, "lessons/01-hello.ipynb: is missing"),
        (_link_to_a_secret, "lessons/01-hello.ipynb: is a link"),
        (_link_among_the_data, "lessons/data/secret.csv: is a link"),
        (_device_among_the_data, "lessons/data/pipe.csv: is a link or a device"),
        (_missing_assignment, "source/ps2-decisions: is missing"),
        (_nothing_is_graded, "source/ps2-decisions: has no graded cell"),
        (_path_outside, "'../secret.ipynb' cannot be used"),
        (_alike_assignments, "'ps2-decisions' and 'PS2-decisions' differ only in case"),
        (_unknown_key, "tongue"),
        (_no_toml, "course.toml: is missing"),
    ],
)
def test_a_broken_course_folder_names_the_file_and_imports_nothing(
    run: Callable[[Path], ImportedCourse],
    database: Database,
    settings: Settings,
    folder: Path,
    fault: Callable[[Path], None],
    said: str,
) -> None:
    fault(folder)
    with pytest.raises(LearnspaceError) as refused:
        run(folder)
    assert said in refused.value.message
    assert not (settings.state / "courses").exists()
    with database.read() as session:
        assert people.list_courses(session) == []
        assert session.scalars(select(JobRow)).all() == []


def test_a_preview_shows_the_lesson_and_can_run_nothing(
    run: Callable[[Path], ImportedCourse], database: Database, settings: Settings, blobs: BlobStore, folder: Path
) -> None:
    notebook = nbformat.read(folder / LESSON, as_version=4)
    notebook.cells[0].source += (
        '\n\n<script>document.title="canary"</script><img src="x" onerror="canary()">'
        '<a href="javascript:canary()">a</a><iframe src="https://canary.example"></iframe>'
    )
    nbformat.write(notebook, folder / LESSON)
    done = run(folder)
    (job_id,) = [job_id for queue, job_id in done.jobs if queue == "background"]
    with database.write() as session:
        job = session.get_one(JobRow, job_id)
        job.state = "running"
        payload = job.payload
    render_previews(Work(settings, database, blobs, job_id, payload))
    with database.read() as session:
        row = store.list_of_course(session, "python-first-steps")[0]
    assert row.preview_sha256 is not None
    html = blobs.read(row.preview_sha256).decode()
    assert "Hello" in html
    assert "default-src 'none'" in html
    for forbidden in ("<script", "onerror", "javascript:", "<iframe"):
        assert forbidden not in html
