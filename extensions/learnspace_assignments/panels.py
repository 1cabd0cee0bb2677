"""nbgrader's own panels in JupyterLab: who has them, and the server's side of those that are shown.

They import nbgrader, which costs a space 0.4 s and 36 MB: a learner's space has them only where an operator wants it.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

ASSIGNMENT_LIST = "assignment-list"
SERVER_EXTENSIONS = {
    ASSIGNMENT_LIST: "nbgrader.server_extensions.assignment_list",
    "course-list": "nbgrader.server_extensions.course_list",
    "validate-assignment": "nbgrader.server_extensions.validate_assignment",
}
"""Panel to the server extension that it asks. That of the formgrader is always there for teachers."""
LEARNERS = (ASSIGNMENT_LIST, "validate-assignment", "menu")
TEACHERS = (*LEARNERS, "course-list", "create-assignment", "formgrader")


def shown_panels(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the panels of nbgrader that this space shows, as ``spaces.nbgrader_panels`` has it."""
    who = environment.get("LEARNSPACE_NBGRADER_PANELS", "teachers")
    if environment.get("LEARNSPACE_ROLE") == "teacher":
        return () if who == "off" else TEACHERS
    return LEARNERS if who == "everyone" else ()


def plugin(panel: str) -> str:
    """Return the id of the panel's plugin in JupyterLab."""
    return f"@jupyter/nbgrader:{panel}"


def load(server: Any, panels: tuple[str, ...]) -> None:
    """Mount what the panels ask."""
    for panel in panels:
        if panel in SERVER_EXTENSIONS:
            import_module(SERVER_EXTENSIONS[panel])._load_jupyter_server_extension(server)
