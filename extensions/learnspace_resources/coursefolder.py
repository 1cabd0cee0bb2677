"""Reads a course folder (``course.toml``, lessons, ``source/``) and refuses it whole if any of it is broken."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from learnspace_assignments.names import check_name, check_names
from learnspace_core.errors import LearnspaceError
from learnspace_core.notebooks import read_notebook
from learnspace_core.paths import check_path

LARGEST_FILE = 20_000_000


class Unit(BaseModel):
    """One step of a course: what to read, what to hand in, what should be done before."""

    model_config = ConfigDict(extra="forbid")

    title: str
    resources: list[str] = []
    assignments: list[str] = []
    requires: list[str] = []


class CourseFile(BaseModel):
    """The contents of ``course.toml``."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,98}$")
    title: str = Field(min_length=1, max_length=300)
    summary: str = ""
    language: str = "en"
    level: str = ""
    hours: float = 0
    licence: str
    authors: list[str] = []
    outcomes: list[str] = []
    translation_of: str = ""
    translations: list[str] = []
    unit: list[Unit] = Field(min_length=1)


@dataclass(frozen=True)
class Lesson:
    """A resource of the course that was read and found whole."""

    unit: str
    path: str
    title: str
    summary: str
    text: str
    outline: list[str]
    licence: str
    files: list[str]


@dataclass(frozen=True)
class CourseFolder:
    """A whole course folder: its description, lessons in order, and assignments with title, in order."""

    path: Path
    course: CourseFile
    lessons: list[Lesson]
    assignments: dict[str, str]


def read_course(path: Path) -> CourseFolder:
    """Read and check a course folder.

    Raises:
        LearnspaceError: ``bad_course``, with one line for each file that is broken and the reason.
    """
    faults: list[str] = []
    course = _read_description(path)
    lessons: list[Lesson] = []
    assignments: dict[str, str] = {}
    for unit in course.unit:
        for name in unit.resources:
            try:
                lessons.append(_read_lesson(path, name, unit.title, course))
            except LearnspaceError as error:
                faults.append(error.message)
        for name in unit.assignments:
            try:
                assignments[name] = _read_assignment(path, name)
            except LearnspaceError as error:
                faults.append(error.message)
    try:
        check_names(assignments)
    except LearnspaceError as error:
        faults.append(error.message)
    if faults:
        raise _bad(f"{path} was not imported, nothing was changed:\n  " + "\n  ".join(faults))
    return CourseFolder(path, course, lessons, assignments)


def files_below(folder: Path, shown: str) -> list[Path]:
    """Return the plain files below a folder, sorted; caches are left out.

    Raises:
        LearnspaceError: ``bad_course``, for links, devices, unusable names and files over the limit.
    """
    found = []
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if any(part in (".ipynb_checkpoints", "__pycache__", ".DS_Store") for part in relative.parts):
            continue
        name = f"{shown}/{relative.as_posix()}"
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise _bad(f"{name}: is a link or a device; only plain files can be imported")
        if path.is_dir():
            continue
        check_path(relative.as_posix())
        if path.stat().st_size > LARGEST_FILE:
            raise _bad(f"{name}: is larger than {LARGEST_FILE} bytes")
        found.append(path)
    return found


def _read_description(path: Path) -> CourseFile:
    file = path / "course.toml"
    try:
        tree: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
        return CourseFile.model_validate(tree)
    except FileNotFoundError as error:
        raise _bad(f"{file}: is missing; a course folder has a course.toml") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _bad(f"{file}: {error}") from error
    except ValidationError as error:
        lines = [f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in error.errors()]
        raise _bad(f"{file}:\n  " + "\n  ".join(lines)) from error


def _read_lesson(root: Path, name: str, unit: str, course: CourseFile) -> Lesson:
    check_path(name)
    file = root / name
    if file.is_symlink() or not file.resolve().is_relative_to(root.resolve()):
        raise _bad(f"{name}: is a link; only plain files can be imported")
    if not file.is_file():
        raise _bad(f"{name}: is missing, but course.toml names it")
    beside = [f.relative_to(root).as_posix() for f in _companions(root, file)]
    if file.suffix != ".ipynb":
        text = file.read_text(encoding="utf-8", errors="replace") if file.suffix in (".md", ".txt") else ""
        return Lesson(unit, name, file.stem, "", text, [], course.licence, [name])
    notebook = read_notebook(file, name)
    markdown = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    headings = [line.lstrip("#").strip() for source in markdown for line in source.splitlines() if line.startswith("#")]
    return Lesson(
        unit=unit,
        path=name,
        title=str(notebook.metadata.get("title") or (headings[0] if headings else file.stem)),
        summary=_summary(markdown),
        text="\n".join(cell.source for cell in notebook.cells),
        outline=headings[1:40],
        licence=str(notebook.metadata.get("license") or course.licence),
        files=[name, *beside],
    )


def _summary(markdown: list[str]) -> str:
    """Return, as plain text, the paragraph that begins with words in bold (a lesson's question), or else the first one.

    The bold words themselves are the same in every lesson and are left out, as is a line in italics.
    """
    blocks = [block.strip() for source in markdown for block in source.split("\n\n")]
    paragraphs = [
        block for block in blocks if block and block[0] not in "#<>-!|`$_" and not re.match(r"\*[^*]|\d+\.", block)
    ]
    question = next((block for block in paragraphs if block.startswith("**")), "")
    chosen = re.sub(r"^\*\*[^*]+\*\*\s*", "", question) or next(iter(paragraphs), "")
    text = re.sub(r"!?\[([^]]*)]\([^)]*\)", r"\1", chosen)
    return " ".join(re.sub(r"[*`]", "", text).split())[:300]


def _companions(root: Path, lesson: Path) -> list[Path]:
    """Return the data and pictures that stand in folders beside the lesson."""
    folders = [folder for folder in sorted(lesson.parent.iterdir()) if folder.is_dir() and folder.name != "source"]
    if lesson.parent == root:
        return []
    return [file for folder in folders for file in files_below(folder, folder.relative_to(root).as_posix())]


def _read_assignment(root: Path, name: str) -> str:
    folder = root / "source" / check_name(name)
    if not folder.is_dir():
        raise _bad(f"source/{name}: is missing, but course.toml names it as an assignment")
    notebooks = [file for file in files_below(folder, f"source/{name}") if file.suffix == ".ipynb"]
    if not notebooks:
        raise _bad(f"source/{name}: has no notebook")
    read = [read_notebook(file, f"source/{name}/{file.name}") for file in notebooks]
    graded = [cell for notebook in read for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    if not graded:
        raise _bad(f"source/{name}: has no graded cell")
    return str(read[0].metadata.get("title") or name)


def _bad(message: str) -> LearnspaceError:
    return LearnspaceError("bad_course", message)
