"""The learner's commands: fetch an assignment, hand it in, fetch feedback."""

from __future__ import annotations

from hashlib import sha256
from urllib.parse import quote

from nbgrader.exchange import abc

from learnspace_assignments.exchange.base import Exchange, notebook_ids, timestamp
from learnspace_assignments.models import Assignment, Receipt, Submission
from learnspace_assignments.routes import folder_of
from learnspace_core import handin
from learnspace_core.client import ServiceClient
from learnspace_core.homefiles import bring
from learnspace_core.models import FileEntry
from learnspace_core.routes import address, file_address


class ExchangeFetchAssignment(Exchange, abc.ExchangeFetchAssignment):
    """``nbgrader fetch_assignment``: writes the files that are missing, keeps the others."""

    def copy_files(self) -> None:
        """Bring the assignment into the home."""

        async def fetch(client: ServiceClient) -> None:
            assignment = Assignment.model_validate(await client.json("GET", self.there))
            folder = folder_of(*self.names())
            await bring(client, self.home, folder, assignment.files, lambda path: file_address(self.there, path))
            await client.request("POST", f"{self.there}/fetched")

        self.ask(fetch)


class ExchangeSubmit(Exchange, abc.ExchangeSubmit):
    """``nbgrader submit``."""

    def copy_files(self) -> None:
        """Hand in, and compare the receipt with the disk."""

        async def submit(client: ServiceClient) -> Receipt:
            folder = folder_of(*self.names())
            answer = await handin.send(client, "POST", f"{self.there}/submissions", self.home, folder)
            receipt = Receipt.model_validate(answer)
            await handin.compare(self.home, folder, receipt.files)
            return receipt

        receipt = self.ask(submit)
        self.log.info("Submitted as: %s %s %s", receipt.course, receipt.assignment, timestamp(receipt.received_at))


class ExchangeFetchFeedback(Exchange, abc.ExchangeFetchFeedback):
    """``nbgrader fetch_feedback``: returned feedback goes to ``feedback/<time>/<notebook>.html``."""

    def copy_files(self) -> None:
        """Bring the feedback on every returned submission into the home."""

        async def fetch(client: ServiceClient) -> None:
            assignment = Assignment.model_validate(await client.json("GET", self.there))
            for submission in assignment.submissions:
                if submission.feedback:
                    await self._bring(client, submission)

        self.ask(fetch)

    async def _bring(self, client: ServiceClient, submission: Submission) -> None:
        folder = feedback_folder(*self.names(), submission)
        there = address("submissions", submission.id, "feedback")
        for notebook in notebook_ids(submission.files):
            page = (await client.request("GET", f"{there}/{quote(notebook)}.html")).content
            entry = FileEntry(path=f"{notebook}.html", sha256=sha256(page).hexdigest(), size=len(page))
            await bring(client, self.home, folder, [entry], lambda path: f"{there}/{quote(path)}")


def feedback_folder(course: str, name: str, submission: Submission) -> str:
    """Return where the feedback on a submission stands, relative to the home."""
    return f"{folder_of(course, name)}/feedback/{timestamp(submission.received_at).replace(':', '-')}"
