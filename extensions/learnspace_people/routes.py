"""HTTP in the learner's own server: the courses one teaches, with what this space has of them."""

from __future__ import annotations

import asyncio
import os

from tornado.web import authenticated

from learnspace_core.routes import LearnspaceHandler, Rows
from learnspace_core.taught import has_directory
from learnspace_people.models import TeachingCourses


class TeachingCoursesHandler(LearnspaceHandler):
    """Lists the courses one teaches."""

    @authenticated
    async def get(self) -> None:
        """Answer with the service's courses, each with ``here``: can one work with its folder in this space?"""
        found = TeachingCourses.model_validate(await self.client.json("GET", "teach/courses"))
        # nbgrader's tools for teachers are loaded when a space starts for somebody who teaches.
        prepared = os.environ.get("LEARNSPACE_ROLE") == "teacher"
        here = {
            course.id: prepared and await asyncio.to_thread(has_directory, self.home, course.id)
            for course in found.courses
        }
        answer = found.model_dump(mode="json")
        for course in answer["courses"]:
            course["here"] = here[course["id"]]
        self.answer(answer)


handlers: Rows = [(r"teach/courses", TeachingCoursesHandler, {})]
