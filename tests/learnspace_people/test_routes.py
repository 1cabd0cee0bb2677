"""The courses one teaches, in a space of one's own: what it has of them, now and not at its start."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from learnspace_core.client import ServiceClient
from learnspace_core.taught import taught_courses
from tests.conftest import Client

pytest_plugins = ["pytest_jupyter.jupyter_server"]


def _arrive(root: Path, course: str) -> None:
    (root / "courses" / course).mkdir(parents=True)
    (root / "courses" / course / "nbgrader_config.py").touch()


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
@pytest.mark.parametrize("role", ["teacher", "learner"])
async def test_a_folder_that_arrives_is_here_if_the_space_is_a_teachers(
    jp_fetch, jp_serverapp, jp_root_dir: Path, client: Client, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    monkeypatch.setenv("LEARNSPACE_ROLE", role)
    service = client("ted")
    made = ServiceClient(str(service.base_url).removesuffix("/api/"), "token-ted", transport=service._transport)
    jp_serverapp.web_app.settings["learnspace_client"] = made

    async def here() -> list[bool]:
        answer = await jp_fetch("learnspace", "api", "teach", "courses")
        return [course["here"] for course in json.loads(answer.body)["courses"]]

    assert await here() == [False]
    _arrive(jp_root_dir, "art")
    assert await here() == [role == "teacher"]


def test_only_whole_course_directories_count(tmp_path: Path) -> None:
    for course in ("art", "..hidden", "Big"):
        _arrive(tmp_path, course)
    (tmp_path / "courses" / "notes").mkdir()
    (tmp_path / "courses" / "gone").symlink_to(tmp_path / "nowhere")
    assert taught_courses(tmp_path) == ["art"]
    assert taught_courses(tmp_path / "nowhere") == []
