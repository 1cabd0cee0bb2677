"""Tests that passed without evidence that they could have failed, in words for a teacher."""

from __future__ import annotations

from learnspace_assignments.models import Marks


def why_doubted(doubts: list[tuple[str, str]], marks: Marks) -> str:
    """Say in plain words which tests passed without evidence."""
    titles = {(question.notebook, question.id): question.title or question.id for question in marks.questions}
    named = ", ".join(dict.fromkeys(titles.get(doubt, doubt[1]) for doubt in doubts))
    return (
        f"{named}: the checks pass, and they pass as well when they expect a wrong value. The answer may be equal to "
        "everything, or change how checks run. These checks gave no points: look at the answer and mark it by hand."
    )
