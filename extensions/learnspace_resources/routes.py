"""HTTP in the learner's own server: opens a resource, which brings its files into the home."""

from __future__ import annotations

from tornado.web import authenticated

from learnspace_core.homefiles import bring
from learnspace_core.routes import LearnspaceHandler, Rows, address, check_segment, file_address
from learnspace_resources.models import OpenedResource, ResourceDetail


class OpenHandler(LearnspaceHandler):
    """Brings a resource into ``learning/<course>``."""

    @authenticated
    async def post(self, resource_id: str) -> None:
        """Write the files that are missing, keep the others, and say where the resource stands."""
        there = address("resources", resource_id)
        detail = ResourceDetail.model_validate(await self.client.json("GET", there))
        folder = f"learning/{check_segment(detail.course)}"
        brought = await bring(self.client, self.home, folder, detail.files, lambda path: file_address(there, path))
        await self.client.request("POST", f"{there}/opened")
        opened = OpenedResource(path=f"{folder}/{detail.path}", written=brought.written, kept=brought.kept)
        self.answer(opened.model_dump(mode="json"))


handlers: Rows = [(r"resources/(\d+)/open", OpenHandler, {})]
