"""HTTP in the learner's own server: previews an update of an assignment, makes it, undoes it."""

from __future__ import annotations

import asyncio
from typing import Any

from pydantic import ValidationError
from tornado.web import authenticated

from learnspace_assignments.models import Assignment, UpdateChoices
from learnspace_assignments.space.handing_in import folder_of
from learnspace_assignments.space.undobox import UndoBox
from learnspace_assignments.space.updates import Update, undo, work_out
from learnspace_core.errors import LearnspaceError
from learnspace_core.routes import SEGMENT, LearnspaceHandler, Rows, address


class UpdateBase(LearnspaceHandler):
    """What the verbs of an update share."""

    def alone(self, course: str, name: str) -> asyncio.Lock:
        """Return the lock under which one update at a time is made to an assignment."""
        locks: dict[tuple[str, str], asyncio.Lock] = self.settings.setdefault("learnspace_updates", {})
        return locks.setdefault((course, name), asyncio.Lock())

    def box(self, course: str, name: str) -> UndoBox:
        """Return what keeps the replaced files of an assignment."""
        folder_of(course, name)
        return UndoBox(self.home, course, name)

    async def offered(self, course: str, name: str) -> tuple[Assignment, Update]:
        """Ask what is offered and work it out.

        Raises:
            LearnspaceError: ``no_update``.
        """
        there = address("assignments", course, name)
        one = Assignment.model_validate(await self.client.json("GET", there))
        if one.update is None:
            raise LearnspaceError("no_update", "There is no update of this assignment now. You have the newest.", 409)
        numbers = one.fetched_version, one.update.number
        folder = folder_of(course, name)
        return one, await work_out(self.client, self.home, folder, there, self.box(course, name), numbers)

    async def note_version(self, course: str, name: str, number: int) -> None:
        """Tell the service which version stands in the home now."""
        await self.client.request("PUT", f"{address('assignments', course, name)}/versions/{number}/fetched")


class UpdateHandler(UpdateBase):
    """Previews and makes an update."""

    @authenticated
    async def get(self, course: str, name: str) -> None:
        """Answer with what the update would do to each file and cell."""
        one, update = await self.offered(course, name)
        preview = await asyncio.to_thread(update.preview, one.update.note if one.update else "")
        self.answer(preview.model_dump(mode="json"))

    @authenticated
    async def post(self, course: str, name: str) -> None:
        """Make the update as chosen and note the version."""
        chosen = _choices(self.get_json_body())
        async with self.alone(course, name):
            _, update = await self.offered(course, name)
            done = await asyncio.to_thread(update.apply, chosen)
            await self.note_version(course, name, done.version)
        self.answer(done.model_dump(mode="json"))


class UndoHandler(UpdateBase):
    """Undoes the last update."""

    @authenticated
    async def post(self, course: str, name: str) -> None:
        """Put back the bytes that the last update replaced, and note the version that they belong to."""
        box = self.box(course, name)
        async with self.alone(course, name):
            entry = await asyncio.to_thread(box.newest)
            if entry is None:
                raise LearnspaceError("nothing_to_undo", "There is no update to undo.", 409)
            done = await asyncio.to_thread(undo, self.home, folder_of(course, name), box, entry)
            if entry.from_version:
                await self.note_version(course, name, entry.from_version)
            await asyncio.to_thread(box.remove, entry)
        self.answer(done.model_dump(mode="json"))


def _choices(body: Any) -> UpdateChoices:
    try:
        return UpdateChoices.model_validate(body)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise LearnspaceError("bad_request", f"{place or 'body'}: {first['msg']}.", 422) from error


handlers: Rows = [
    (rf"assignments/{SEGMENT}/{SEGMENT}/update", UpdateHandler, {}),
    (rf"assignments/{SEGMENT}/{SEGMENT}/update/undo", UndoHandler, {}),
]
