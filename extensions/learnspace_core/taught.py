"""The courses whose directories a space has: what is there now, not what was there when it started."""

from __future__ import annotations

import re
from pathlib import Path

COURSES = "courses"
_COURSE = re.compile(r"[a-z0-9][a-z0-9-]{0,98}")


def taught_courses(root: Path) -> list[str]:
    """Return the courses, sorted, that have an nbgrader directory in ``<root>/courses``.

    Nobody gains a right by making such a directory: it is their own, and the platform asks its rosters.
    """
    try:
        names = sorted(path.name for path in (root / COURSES).iterdir())
    except OSError:
        return []
    return [name for name in names if _COURSE.fullmatch(name) and has_directory(root, name)]


def has_directory(root: Path, course: str) -> bool:
    """Tell whether the course's directory is there, a link that leads nowhere is not."""
    return (root / COURSES / course / "nbgrader_config.py").is_file()
