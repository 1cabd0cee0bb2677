"""HTTP in the learner's own server: lists assignments with what stands in the home, and fetches them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from tornado.web import authenticated

from learnspace_assignments.models import Assignment, Fetched, LocalAssignment, QueuedHandIn, Version
from learnspace_assignments.space import handing_in, updating
from learnspace_assignments.space.handing_in import delivery_of
from learnspace_assignments.space.handing_in import folder_of as folder_of
from learnspace_assignments.space.undobox import UndoBox
from learnspace_core.homeedits import stands
from learnspace_core.homefiles import bring, has_folder, list_files
from learnspace_core.routes import SEGMENT, LearnspaceHandler, Rows, address, file_address


class AssignmentsHandler(LearnspaceHandler):
    """Lists the assignments."""

    @authenticated
    async def get(self) -> None:
        """Answer with the service's assignments, each with what stands in the home."""
        found = await self.client.json("GET", "assignments")
        queued = await delivery_of(self.settings, self.home).waiting()
        self.answer(await asyncio.to_thread(_with_local, self.home, found, queued))


class FetchHandler(LearnspaceHandler):
    """Brings an assignment into the home."""

    @authenticated
    async def post(self, course: str, name: str) -> None:
        """Write the files that are missing, keep the others, and say where the assignment stands.

        What is missing from an older version is brought in that version: only an update mixes two.
        """
        folder, there = folder_of(course, name), address("assignments", course, name)
        assignment = Assignment.model_validate(await self.client.json("GET", there))
        number, files = assignment.version, assignment.files
        if 0 < assignment.fetched_version < number and await asyncio.to_thread(_has_files, self.home, folder):
            number = assignment.fetched_version
            files = Version.model_validate(await self.client.json("GET", f"{there}/versions/{number}")).files
        version = f"{there}/versions/{number}"
        brought = await bring(self.client, self.home, folder, files, lambda path: file_address(version, path))
        await self.client.request("PUT", f"{version}/fetched")
        notebooks = sorted(file.path for file in files if file.path.endswith(".ipynb"))
        notebook = next((path for path in notebooks if "/" not in path), "")
        fetched = Fetched(
            path=folder,
            notebook=f"{folder}/{notebook}" if notebook else "",
            written=brought.written,
            kept=brought.kept,
        )
        self.answer(fetched.model_dump(mode="json"))


def _with_local(home: Path, found: list[dict[str, Any]], queued: list[QueuedHandIn]) -> list[dict[str, Any]]:
    return [_local(home, assignment, queued).model_dump(mode="json") for assignment in found]


def _local(home: Path, assignment: dict[str, Any], queued: list[QueuedHandIn]) -> LocalAssignment:
    course, name = assignment["course"], assignment["name"]
    folder = folder_of(course, name)
    there = has_folder(home, folder)
    files = list_files(home, folder) if there else []
    waiting = [one for one in queued if (one.course, one.assignment) == (course, name)]
    local = {"local_path": folder if there else "", "local_files": files, "queued": waiting}
    return _with_update(home, LocalAssignment.model_validate({**assignment, **local}))


async def start(settings: dict[str, Any], home: Path) -> None:
    """Take up what an earlier run of this space left in the outbox."""
    await delivery_of(settings, home).start()


def _has_files(home: Path, folder: str) -> bool:
    return bool(list_files(home, folder))


def _with_update(home: Path, one: LocalAssignment) -> LocalAssignment:
    """Say what is missing of the newest version, and which update can be undone."""
    if one.local_path and one.update is None:
        here = {file.path for file in one.local_files}
        absent = [file.path for file in one.files if file.path not in here]
        one.missing = [path for path in absent if not stands(home, f"{one.local_path}/{path}")]
    last = UndoBox(home, one.course, one.name).newest()
    if last is not None and last.to_version == one.fetched_version:
        one.updated = last.updated()
    return one


handlers: Rows = [
    (r"assignments", AssignmentsHandler, {}),
    (rf"assignments/{SEGMENT}/{SEGMENT}/fetch", FetchHandler, {}),
    *handing_in.handlers,
    *updating.handlers,
]
