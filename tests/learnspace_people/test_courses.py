"""Courses made and changed by their teachers: who may, who is in them, and that nothing is half-done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import nbformat
import pytest
from fastapi import FastAPI

from learnspace_assignments.coursedir import MAKING, course_directory, ensure_course_directory
from learnspace_core.database import Database
from learnspace_core.homes import home_directory
from learnspace_core.settings import Settings
from learnspace_people import store
from tests.conftest import COURSES

Client = Callable[[str], httpx.AsyncClient]
NEW = {"id": "pottery", "title": "Pottery", "institution": "school"}
sqlite = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


async def test_a_teacher_makes_a_course_and_teaches_it_at_once(client: Client, settings: Settings) -> None:
    ted = client("ted")
    made = await ted.post("courses", json=NEW)
    assert (made.status_code, made.json()["learners"]) == (201, 0)
    assert (await ted.get("me")).json()["teaches"] == ["art", "pottery"]
    assert (course_directory(settings, "pottery") / "nbgrader_config.py").exists()
    assert not (course_directory(settings, "pottery") / MAKING).exists()
    assert (await ted.post("courses", json=NEW)).status_code == 201
    other = await client("una").post("courses", json=NEW)
    assert (other.status_code, other.json()["code"]) == (409, "course_exists")


@sqlite
@pytest.mark.parametrize(
    "course_id", ["", "../x", "Art", "a/b", "-a", "a" * 61, "con", "nul", "a.b", ".x", "émail", "a\u202eb", "a b"]
)
async def test_an_id_that_cannot_be_a_directory_is_refused(client: Client, settings: Settings, course_id: str) -> None:
    before = sorted((settings.state / "courses").glob("*"))
    answer = await client("ted").post("courses", json={**NEW, "id": course_id})
    assert answer.status_code in (400, 422)
    assert sorted((settings.state / "courses").glob("*")) == before


@sqlite
async def test_nobody_makes_a_course_in_a_school_that_is_not_theirs(client: Client, school: Database) -> None:
    with school.write() as session:
        store.ensure_institution(session, "elsewhere")
    for institution in ("elsewhere", "unknown"):
        answer = await client("ted").post("courses", json={**NEW, "institution": institution})
        assert answer.status_code == 403


@sqlite
async def test_a_template_of_another_teacher_does_not_exist(client: Client, settings: Settings) -> None:
    answer = await client("ted").post("courses", json={**NEW, "template": "biology"})
    assert answer.status_code == 404
    assert not course_directory(settings, "pottery").exists()


@sqlite
async def test_a_link_in_a_template_leaves_nothing_behind(client: Client, settings: Settings, tmp_path: Path) -> None:
    source = ensure_course_directory(settings, "art") / "source"
    (source / "secret").symlink_to(tmp_path)
    answer = await client("ted").post("courses", json={**NEW, "template": "art"})
    assert (answer.status_code, answer.json()["code"]) == (400, "link_in_course")
    assert not course_directory(settings, "pottery").exists()
    assert (await client("ted").get("me")).json()["teaches"] == ["art"]


@sqlite
async def test_what_a_killed_process_left_behind_is_no_obstacle(client: Client, settings: Settings) -> None:
    left = course_directory(settings, "pottery")
    left.mkdir(parents=True)
    (left / MAKING).touch()
    (left / "half").touch()
    assert (await client("ted").post("courses", json=NEW)).status_code == 201
    assert not (left / "half").exists()


@sqlite
async def test_a_directory_that_nobody_was_making_is_never_given_to_a_new_course(
    client: Client, settings: Settings
) -> None:
    (course_directory(settings, "pottery") / "submitted").mkdir(parents=True)
    assert (await client("ted").post("courses", json=NEW)).status_code == 409


@sqlite
async def test_a_folder_of_the_platform_begins_a_course(app: FastAPI, client: Client, settings: Settings) -> None:
    offered = settings.courses.model_copy(update={"templates": COURSES})
    app.state.settings = settings.model_copy(update={"courses": offered})
    ted = client("ted")
    templates = [one["id"] for one in (await ted.get("teach/courses")).json()["templates"]]
    assert "folder:python-first-steps" in templates
    made = await ted.post("courses", json={**NEW, "template": "folder:python-first-steps"})
    assert made.status_code == 201, made.text
    assert nbformat.read(next((course_directory(settings, "pottery") / "source").rglob("*.ipynb")), as_version=4).cells
    assert (await ted.post("courses", json={**NEW, "id": "x", "template": "folder:.."})).status_code == 404


@sqlite
async def test_a_new_teacher_finds_the_folder_and_a_removed_one_does_not(
    client: Client, settings: Settings, school: Database
) -> None:
    ensure_course_directory(settings, "art")
    home = home_directory(settings, "una")
    home.mkdir(parents=True)
    ted, una = client("ted"), client("una")
    assert (await ted.post("courses/art/teachers", json={"username": "una"})).status_code == 200
    assert (home / "courses" / "art" / "nbgrader_config.py").exists()
    assert (await una.get("courses/art/members")).status_code == 200
    assert (await ted.delete("courses/art/teachers/una")).status_code == 200
    assert not (home / "courses" / "art").exists()
    assert (await una.get("courses/art/members")).status_code == 404


async def test_the_last_teacher_stays(client: Client) -> None:
    answer = await client("ted").delete("courses/art/teachers/ted")
    assert (answer.status_code, answer.json()["code"]) == (409, "last_teacher")
    assert (await client("ted").get("courses/art/members")).status_code == 200


@sqlite
async def test_a_removed_learner_is_out_with_the_next_request(client: Client) -> None:
    amy, ted = client("amy"), client("ted")
    assert (await amy.get("me")).json()["learns"] == ["art"]
    assert (await ted.delete("courses/art/learners/amy")).status_code == 200
    assert (await amy.get("me")).json()["learns"] == []
    assert (await ted.delete("courses/art/learners/amy")).status_code == 404


async def test_a_list_is_previewed_and_taken(client: Client, school: Database) -> None:
    ted, text = client("ted"), "username;name;section\nAMY;Somebody else;B\nbob\n\nzoe;Zoé 小\n"
    listed = {"text": text, "section": "A"}
    preview = await ted.post("courses/art/learners/preview", json=listed)
    changes = [(one["line"], one["username"], one["name"], one["section"], one["change"]) for one in preview.json()]
    assert changes == [
        (2, "amy", "Amy", "B", "moves"),
        (3, "bob", "Bob", "A", "moves"),
        (5, "zoe", "Zoé 小", "A", "new_person"),
    ]
    with school.read() as session:
        assert store.find_person(session, "zoe") is None
    assert (await ted.post("courses/art/learners", json=listed)).json() == preview.json()
    members = (await ted.get("courses/art/members")).json()["learners"]
    assert {(one["username"], one["name"], one["section"]) for one in members} == {
        ("amy", "Amy", "B"), ("bob", "Bob", "A"), ("zoe", "Zoé 小", "A"),
    }  # fmt: skip
    again = (await ted.post("courses/art/learners", json=listed)).json()
    assert {one["change"] for one in again} == {"stays"}


@sqlite
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("zoe\n../bob", "line 2: '../bob' is no username"),
        ("zoe\nxi\nzoe,Zoe", "line 3: zoe stands in line 1 already"),
        ("zoe\nted", "line 2: ted teaches this course"),
        ("zoe,Zoe,A,more", "line 1: has more than 3 parts"),
        ("zoe," + "x" * 201, "line 1: the name is longer"),
        ("zoe,Z\u202eoe", "line 1: it has a character that cannot be seen"),
        ("zoe,Zoe," + "s" * 61, "line 1: the section is longer"),
        ("username,class\nzoe,7", "line 1: unknown column 'class'"),
        ("zoe\n" * 5001, "more than 5000 lines"),
        (" \n", "there is nobody on it"),
        ("zoe\namy~0f", "line 2: 'amy~0f' is no username"),
    ],
)
async def test_one_wrong_line_adds_nobody(client: Client, school: Database, text: str, said: str) -> None:
    for verb in ("courses/art/learners/preview", "courses/art/learners"):
        answer = await client("ted").post(verb, json={"text": text})
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_list")
        assert said in answer.json()["message"]
    with school.read() as session:
        assert store.find_person(session, "zoe") is None


@sqlite
async def test_learners_move_between_sections_all_or_none(client: Client) -> None:
    ted = client("ted")
    moved = await ted.put("courses/art/sections", json={"usernames": ["amy", "eve"], "section": "B"})
    assert (moved.status_code, "eve" in moved.json()["message"]) == (404, True)
    moved = await ted.put("courses/art/sections", json={"usernames": ["amy", "bob"], "section": " B "})
    assert {one["section"] for one in moved.json()["learners"]} == {"B"}
    assert (await ted.get("teach/courses")).json()["courses"][0]["sections"] == ["B"]
