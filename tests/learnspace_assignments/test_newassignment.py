"""A new assignment: it can be released as it begins, is whole or not there, and takes nobody's place."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import nbformat
import pytest

from learnspace_assignments.coursedir import ensure_course_directory
from learnspace_assignments.preparing.newassignment import make
from learnspace_assignments.preparing.sources import read_source, source_folder
from learnspace_core.database import Database
from learnspace_core.errors import LearnspaceError
from learnspace_core.settings import Settings

Client = Callable[[str], httpx.AsyncClient]
HERE = "courses/art/assignments"


@pytest.mark.parametrize(("language", "words"), [("en", "Task 1"), ("zh-CN", "任务 1")])
def test_it_begins_without_a_fault_and_its_solution_passes_its_tests(
    settings: Settings, language: str, words: str
) -> None:
    make(settings, "art", "ps5", "Practice 5", language)
    folder = source_folder(settings, "art", "ps5")
    source = read_source(folder)
    assert source.problems == []
    assert [(one.id, one.points, one.manual) for one in source.questions()] == [
        ("double_test", 2, False),
        ("words", 3, True),
    ]
    notebook = nbformat.read(folder / "ps5.ipynb", 4)
    nbformat.validate(notebook)
    assert notebook.cells[0].source.startswith("# Practice 5\n")
    assert words in notebook.cells[1].source
    names: dict[str, object] = {}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            exec(cell.source, names)
    assert oct((folder / "ps5.ipynb").stat().st_mode)[-3:] == "660"


async def test_a_teacher_begins_one_and_a_copy_of_it(client: Client, school: Database, settings: Settings) -> None:
    begun = await client("ted").post(HERE, json={"name": "ps5", "title": "Practice 5"})
    assert begun.status_code == 201
    assert [file["path"] for file in begun.json()["files"]] == ["ps5.ipynb"]
    assert begun.json()["released_at"] is None
    copied = await client("ted").post(HERE, json={"name": "ps6", "like": "ps5"})
    assert [file["path"] for file in copied.json()["files"]] == ["ps5.ipynb"]
    listed = {one["name"]: one for one in (await client("ted").get("teach")).json()}
    assert listed["ps5"]["title"] == "Practice 5"
    assert listed["ps5"]["release"] == listed["ps6"]["release"] == "not_released"
    assert "ps5" not in {one["name"] for one in (await client("amy").get("assignments")).json()}


@pytest.mark.parametrize(
    ("new", "status", "code"),
    [
        ({"name": "ps5"}, 409, "assignment_known"),
        ({"name": "PS5"}, 409, "assignment_known"),
        ({"name": "../x"}, 400, "bad_path"),
        ({"name": ".hidden"}, 400, "bad_path"),
        ({"name": "ps7", "like": "nothing"}, 404, "not_found"),
        ({"name": ""}, 422, "bad_request"),
    ],
)
async def test_what_cannot_be_is_refused_and_leaves_nothing(
    client: Client, school: Database, settings: Settings, new: dict[str, str], status: int, code: str
) -> None:
    await client("ted").post(HERE, json={"name": "ps5"})
    source = ensure_course_directory(settings, "art") / "source"
    before = sorted(source.rglob("*"))
    answer = await client("ted").post(HERE, json=new)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert sorted(source.rglob("*")) == before


def test_a_link_in_the_course_is_not_followed(settings: Settings) -> None:
    directory = ensure_course_directory(settings, "art")
    elsewhere = settings.state / "elsewhere"
    elsewhere.mkdir()
    (directory / "source").rmdir()
    (directory / "source").symlink_to(elsewhere)
    with pytest.raises(LearnspaceError, match="is a link"):
        make(settings, "art", "ps5", "Practice 5", "en")
    assert list(elsewhere.iterdir()) == []
