"""nbgrader's formgrader in a teacher's space: one course at a time, safe to change courses in, and safe to look at."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from nbgrader.server_extensions.formgrader import formgrader, handlers
from tornado.web import HTTPError, authenticated

from learnspace_assignments.exporter import SafeExporter
from learnspace_core.taught import COURSES, taught_courses

SUBMISSION = re.compile(r"[0-9a-f]{1,64}")


class CourseHandler(handlers.FormgraderHandler):
    """Opens a course by ``?path=courses/<course>``, at a submission if ``&submission=<nbgrader's id>`` names one.

    nbgrader 0.9.6 keeps the gradebook of the course that was opened first: marks would land in the wrong course.
    """

    @authenticated
    def get(self) -> None:
        """Change to the course, which must be one of the teacher's, and let go of the other's gradebook."""
        path = self.get_argument("path", "")
        root = Path(self.settings["server_root_dir"]).expanduser()
        taught = {f"{COURSES}/{course}" for course in taught_courses(root)}
        if path and path not in taught:
            raise HTTPError(404, "this is no course of yours")
        gradebook = self.settings["nbgrader_gradebook"]
        if gradebook is not None:
            gradebook.close()
            self.settings["nbgrader_gradebook"] = None
        super().get()

    def redirect(self, url: str, *args: Any, **kwargs: Any) -> None:
        """Go to the submission that was asked for instead of the list of assignments."""
        submission = self.get_argument("submission", "")
        if submission and SUBMISSION.fullmatch(submission):
            url = f"{self.base_url}/formgrader/submissions/{submission}/"
        super().redirect(url, *args, **kwargs)


class FilesHandler(handlers.SubmissionFilesHandler):
    """Serves the files beside a submission; a page among them has no origin and runs nothing."""

    def set_extra_headers(self, path: str) -> None:
        """Forbid all that a file could do in the teacher's browser."""
        self.set_header("Content-Security-Policy", "sandbox")
        self.set_header("X-Content-Type-Options", "nosniff")


def load(server: Any) -> None:
    """Mount the formgrader; ours comes first, so that it answers at its address."""
    settings = server.web_app.settings
    server.web_app.add_handlers(".*$", [(rf"{settings['base_url']}formgrader/?", CourseHandler)])
    handlers.default_handlers = [
        (path, FilesHandler if handler is handlers.SubmissionFilesHandler else handler, *options)
        for path, handler, *options in handlers.default_handlers
    ]
    formgrader.load_jupyter_server_extension(server)
    settings["nbgrader_exporter"] = SafeExporter(config=settings["initial_config"])
