"""``nbgrader list`` and nbgrader's assignment list, in nbgrader's own shapes and words."""

from __future__ import annotations

import json
from typing import Any

from nbgrader.exchange import abc
from traitlets import Bool

from learnspace_assignments.exchange.base import Exchange, feedback_folder, notebook_ids, timestamp
from learnspace_assignments.models import Assignment, Submission
from learnspace_core.client import ServiceClient
from learnspace_core.errors import LearnspaceError
from learnspace_core.homefiles import has_folder, sha256_of
from learnspace_core.routes import address

Shape = dict[str, Any]
Handed = dict[tuple[str, str, str], list[Submission]]
"""Course, student and assignment to what was handed in, oldest first."""


class ExchangeList(Exchange, abc.ExchangeList):
    """Lists what is released, what the person handed in (``cached``), or also what their learners did (``inbound``)."""

    as_json = Bool(False, help="Print the list as JSON.").tag(config=True)

    def copy_files(self) -> None:
        """Listing moves no files."""

    def list_files(self) -> list[Shape]:
        """Return nbgrader's list, and log it as nbgrader does."""
        if self.inbound or self.cached:
            found = [self._handed_in(*key, each) for key, each in self.ask(self._submissions).items()]
            self._tell("Submitted", [self._submitted_words(one) for shape in found for one in shape["submissions"]])
        else:
            found = [self._released(one) for one in self.ask(self._assignments)]
            self._tell("Released", [_released_words(shape) for shape in found])
        if self.as_json:
            print(json.dumps(found, indent=2))  # noqa: T201 - what --json asks for
        return found

    def remove_files(self) -> list[Shape]:
        """Take released assignments back (``nbgrader list --remove``, the formgrader's unrelease)."""
        if self.inbound or self.cached:
            self.fail("What was handed in is kept: nothing was removed.")
        if self.coursedir.course_id and self.coursedir.assignment_id not in ("", "*"):
            removed = [self.names()]
        else:
            found = self.ask(self._assignments)
            removed = [(one.course, one.name) for one in found]

        async def take_back(client: ServiceClient) -> None:
            for names in removed:
                await client.request("DELETE", f"{address('assignments', *names)}/release")

        self.ask(take_back)
        self.log.info("Removing released assignments:")
        for course, name in removed:
            self.log.info("%s %s", course, name)
        return [
            {"course_id": course, "assignment_id": name, "status": "removed", "path": "", "notebooks": []}
            for course, name in removed
        ]

    def _tell(self, kind: str, lines: list[str]) -> None:
        self.log.info("%s assignments:", kind)
        for line in lines:
            self.log.info("%s", line)

    def _is_asked_for(self, course: str, name: str) -> bool:
        asked = (self.coursedir.course_id, self.coursedir.assignment_id)
        return asked[0] in ("", "*", course) and asked[1] in ("", "*", name)

    async def _assignments(self, client: ServiceClient) -> list[Assignment]:
        found = [Assignment.model_validate(one) for one in await client.json("GET", "assignments")]
        seen = {(one.course, one.name) for one in found}
        for taught in await client.json("GET", "teach"):
            names = (taught["course"], taught["name"])
            if names in seen or not self._is_asked_for(*names):
                continue
            try:
                one = await client.json("GET", address("assignments", *names))
            except LearnspaceError as error:
                if error.code != "not_found":
                    raise
                continue  # not released
            found.append(Assignment.model_validate(one))
        found = [one for one in found if self._is_asked_for(one.course, one.name)]
        return sorted(found, key=lambda one: (one.course, one.name))

    async def _submissions(self, client: ServiceClient) -> Handed:
        """Return what was handed in: the person's own, and for ``inbound`` what came in the courses they teach."""
        me = (await client.json("GET", "me"))["username"]
        handed: Handed = {}
        for one in await client.json("GET", "assignments"):
            assignment = Assignment.model_validate(one)
            if self._is_asked_for(assignment.course, assignment.name) and assignment.submissions:
                handed[assignment.course, me, assignment.name] = list(reversed(assignment.submissions))
        own = {one.id for each in handed.values() for one in each}
        for taught in await client.json("GET", "teach") if self.inbound else ():
            names = (taught["course"], taught["name"])
            if not self._is_asked_for(*names):
                continue
            for one in await client.json("GET", f"{address('teach', *names)}/submissions?every=true"):
                if one["id"] not in own:
                    handed.setdefault((names[0], one["student"], names[1]), []).append(Submission.model_validate(one))
        student = self.coursedir.student_id if self.inbound else ""
        return {key: handed[key] for key in sorted(handed) if student in ("", "*", key[1])}

    def _released(self, one: Assignment) -> Shape:
        folder = self.folder(one.course, one.name)
        path = self.home / folder
        return {
            "course_id": one.course,
            "assignment_id": one.name,
            "status": "fetched" if has_folder(self.home, folder) else "released",
            "path": str(path),
            "notebooks": [{"notebook_id": n, "path": str(path / f"{n}.ipynb")} for n in notebook_ids(one.files)],
        }

    def _handed_in(self, course: str, student: str, name: str, submissions: list[Submission]) -> Shape:
        common = {"course_id": course, "student_id": student, "assignment_id": name, "status": "submitted"}
        folder = self.folder(course, name)
        return {**common, "submissions": [{**common, **self._submission(folder, each)} for each in submissions]}

    def _submission(self, folder: str, submission: Submission) -> Shape:
        place = feedback_folder(folder, submission.received_at)
        notebooks = []
        for name in notebook_ids(submission.files):
            page = f"{place}/{name}.html"
            returned = submission.pages.get(name)
            here = self._sha256(page)
            notebooks.append(
                {
                    "notebook_id": name,
                    "path": str(self.home / folder / f"{name}.ipynb"),
                    "has_local_feedback": here is not None,
                    "has_exchange_feedback": returned is not None,
                    "local_feedback_path": str(self.home / page) if here else None,
                    "feedback_updated": bool(here and returned and here != returned),
                }
            )

        def every(key: str) -> bool:
            return bool(notebooks) and all(notebook[key] for notebook in notebooks)

        fetched = every("has_local_feedback")
        return {
            "timestamp": timestamp(submission.received_at),
            "path": str(self.home / folder),
            "notebooks": notebooks,
            "has_local_feedback": fetched,
            "has_exchange_feedback": every("has_exchange_feedback"),
            "feedback_updated": any(notebook["feedback_updated"] for notebook in notebooks),
            "local_feedback_path": str(self.home / place) if fetched else None,
        }

    def _sha256(self, place: str) -> str | None:
        try:
            return sha256_of(self.home, place)
        except (OSError, LearnspaceError):
            return None

    def _submitted_words(self, shape: Shape) -> str:
        state = "no feedback available"
        if shape["has_local_feedback"] and not shape["feedback_updated"]:
            state = "feedback already fetched"
        elif shape["has_exchange_feedback"]:
            state = "feedback ready to be fetched"
        return "{course_id} {student_id} {assignment_id} {timestamp}".format(**shape) + f" ({state})"


def _released_words(shape: Shape) -> str:
    words = f"{shape['course_id']} {shape['assignment_id']}"
    return f"{words} (already downloaded)" if shape["status"] == "fetched" else words
