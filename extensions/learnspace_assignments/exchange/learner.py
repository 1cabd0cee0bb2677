"""The learner's commands: fetch an assignment, hand it in, fetch feedback."""

from __future__ import annotations

import asyncio
from pathlib import PurePosixPath
from urllib.parse import quote

from nbgrader.exchange import abc
from nbgrader.utils import ignore_patterns
from traitlets import Bool

from learnspace_assignments.exchange.base import Exchange, feedback_folder, timestamp
from learnspace_assignments.models import Assignment, Receipt, Submission
from learnspace_core import handin
from learnspace_core.client import ServiceClient
from learnspace_core.errors import LearnspaceError
from learnspace_core.homefiles import bring, collect, has_folder, sha256_of
from learnspace_core.models import FileEntry
from learnspace_core.routes import address, file_address


class ExchangeFetchAssignment(Exchange, abc.ExchangeFetchAssignment):
    """``nbgrader fetch_assignment``: writes the files that are missing, keeps the others."""

    def copy_files(self) -> None:
        """Bring the assignment into the home; once it is there, only ``--replace`` brings missing files again."""
        folder, there = self.folder(*self.names()), self.there
        if has_folder(self.home, folder) and not self.replace_missing_files:
            self.fail(f"You already have a copy of the assignment in {folder}. Add --replace for missing files.")

        async def fetch(client: ServiceClient) -> None:
            assignment = Assignment.model_validate(await client.json("GET", there))
            await bring(client, self.home, folder, assignment.files, lambda path: file_address(there, path))
            await client.request("POST", f"{there}/fetched")

        self.ask(fetch)
        self.log.info("Fetched as: %s %s", *self.names())


class ExchangeSubmit(Exchange, abc.ExchangeSubmit):
    """``nbgrader submit``: what ``CourseDirectory`` ignores, does not include or finds too large stays at home."""

    add_random_string = Bool(True, help="Not used: every submission has an id of its own.").tag(config=True)

    def copy_files(self) -> None:
        """Hand in, and compare the receipt with the disk.

        Raises:
            ExchangeError: also if ``--strict`` is given and a notebook of the assignment is missing.
        """
        folder, there = self.folder(*self.names()), self.there
        if self.coursedir.student_id not in ("", "*"):
            self.log.warning("--student changes nothing: the platform knows you from your sign-in.")

        async def submit(client: ServiceClient) -> Receipt | None:
            assignment = Assignment.model_validate(await client.json("GET", there))
            sent = await asyncio.to_thread(self._belonging, folder)
            if not self._is_complete(assignment, sent):
                return None
            files = [(path, f"{folder}/{path}") for path in sent]
            answer = await handin.send_files(client, "POST", f"{there}/submissions", self.home, files)
            return Receipt.model_validate(answer)

        if not has_folder(self.home, folder):
            self.fail(f"There is no folder {self.home / folder}. Fetch the assignment first.")
        receipt = self.ask(submit)
        if receipt is None:
            self.fail(f"Assignment {self.names()[1]} not submitted. There are missing notebooks for the submission.")
            return
        changed = [file.path for file in receipt.files if self._differs(f"{folder}/{file.path}", file.sha256)]
        if changed:
            self.fail(f"{', '.join(changed[:5])} changed while it was handed in. Hand in once more.")
        self.log.info("Submitted as: %s %s %s", receipt.course, receipt.assignment, timestamp(receipt.received_at))

    def _belonging(self, folder: str) -> list[str]:
        """Return the files to hand in as nbgrader chooses them."""
        course = self.coursedir
        ignore = ignore_patterns(course.ignore, course.include, course.max_file_size, log=self.log)
        place = self.home / folder

        def is_left_out(path: str) -> bool:
            steps = [PurePosixPath(path), *PurePosixPath(path).parents][:-1]
            return any(ignore(str(place / step.parent), [step.name]) for step in steps)

        files = [path for path in collect(self.home, folder) if not is_left_out(path)]
        size = sum((place / path).stat().st_size for path in files)
        if size > 1000 * course.max_dir_size:
            raise LearnspaceError(
                "too_large", f"The files have {size} bytes, more than CourseDirectory.max_dir_size allows. Remove some."
            )
        return files

    def _is_complete(self, assignment: Assignment, sent: list[str]) -> bool:
        expected = {file.path for file in assignment.files if file.path.endswith(".ipynb")}
        there = {path for path in sent if path.endswith(".ipynb")}
        if expected != there:
            words = [f"{path}: {'FOUND' if path in there else 'MISSING'}" for path in sorted(expected)]
            words += [f"{path}: EXTRA" for path in sorted(there - expected)]
            self.log.warning(
                "Possible missing notebooks and/or extra notebooks submitted for assignment %s:\n\t%s",
                assignment.name,
                "\n\t".join(words),
            )
        return not (self.strict and expected - there)

    def _differs(self, place: str, sha256: str) -> bool:
        try:
            return sha256_of(self.home, place) != sha256
        except OSError:
            return True


class ExchangeFetchFeedback(Exchange, abc.ExchangeFetchFeedback):
    """``nbgrader fetch_feedback``: returned feedback goes to ``feedback/<time>/<notebook>.html``."""

    def copy_files(self) -> None:
        """Bring the feedback on every returned submission into the home; a page that is newer replaces the older."""
        folder, there = self.folder(*self.names()), self.there

        async def fetch(client: ServiceClient) -> int:
            assignment = Assignment.model_validate(await client.json("GET", there))
            returned = [one for one in assignment.submissions if one.pages]
            for submission in returned:
                await self._bring(client, folder, submission)
            return len(returned)

        if not self.ask(fetch):
            self.log.warning("There is no feedback yet on %s %s.", *self.names())

    async def _bring(self, client: ServiceClient, folder: str, submission: Submission) -> None:
        place = feedback_folder(folder, submission.received_at)
        there = address("submissions", submission.id, "feedback")
        for notebook, sha256 in sorted(submission.pages.items()):
            entry = FileEntry(path=f"{notebook}.html", sha256=sha256, size=0)
            if self.feedback_is_there(place, notebook, sha256):
                continue
            await bring(client, self.home, place, [entry], lambda path: f"{there}/{quote(path)}", replace=True)
            self.log.info("Fetched feedback: %s", self.home / place / entry.path)

    def feedback_is_there(self, place: str, notebook: str, sha256: str) -> bool:
        """Tell whether this page stands in the home as it was returned."""
        try:
            return sha256_of(self.home, f"{place}/{notebook}.html") == sha256
        except OSError:
            return False
