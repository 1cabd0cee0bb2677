"""A new assignment: a folder in the course's ``source/`` with a small example or a copy of another one."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from learnspace_assignments.coursedir import ensure_course_directory, refuse_links, share
from learnspace_assignments.names import check_name
from learnspace_assignments.preparing.sources import SCHEMA, source_folder
from learnspace_core.errors import LearnspaceError
from learnspace_core.paths import alike
from learnspace_core.settings import Settings

WORDS = {
    "en": {
        "intro": "Write here what learners practise, and what they need for it.",
        "task": "## Task 1: Double it (2 points)\n\nWrite a function `double(number)` that returns twice the number.",
        "hidden": "# Learners do not see what stands between these two lines.",
        "words": "## Task 2: In your own words (3 points)\n\nWhat did you find difficult?",
        "answer": "YOUR ANSWER HERE",
    },
    "zh": {
        "intro": "请在这里写明：学生练习什么，需要先会什么。",
        "task": "## 任务 1：加倍（2 分）\n\n请编写函数 `double(number)`，返回该数的两倍。",
        "hidden": "# 这两行之间的内容学生看不到。",
        "words": "## 任务 2：用你自己的话（3 分）\n\n你觉得哪里难？",
        "answer": "在此写下你的答案",
    },
}


def make(settings: Settings, course: str, name: str, title: str, language: str, like: str = "") -> None:
    """Make the source of a new assignment, whole or not at all.

    Args:
        settings: the settings of this installation.
        course: the course.
        name: the name of the folder.
        title: the first heading of the notebook; a copy keeps the one that it has.
        language: of the course, as ``en`` or ``zh-CN``.
        like: the assignment of the same course that is copied; without one, a small notebook with a task of each kind.

    Raises:
        LearnspaceError: ``bad_path``, if no assignment can have the name; 409 ``assignment_known``.
        NotFound: if there is nothing to copy.
    """
    source = ensure_course_directory(settings, course) / "source"
    refuse_links(source.parent, "source")
    for there in source.iterdir():
        if alike(there.name) == alike(check_name(name)):
            raise _exists(there.name)
    draft = source / f".{secrets.token_hex(8)}"
    try:
        if like:
            shutil.copytree(source_folder(settings, course, like), draft)
        else:
            draft.mkdir()
            nbformat.write(_starter(title, WORDS["zh" if language.startswith("zh") else "en"]), draft / f"{name}.ipynb")
        share(draft)
        _put(draft, source / name)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _put(draft: Path, target: Path) -> None:
    try:
        draft.rename(target)
    except OSError as error:
        # Somebody else has made it at the same moment.
        raise _exists(target.name) from error


def _exists(name: str) -> LearnspaceError:
    return LearnspaceError(
        "assignment_known", f"The course has the assignment {name!r} already. Give the new one another name.", 409
    )


def _starter(title: str, words: dict[str, str]) -> nbformat.NotebookNode:
    solution = "def double(number):\n    ### BEGIN SOLUTION\n    return 2 * number\n    ### END SOLUTION"
    hidden = f"### BEGIN HIDDEN TESTS\n{words['hidden']}\nassert double(-1.5) == -3\n### END HIDDEN TESTS"
    tests = f"assert double(4) == 8\n{hidden}"
    notebook: nbformat.NotebookNode = new_notebook(
        cells=[
            new_markdown_cell(f"# {title}\n\n{words['intro']}"),
            new_markdown_cell(words["task"]),
            new_code_cell(solution, metadata=_kind("double", solution=True)),
            new_code_cell(tests, metadata=_kind("double_test", points=2, locked=True)),
            new_markdown_cell(words["words"]),
            new_markdown_cell(words["answer"], metadata=_kind("words", points=3, solution=True)),
        ]
    )
    notebook.metadata.kernelspec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata.language_info = {"name": "python"}
    return notebook


def _kind(grade_id: str, points: int = 0, *, solution: bool = False, locked: bool = False) -> dict[str, Any]:
    """Return nbgrader's mark of a cell."""
    marks = {"grade_id": grade_id, "grade": points > 0, "solution": solution, "locked": locked, "task": False}
    return {"nbgrader": {**marks, "schema_version": SCHEMA, **({"points": points} if points else {})}}
