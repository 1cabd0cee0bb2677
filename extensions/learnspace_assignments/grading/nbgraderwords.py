"""What nbgrader says of an assignment that it cannot work on, in plain words.

nbgrader writes the reason into its log and then only tells to look there.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

GRADED_ALREADY = (
    "Work on {name} has been graded already, so its notebooks and graded cells cannot be added, removed or renamed. "
    "Put them back as they were, or make a new assignment."
)
WORDS = (
    (r"CannotRepair: (.+)", "{0}"),
    (r"LearnspaceError: (The sandbox .+)", "{0}"),
    (r"Cannot modify existing assignment", GRADED_ALREADY),
    (r"[Cc]ell '?([\w-]+)'? .*(?:submissions|submitted)", GRADED_ALREADY),
    (r"because there are submissions", GRADED_ALREADY),
    (r"Duplicate grade id: (\S+)", "Two cells of {name} have the ID {0}. Give one of them another."),
    (r"does not have points", "A graded cell of {name} has no points. Give it some in Create Assignment."),
    (r"[Nn]o end solution statement", "A solution in {name} has BEGIN SOLUTION without END SOLUTION. Add it."),
    (r"[Nn]o end hidden tests statement", "A test in {name} has BEGIN HIDDEN TESTS without END HIDDEN TESTS. Add it."),
    (r"non-solution cell", "A cell of {name} has a solution but is no answer. Set its kind in Create Assignment."),
    (r"old version\s+of the nbgrader metadata", "{name} was made with an older nbgrader. Run 'nbgrader update' on it."),
    (r"No notebooks were matched", "There is no notebook of {name}. Put one into its folder."),
    (r"Notebook failed to validate", "A notebook of {name} has marks of nbgrader that it cannot read. Set them anew."),
)


class _Heard(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


@contextmanager
def listening(log: logging.Logger) -> Iterator[list[str]]:
    """Collect the errors that are written to a log meanwhile."""
    handler = _Heard()
    log.addHandler(handler)
    try:
        yield handler.said
    finally:
        log.removeHandler(handler)


def in_plain_words(name: str, said: str, heard: list[str]) -> str:
    """Return why nbgrader could not work on an assignment, and what to do."""
    for text in (said, *heard):
        for pattern, words in WORDS:
            found = re.search(pattern, text)
            if found:
                return words.format(*found.groups(), name=name)
    # The last line of a traceback says what happened.
    tracebacks = [text for text in heard if "Traceback" in text]
    reason = tracebacks[-1].strip().splitlines()[-1] if tracebacks else said
    return f"nbgrader could not work on {name}: {reason[:300]}"
