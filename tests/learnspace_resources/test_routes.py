import json

import httpx
import pytest

from learnspace_core.blobs import BlobStore
from learnspace_core.client import ServiceClient
from learnspace_core.settings import PREFIX
from learnspace_resources import store

pytest_plugins = ["pytest_jupyter.jupyter_server"]


@pytest.fixture
def resource(app, blobs: BlobStore, school, tmp_path):
    """The id of a resource of ``art`` with one file."""
    (tmp_path / "lesson.ipynb").write_text("{}")
    with (tmp_path / "lesson.ipynb").open("rb") as file:
        blob = blobs.put(file, 100)
    file = {"path": "lessons/1.ipynb", "sha256": blob.sha256, "size": blob.size}
    values = {"title": "One", "summary": "", "language": "en", "licence": "", "unit": "", "position": 0}
    values |= {"size": blob.size, "outline": [], "text": "one", "files": [file], "sha256": blob.sha256}
    with school.write() as session:
        columns = set(store.ResourceRow.__table__.columns.keys())
        row, _ = store.put_resource(
            session, "art", "lessons/1.ipynb", {key: value for key, value in values.items() if key in columns}
        )
        session.flush()
        return row.id


async def test_open_twice_keeps_my_work(jp_fetch, jp_serverapp, jp_root_dir, app, resource):
    client = ServiceClient(f"http://service{PREFIX}", "token-amy", httpx.ASGITransport(app=app))
    jp_serverapp.web_app.settings["learnspace_client"] = client
    path = ("learnspace", "api", "resources", str(resource), "open")
    opened = json.loads((await jp_fetch(*path, method="POST", body="{}")).body)
    assert opened == {"path": "learning/art/lessons/1.ipynb", "written": ["lessons/1.ipynb"], "kept": []}
    mine = jp_root_dir / "learning/art/lessons/1.ipynb"
    mine.write_text("my work")
    opened = json.loads((await jp_fetch(*path, method="POST", body="{}")).body)
    assert (opened["written"], opened["kept"]) == ([], ["lessons/1.ipynb"])
    assert mine.read_text() == "my work"
