"""``nbgrader list`` and nbgrader's assignment list, in nbgrader's own shapes."""

from __future__ import annotations

from typing import Any

from nbgrader.exchange import abc

from learnspace_assignments.exchange.base import Exchange, notebook_ids, timestamp
from learnspace_assignments.exchange.learner import feedback_folder
from learnspace_assignments.models import Assignment, Submission
from learnspace_assignments.routes import folder_of
from learnspace_core.client import ServiceClient
from learnspace_core.errors import LearnspaceError
from learnspace_core.homefiles import has_folder
from learnspace_core.routes import address

Shape = dict[str, Any]


class ExchangeList(Exchange, abc.ExchangeList):
    """Lists what is released, or (``cached`` and ``inbound``) what the person handed in; the service answers both."""

    def copy_files(self) -> None:
        """Listing moves no files."""

    def list_files(self) -> list[Shape]:
        """Return nbgrader's list."""
        found = self.ask(self._assignments)
        if self.inbound or self.cached:
            student = self.ask(lambda client: client.json("GET", "me"))["username"]
            return [self._handed_in(one, student) for one in found if one.submissions]
        return [self._released(one) for one in found]

    def remove_files(self) -> list[Shape]:
        """Take a released assignment back (``nbgrader list --remove``, the formgrader's unrelease)."""
        if self.inbound or self.cached:
            self.fail("What was handed in cannot be removed.")
        self.ask(lambda client: client.request("DELETE", f"{self.there}/release"))
        course, name = self.names()
        return [{"course_id": course, "assignment_id": name, "status": "removed", "path": "", "notebooks": []}]

    async def _assignments(self, client: ServiceClient) -> list[Assignment]:
        course, name = self.coursedir.course_id, self.coursedir.assignment_id
        found = [Assignment.model_validate(one) for one in await client.json("GET", "assignments")]
        seen = {(one.course, one.name) for one in found}
        for taught in await client.json("GET", "teach"):
            if (taught["course"], taught["name"]) in seen or (course and taught["course"] != course):
                continue
            try:
                one = await client.json("GET", address("assignments", taught["course"], taught["name"]))
            except LearnspaceError as error:
                if error.code != "not_found":
                    raise
                continue  # not released
            found.append(Assignment.model_validate(one))
        return [one for one in found if course in ("", "*", one.course) and name in ("", "*", one.name)]

    def _released(self, one: Assignment) -> Shape:
        folder = folder_of(one.course, one.name)
        path = self.home / folder
        return {
            "course_id": one.course,
            "assignment_id": one.name,
            "status": "fetched" if has_folder(self.home, folder) else "released",
            "path": str(path),
            "notebooks": [{"notebook_id": n, "path": str(path / f"{n}.ipynb")} for n in notebook_ids(one.files)],
        }

    def _handed_in(self, one: Assignment, student: str) -> Shape:
        common = {"course_id": one.course, "student_id": student, "assignment_id": one.name, "status": "submitted"}
        oldest_first = reversed(one.submissions)
        return {**common, "submissions": [{**common, **self._submission(one, each)} for each in oldest_first]}

    def _submission(self, one: Assignment, submission: Submission) -> Shape:
        path = self.home / folder_of(one.course, one.name)
        folder = self.home / feedback_folder(one.course, one.name, submission)
        returned = submission.feedback
        notebooks = []
        for name in notebook_ids(submission.files):
            local = folder / f"{name}.html"
            notebooks.append(
                {
                    "notebook_id": name,
                    "path": str(path / f"{name}.ipynb"),
                    "has_local_feedback": local.is_file(),
                    "has_exchange_feedback": returned,
                    "local_feedback_path": str(local) if local.is_file() else None,
                    "feedback_updated": False,
                }
            )
        fetched = bool(notebooks) and all(notebook["has_local_feedback"] for notebook in notebooks)
        return {
            "timestamp": timestamp(submission.received_at),
            "path": str(path),
            "notebooks": notebooks,
            "has_local_feedback": fetched,
            "has_exchange_feedback": returned,
            "feedback_updated": False,
            "local_feedback_path": str(folder) if fetched else None,
        }
