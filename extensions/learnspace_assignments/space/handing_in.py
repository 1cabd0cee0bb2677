"""HTTP in the learner's own server for handing in: look first, send, what waits, receipts, older versions."""

from __future__ import annotations

import asyncio
import json
from collections.abc import MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tornado.web import authenticated

from learnspace_assignments.limits import check_limits
from learnspace_assignments.models import Assignment, BroughtBack, HandIn, Receipt, Submission, Warned
from learnspace_assignments.space import receiptfiles
from learnspace_assignments.space.delivery import Delivery
from learnspace_core import handin
from learnspace_core.errors import LearnspaceError, NotFound
from learnspace_core.homefiles import BROUGHT_BACK, bring, collect, list_files, open_file
from learnspace_core.models import FileEntry
from learnspace_core.routes import SEGMENT, LearnspaceHandler, Rows, address, check_segment, client_of, file_address
from learnspace_core.settings import Uploads

LIMITS_SECONDS = 2
"""How long the service is asked for its limits; on a bad line the learner must not wait for them."""
LARGEST_LOOK = 20_000_000
"""Bytes of a notebook that is looked into before it is handed in."""


def folder_of(course: str, name: str) -> str:
    """Return where an assignment stands, relative to the home."""
    return f"assignments/{check_segment(course)}/{check_segment(name)}"


def delivery_of(settings: MutableMapping[str, Any], home: Path) -> Delivery:
    """Return the one delivery of this server."""
    if "learnspace_delivery" not in settings:

        def note_activity() -> None:
            settings["last_activity_times"]["learnspace_outbox"] = datetime.now(UTC)

        settings["learnspace_delivery"] = Delivery(home, lambda: client_of(settings), note_activity)
    delivery: Delivery = settings["learnspace_delivery"]
    return delivery


class HandInHandler(LearnspaceHandler):
    """What every handler here needs."""

    @property
    def delivery(self) -> Delivery:
        """What delivers the hand-ins of this space."""
        return delivery_of(self.settings, self.home)


class SubmitHandler(HandInHandler):
    """Hands an assignment in."""

    @authenticated
    async def get(self, course: str, name: str) -> None:
        """Say what would be sent now, or why the service would refuse it."""
        folder = folder_of(course, name)
        files, warnings = await asyncio.to_thread(_look, self.home, folder)
        if limits := await self._limits():
            check_limits(files, limits)
        found = HandIn(files=files, size=sum(file.size for file in files), warnings=warnings)
        self.answer(found.model_dump(mode="json"))

    @authenticated
    async def post(self, course: str, name: str) -> None:
        """Answer with the receipt (200), or with how the hand-in waits (202)."""
        folder = folder_of(course, name)
        sent = await self.delivery.hand_in(course, name, folder)
        if isinstance(sent, Receipt):
            await handin.compare(self.home, folder, sent.files)
        self.answer(sent.model_dump(mode="json"), 200 if isinstance(sent, Receipt) else 202)

    async def _limits(self) -> Uploads | None:
        """Return the service's limits; while it is out of reach the last known ones, or none."""
        try:
            async with asyncio.timeout(LIMITS_SECONDS):
                self.settings["learnspace_limits"] = Uploads.model_validate(await self.client.json("GET", "limits"))
        except TimeoutError:
            pass
        except LearnspaceError as error:
            if error.status < 500:
                raise
        limits: Uploads | None = self.settings.get("learnspace_limits")
        return limits


class PracticeHandler(LearnspaceHandler):
    """Has the folder checked by the grader, without handing it in."""

    @authenticated
    async def post(self, course: str, name: str) -> None:
        """Answer with how often one may still check, and the check that is under way (202)."""
        there = address("assignments", course, name, "practice")
        self.answer(await handin.send(self.client, "POST", there, self.home, folder_of(course, name)), 202)

    @authenticated
    async def get(self, course: str, name: str) -> None:
        """Answer with how often one may still check, and what the newest check found."""
        self.answer(await self.client.json("GET", address("assignments", course, name, "practice")))


class OutboxHandler(HandInHandler):
    """Lists what has not arrived; asks nobody but the home."""

    @authenticated
    async def get(self) -> None:
        """Answer with what waits, oldest first."""
        self.answer([one.model_dump(mode="json") for one in await self.delivery.waiting()])


class WithdrawHandler(HandInHandler):
    """Takes a hand-in back that has not arrived."""

    @authenticated
    async def post(self, entry: str) -> None:
        """Answer with what still waits."""
        await self.delivery.withdraw(entry)
        self.answer([one.model_dump(mode="json") for one in await self.delivery.waiting()])


class TryHandler(HandInHandler):
    """Tries a hand-in that waits, or was refused, at once."""

    @authenticated
    async def post(self, entry: str) -> None:
        """Answer with the receipt (200), or with how it waits now (202)."""
        sent = await self.delivery.try_now(entry)
        self.answer(sent.model_dump(mode="json"), 200 if isinstance(sent, Receipt) else 202)


class ReceiptHandler(LearnspaceHandler):
    """Gives a receipt out again."""

    @authenticated
    async def get(self, submission: str) -> None:
        """Answer with the receipt, and keep it in the home if it is not there."""
        there = address("submissions", check_segment(submission), "receipt")
        receipt = Receipt.model_validate(await self.client.json("GET", there))
        await asyncio.to_thread(receiptfiles.keep, self.home, receipt)
        self.answer(receipt.model_dump(mode="json"))


class BringBackHandler(LearnspaceHandler):
    """Brings what was handed in before back into the home, beside the current files."""

    @authenticated
    async def post(self, course: str, name: str, submission_id: str) -> None:
        """Write the files that are missing in a folder of their own, and say where it is."""
        there = address("assignments", course, name)
        assignment = Assignment.model_validate(await self.client.json("GET", there))
        submission = next((one for one in assignment.submissions if one.id == submission_id), None)
        if submission is None:
            raise NotFound("The submission")
        folder = f"{folder_of(course, name)}/{brought_back_to(submission)}"
        source = address("submissions", submission.id)
        brought = await bring(self.client, self.home, folder, submission.files, lambda path: file_address(source, path))
        notebook = next((file.path for file in submission.files if file.path.endswith(".ipynb")), "")
        back = BroughtBack(
            path=folder,
            notebook=f"{folder}/{notebook}" if notebook else "",
            written=brought.written,
            kept=brought.kept,
        )
        self.answer(back.model_dump(mode="json"))


def brought_back_to(submission: Submission) -> str:
    """Return the name of the folder in which a version stands; it is told apart from others of the same second."""
    return f"{BROUGHT_BACK}{submission.received_at:%Y-%m-%d %H.%M.%S} {submission.digest[:8]}"


def _look(home: Path, folder: str) -> tuple[list[FileEntry], list[Warned]]:
    try:
        paths = set(collect(home, folder))
    except FileNotFoundError as error:
        raise LearnspaceError(
            "not_fetched", f"There is no folder {folder} in your space. Fetch it first.", 409
        ) from error
    files = [file for file in list_files(home, folder) if file.path in paths]
    notebooks = [file for file in files if file.path.endswith(".ipynb") and file.size <= LARGEST_LOOK]
    codes = [(file.path, _fault_of(home, f"{folder}/{file.path}")) for file in notebooks]
    return files, [Warned(path=path, code=code) for path, code in codes if code]


def _fault_of(home: Path, place: str) -> str | None:
    """Return why nobody could grade a notebook as it is, if so; it may be handed in all the same."""
    try:
        with open_file(home, place) as file:
            notebook = json.load(file)
        version = int(notebook["nbformat"])
        if version == 4 and not isinstance(notebook["cells"], list):
            return "not_a_notebook"
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return "not_a_notebook"
    return None if version == 4 else "old_notebook" if version < 4 else "new_notebook"


handlers: Rows = [
    (rf"assignments/{SEGMENT}/{SEGMENT}/submit", SubmitHandler, {}),
    (rf"assignments/{SEGMENT}/{SEGMENT}/practice", PracticeHandler, {}),
    (rf"assignments/{SEGMENT}/{SEGMENT}/submissions/{SEGMENT}/bring-back", BringBackHandler, {}),
    (r"outbox", OutboxHandler, {}),
    (rf"outbox/{SEGMENT}/withdraw", WithdrawHandler, {}),
    (rf"outbox/{SEGMENT}/try", TryHandler, {}),
    (rf"submissions/{SEGMENT}/receipt", ReceiptHandler, {}),
]
