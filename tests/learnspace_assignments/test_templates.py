"""A course made from another one: its work comes along, its people and what they did stay where they are."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from learnspace_assignments import store as assignments
from learnspace_assignments.coursedir import course_directory
from learnspace_core.database import Database
from learnspace_core.settings import Settings
from learnspace_people import store
from learnspace_resources import store as resources

Client = Callable[[str], httpx.AsyncClient]
NEW = {"id": "pottery", "title": "Pottery", "institution": "school"}


@pytest.fixture
def art_resource(released: Database) -> None:
    """A resource of the course ``art``."""
    values: dict[str, object] = {
        "unit": "One", "position": 0, "title": "Clay", "summary": "", "language": "en", "licence": "CC-BY-4.0",
        "text": "", "outline": [], "files": [{"path": "clay.ipynb", "sha256": "0" * 64, "size": 1}],
    }  # fmt: skip
    with released.write() as session:
        resources.put_resource(session, "art", "clay.ipynb", values)


async def test_a_course_from_another_has_its_work_but_not_its_people(
    client: Client, settings: Settings, released: Database, art_resource: None
) -> None:
    made = await client("ted").post("courses", json={**NEW, "template": "art"})
    assert made.status_code == 201, made.text
    source = course_directory(settings, "pottery") / "source" / "doubling" / "doubling.ipynb"
    assert source.read_bytes() == (course_directory(settings, "art") / "source/doubling/doubling.ipynb").read_bytes()
    assert not (course_directory(settings, "pottery") / "gradebook.db").exists()
    with released.read() as session:
        [(row, _)] = assignments.list_assignments(session, ["pottery"], released=False)
        assert (row.title, row.released_at, row.version) == ("Doubling", None, 0)
        assert [one.path for one in resources.list_of_course(session, "pottery")] == ["clay.ipynb"]
        assert store.members(session, "pottery", "learner") == []
