"""The teacher's commands: release an assignment, collect what was handed in, return feedback."""

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.exchange import abc

from learnspace_assignments.exchange.base import Exchange, timestamp
from learnspace_core import handin
from learnspace_core.client import ServiceClient
from learnspace_core.errors import LearnspaceError
from learnspace_core.homefiles import bring
from learnspace_core.models import FileEntry, Job
from learnspace_core.routes import address, check_segment, file_address

POLL_SECONDS = 0.2


class ExchangeReleaseAssignment(Exchange, abc.ExchangeReleaseAssignment):
    """``nbgrader release_assignment``; ``--force`` releases a new version of what is released already."""

    def copy_files(self) -> None:
        """Send the release directory of the assignment."""
        course, name = self.names()
        source = Path(self.coursedir.format_path(self.coursedir.release_directory, ".", name)).resolve()
        if not source.is_dir():
            self.fail(f"There is no directory {source}. Run `nbgrader generate_assignment {name}` first.")

        async def release(client: ServiceClient) -> bool:
            if not self.force and await _is_released(client, self.there):
                return False
            await handin.send(client, "PUT", f"{self.there}/release", source.parent, source.name)
            return True

        if not self.ask(release):
            self.fail(f"Destination already exists, add --force to overwrite: {course} {name}")
        self.log.info("Released as: %s %s", course, name)


class ExchangeCollect(Exchange, abc.ExchangeCollect):
    """``nbgrader collect``: the newest submission of each learner goes into ``submitted/``.

    With ``--before-duedate`` it is the newest that came in time as the platform sees it, with every learner's own
    due time; a learner who has none such is collected as late as they are.
    """

    def copy_files(self) -> None:
        """Bring what is new."""
        course, name = self.names()
        wanted = self.coursedir.student_id

        async def collect(client: ServiceClient) -> int:
            found = await client.json("GET", f"{self.taught}/submissions?every=true")
            chosen = [one for one in self._choose(found).values() if wanted in ("", "*", one["student"])]
            for one in chosen:
                await self._collect(client, one)
            return len(chosen)

        count = self.ask(collect)
        if count:
            self.log.info("Processed %s submissions of '%s' for course '%s'", count, name, course)
        else:
            self.log.warning("No submissions of '%s' for course '%s' to collect", name, course)

    def _choose(self, found: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """Return student to the one submission to collect; ``found`` is ordered by time."""
        newest = {one["student"]: one for one in found}
        if not self.before_duedate:
            return newest
        due = self._gradebooks_due_date()
        in_time = [one for one in found if not one["late"] and (due is None or _naive_utc(one) <= due)]
        return newest | {one["student"]: one for one in in_time}

    def _gradebooks_due_date(self) -> datetime | None:
        """Return the due date that was set by nbgrader's own means, if any."""
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as book:
            try:
                due: datetime | None = book.find_assignment(self.names()[1]).duedate
            except MissingEntry:
                return None
        return due

    async def _collect(self, client: ServiceClient, one: dict[str, Any]) -> None:
        student, received = check_segment(one["student"]), datetime.fromisoformat(one["received_at"])
        target = self._target(student)
        there_already = target.is_dir()
        if there_already and not self._replaces(target, _naive_utc(one)):
            words = (
                "No newer submission to collect" if self.update else "Submission already exists, use --update to update"
            )
            self.log.info("%s: %s %s", words, student, target.name)
            return
        # A draft beside it, never the submission in place: half of it is never graded.
        draft = f"draft-{one['id']}"
        target.parent.mkdir(parents=True, exist_ok=True)
        files = [FileEntry.model_validate(file) for file in one["files"]]
        there = address("submissions", one["id"])
        shutil.rmtree(target.parent / draft, ignore_errors=True)
        await bring(client, target.parent, draft, files, lambda file: file_address(there, file))
        (target.parent / draft / "timestamp.txt").write_text(timestamp(received), encoding="utf-8")
        if self.coursedir.groupshared:
            _share(target.parent / draft)
        if there_already:
            shutil.rmtree(target)
        (target.parent / draft).rename(target)
        self.log.info("%s submission: %s %s", "Updating" if there_already else "Collecting", student, target.name)

    def _target(self, student: str) -> Path:
        path = self.coursedir.format_path(self.coursedir.submitted_directory, student, self.names()[1])
        return Path(path).absolute()

    def _replaces(self, target: Path, received: datetime) -> bool:
        existing = self.coursedir.get_existing_timestamp(str(target))
        # Not only a later one: what was handed in before may count again.
        return bool((self.update or self.before_duedate) and existing != received)


class ExchangeReleaseFeedback(Exchange, abc.ExchangeReleaseFeedback):
    """``nbgrader release_feedback``: the platform makes the feedback from the gradebook and returns it with the marks.

    What ``generate_feedback`` wrote is not sent: it quotes the hidden tests.
    """

    def copy_files(self) -> None:
        """Ask for the return, of one learner or of all, and wait until it is done."""
        student = self.coursedir.student_id
        excluded = {name.strip() for name in self.coursedir.student_id_exclude.split(",") if name.strip()}

        async def give_back(client: ServiceClient) -> Job:
            usernames = None
            if student not in ("", "*") or excluded:
                found = await client.json("GET", f"{self.taught}/submissions")
                usernames = [
                    one["username"]
                    for one in found
                    if student in ("", "*", one["student"], one["username"])
                    and not excluded & {one["student"], one["username"]}
                ]
            if usernames == []:
                raise LearnspaceError("not_found", f"Nobody of that name handed {self.names()[1]} in.", 404)
            body = {"usernames": usernames}
            job = Job.model_validate(await client.json("POST", f"{self.taught}/return", json=body))
            while job.state in ("waiting", "running"):
                await asyncio.sleep(POLL_SECONDS)
                job = Job.model_validate(await client.json("GET", address("jobs", job.id)))
            return job

        job = self.ask(give_back)
        if job.state != "done":
            self.fail(job.message or "The feedback was not released. Try again.")
        self.log.info("Feedback released: %s %s (%s)", *self.names(), job.total)


async def _is_released(client: ServiceClient, there: str) -> bool:
    try:
        await client.json("GET", there)
    except LearnspaceError as error:
        if error.status != 404:
            raise
        return False
    return True


def _naive_utc(one: dict[str, Any]) -> datetime:
    """Return when a submission was received as nbgrader keeps times: UTC without saying so."""
    return datetime.fromisoformat(one["received_at"]).astimezone(UTC).replace(tzinfo=None)


def _share(folder: Path) -> None:
    """Let the course's other teachers and the grader change what was collected, as ``groupshared`` says."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode | (0o2770 if path.is_dir() else 0o660))
