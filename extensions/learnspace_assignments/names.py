"""Names of assignments: each is a folder in the course, in its learners' homes and in nbgrader's own directories."""

from __future__ import annotations

from collections.abc import Iterable

from learnspace_core.errors import LearnspaceError
from learnspace_core.paths import alike, fault

LONGEST_NAME = 100
"""Characters."""
_ADDRESSES = ("accommodations",)
"""Words that stand in the service's addresses where an assignment's name does."""


def check_name(name: str) -> str:
    """Return the name if an assignment may have it.

    Raises:
        LearnspaceError: ``bad_path``, saying what is wrong with it.
    """
    reason = fault(name)
    if "/" in name:
        reason = "it has a slash"
    elif len(name) > LONGEST_NAME:
        reason = f"it is longer than {LONGEST_NAME} characters"
    elif name in _ADDRESSES:
        reason = "it is a word of the platform's own"
    if reason:
        raise LearnspaceError("bad_path", f"The assignment cannot be called {name[:80]!r}: {reason}. Rename it.")
    return name


def check_names(names: Iterable[str]) -> None:
    """Refuse names of one course that are alike: they differ only in case, Unicode form or width of letters.

    Raises:
        LearnspaceError: ``bad_path``, naming the two.
    """
    seen: dict[str, str] = {}
    for name in names:
        first = seen.setdefault(alike(name), name)
        if first != name:
            raise LearnspaceError(
                "bad_path",
                f"The assignments {first!r} and {name!r} differ only in case or in form: on many disks they are one "
                "folder. Rename one of them.",
            )
