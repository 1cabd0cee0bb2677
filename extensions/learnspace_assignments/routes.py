"""HTTP in the learner's own server: lists assignments with what stands in the home, fetches and hands in."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from tornado.web import authenticated

from learnspace_assignments.models import Assignment, Fetched, LocalAssignment, Receipt
from learnspace_core import handin
from learnspace_core.homefiles import bring, has_folder, list_files
from learnspace_core.routes import SEGMENT, LearnspaceHandler, Rows, address, check_segment, file_address


def folder_of(course: str, name: str) -> str:
    """Return where an assignment stands, relative to the home."""
    return f"assignments/{check_segment(course)}/{check_segment(name)}"


class AssignmentsHandler(LearnspaceHandler):
    """Lists the assignments."""

    @authenticated
    async def get(self) -> None:
        """Answer with the service's assignments, each with what stands in the home."""
        found = await self.client.json("GET", "assignments")
        self.answer(await asyncio.to_thread(_with_local, self.home, found))


class FetchHandler(LearnspaceHandler):
    """Brings an assignment into the home."""

    @authenticated
    async def post(self, course: str, name: str) -> None:
        """Write the files that are missing, keep the others, and say where the assignment stands."""
        folder, there = folder_of(course, name), address("assignments", course, name)
        assignment = Assignment.model_validate(await self.client.json("GET", there))
        brought = await bring(self.client, self.home, folder, assignment.files, lambda path: file_address(there, path))
        await self.client.request("POST", f"{there}/fetched")
        notebooks = sorted(file.path for file in assignment.files if file.path.endswith(".ipynb"))
        notebook = next((path for path in notebooks if "/" not in path), "")
        fetched = Fetched(
            path=folder,
            notebook=f"{folder}/{notebook}" if notebook else "",
            written=brought.written,
            kept=brought.kept,
        )
        self.answer(fetched.model_dump(mode="json"))


class SubmitHandler(LearnspaceHandler):
    """Hands an assignment in."""

    @authenticated
    async def post(self, course: str, name: str) -> None:
        """Send the files, compare the receipt with the disk, and answer with the receipt."""
        folder, there = folder_of(course, name), address("assignments", course, name, "submissions")
        receipt = Receipt.model_validate(await handin.send(self.client, "POST", there, self.home, folder))
        await handin.compare(self.home, folder, receipt.files)
        self.answer(receipt.model_dump(mode="json"))


def _with_local(home: Path, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [_local(home, assignment).model_dump(mode="json") for assignment in found]


def _local(home: Path, assignment: dict[str, Any]) -> LocalAssignment:
    folder = folder_of(assignment["course"], assignment["name"])
    there = has_folder(home, folder)
    files = list_files(home, folder) if there else []
    return LocalAssignment.model_validate({**assignment, "local_path": folder if there else "", "local_files": files})


handlers: Rows = [
    (r"assignments", AssignmentsHandler, {}),
    (rf"assignments/{SEGMENT}/{SEGMENT}/fetch", FetchHandler, {}),
    (rf"assignments/{SEGMENT}/{SEGMENT}/submit", SubmitHandler, {}),
]
