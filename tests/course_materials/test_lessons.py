"""Every lesson of every course: described, licensed, clean, the same in each language, and runs from top to bottom."""

import re
import shutil
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

COURSES = Path(__file__).parents[2] / "course_materials"
COURSE_FILES = sorted(COURSES.glob("*/course.toml"))
LESSONS = [lesson for course in COURSE_FILES for lesson in sorted(course.parent.glob("lessons/*.ipynb"))]

WORDS = {"id", "title", "summary", "language", "level", "licence"}
LISTS = {"authors", "outcomes", "unit"}


def read_course(course_file: Path) -> dict[str, Any]:
    return tomllib.loads(course_file.read_text(encoding="utf-8"))


TRANSLATIONS = [course for course in COURSE_FILES if "translation_of" in read_course(course)]

every_course = pytest.mark.parametrize("course_file", COURSE_FILES, ids=lambda path: path.parent.name)
every_translation = pytest.mark.parametrize("course_file", TRANSLATIONS, ids=lambda path: path.parent.name)
every_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: f"{path.parts[-3]}/{path.stem}")


def test_courses_are_found() -> None:
    assert {"python-first-steps", "python-first-steps-zh"} <= {course.parent.name for course in COURSE_FILES}
    assert LESSONS


@every_course
def test_course_says_what_it_is(course_file: Path) -> None:
    course = read_course(course_file)
    assert course["id"] == course_file.parent.name
    for key in WORDS:
        assert isinstance(course[key], str), key
        assert course[key].strip(), key
    for key in LISTS:
        assert isinstance(course[key], list), key
        assert course[key], key
    assert course["hours"] > 0
    assert course["licence"] in (course_file.parent / "LICENSE").read_text(encoding="utf-8").replace(" ", "-")


@every_course
def test_units_name_what_exists(course_file: Path) -> None:
    """Resources exist, each lesson stands in exactly one unit, and a unit requires only what comes before it."""
    seen: list[str] = []
    for unit in read_course(course_file)["unit"]:
        assert set(unit) == {"title", "resources", "assignments", "requires"}
        for resource in unit["resources"]:
            assert (course_file.parent / resource).is_file(), resource
        assert set(unit["requires"]) <= set(seen), unit["title"]
        seen += unit["resources"] + unit["assignments"]
    assert len(seen) == len(set(seen))
    lessons = {str(path.relative_to(course_file.parent)) for path in course_file.parent.glob("lessons/*.ipynb")}
    assert lessons == {name for name in seen if name.endswith(".ipynb")}


@every_translation
def test_translation_and_original_name_each_other(course_file: Path) -> None:
    course = read_course(course_file)
    original = read_course(COURSES / course["translation_of"] / "course.toml")
    assert course["id"] in original["translations"]
    assert course["language"] != original["language"]
    assert course["outcomes"] == original["outcomes"]
    for key in ("resources", "assignments", "requires"):
        assert [unit[key] for unit in course["unit"]] == [unit[key] for unit in original["unit"]]


@every_translation
def test_translation_has_the_same_lessons_and_cells(course_file: Path) -> None:
    def cells(course_id: str) -> dict[str, list[tuple[str, str]]]:
        return {
            path.name: [(cell.id, cell.cell_type) for cell in nbformat.read(path, as_version=4).cells]
            for path in COURSES.glob(f"{course_id}/lessons/*.ipynb")
        }

    course = read_course(course_file)
    assert cells(course["id"]) == cells(course["translation_of"])


@every_lesson
def test_lesson_is_a_clean_notebook(lesson: Path) -> None:
    notebook = nbformat.read(lesson, as_version=4)
    nbformat.validate(notebook)
    course = read_course(lesson.parents[1] / "course.toml")
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata["license"] == course["licence"]
    assert notebook.metadata["lang"] == course["language"]
    assert notebook.metadata["title"]
    assert notebook.metadata["kernelspec"]["name"] == "python3"
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == [], cell.id
            assert cell.execution_count is None, cell.id


@every_lesson
def test_every_picture_is_told_in_words(lesson: Path) -> None:
    """Output images carry no alternative text, so the next text cell after a picture describes it."""
    cells = nbformat.read(lesson, as_version=4).cells
    for cell, following in pairwise(cells):
        draws = cell.cell_type == "code" and "plt.show()" in cell.source
        if draws and "exercise" not in cell.metadata.get("tags", []):
            assert "picture-in-words" in following.metadata.get("tags", []), cell.id


@every_lesson
def test_links_between_lessons_lead_somewhere(lesson: Path) -> None:
    for cell in nbformat.read(lesson, as_version=4).cells:
        if cell.cell_type == "markdown":
            for target in re.findall(r"\]\(([^)#:]+)\)", cell.source):
                assert (lesson.parent / target).is_file(), f"{cell.id}: {target}"


@every_lesson
def test_lesson_runs_from_top_to_bottom(lesson: Path, tmp_path: Path) -> None:
    """As a first visitor would: no exception, nothing on standard error but font warnings, self-checks that speak."""
    course = lesson.parents[1]
    copy = tmp_path / course.name
    shutil.copytree(course / "lessons", copy / "lessons")
    here = copy / "lessons"
    notebook = nbformat.read(here / lesson.name, as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(here)}}).execute()
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        printed = {
            name: "".join(o.text for o in cell.outputs if o.get("name") == name) for name in ("stdout", "stderr")
        }
        warnings = [line for line in printed["stderr"].splitlines() if "Warning" in line]
        assert all("Glyph" in warning for warning in warnings), f"{cell.id}: {printed['stderr']}"
        if "self-check" in cell.metadata.get("tags", []):
            assert printed["stdout"].strip(), f"{cell.id} says nothing"
