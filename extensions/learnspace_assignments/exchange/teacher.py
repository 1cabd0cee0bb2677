"""The teacher's commands: release an assignment, collect what was handed in, return feedback."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbgrader.exchange import abc

from learnspace_assignments.exchange.base import Exchange, timestamp
from learnspace_core import handin
from learnspace_core.client import ServiceClient
from learnspace_core.homefiles import bring
from learnspace_core.models import FileEntry
from learnspace_core.routes import address, check_segment, file_address


class ExchangeReleaseAssignment(Exchange, abc.ExchangeReleaseAssignment):
    """``nbgrader release_assignment``: releasing once more releases a new version."""

    def copy_files(self) -> None:
        """Send the release directory of the assignment."""
        name = self.names()[1]
        source = Path(self.coursedir.format_path(self.coursedir.release_directory, ".", name)).resolve()
        self.ask(lambda client: handin.send(client, "PUT", f"{self.there}/release", source.parent, source.name))
        self.log.info("Released as: %s %s", *self.names())


class ExchangeCollect(Exchange, abc.ExchangeCollect):
    """``nbgrader collect``: the newest submission of each learner goes into ``submitted/``."""

    def copy_files(self) -> None:
        """Bring what is new."""

        async def collect(client: ServiceClient) -> None:
            for one in await client.json("GET", f"{self.taught}/submissions"):
                await self._collect(client, one)

        self.ask(collect)

    async def _collect(self, client: ServiceClient, one: dict[str, Any]) -> None:
        student, received = check_segment(one["student"]), datetime.fromisoformat(one["received_at"])
        if self.coursedir.student_id not in ("", "*", student):
            return
        target = self._target(student)
        if target.is_dir() and not self._is_newer(target, received):
            self.log.info("No newer submission to collect, or --update is missing: %s %s", student, target.name)
            return
        # A draft beside it, never the submission in place: half of it is never graded.
        draft = f"draft-{one['id']}"
        target.parent.mkdir(parents=True, exist_ok=True)
        files = [FileEntry.model_validate(file) for file in one["files"]]
        there = address("submissions", one["id"])
        shutil.rmtree(target.parent / draft, ignore_errors=True)
        await bring(client, target.parent, draft, files, lambda file: file_address(there, file))
        (target.parent / draft / "timestamp.txt").write_text(timestamp(received), encoding="utf-8")
        if target.is_dir():
            shutil.rmtree(target)
        (target.parent / draft).rename(target)
        self.log.info("Collecting submission: %s %s", student, target.name)

    def _target(self, student: str) -> Path:
        path = self.coursedir.format_path(self.coursedir.submitted_directory, student, self.names()[1])
        return Path(path).absolute()

    def _is_newer(self, target: Path, received: datetime) -> bool:
        existing = self.coursedir.get_existing_timestamp(str(target))
        return bool(self.update) and (existing is None or received.astimezone(UTC).replace(tzinfo=None) > existing)


class ExchangeReleaseFeedback(Exchange, abc.ExchangeReleaseFeedback):
    """``nbgrader release_feedback``: the platform makes the feedback and returns it with the marks."""

    def copy_files(self) -> None:
        """Ask for the return, of one learner or of all."""
        student = self.coursedir.student_id
        body = {"usernames": None if student in ("", "*") else [student]}
        self.ask(lambda client: client.request("POST", f"{self.taught}/return", json=body))
