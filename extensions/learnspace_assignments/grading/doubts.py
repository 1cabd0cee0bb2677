"""Tests that passed without evidence that the answer is right, in words for a teacher."""

from __future__ import annotations

from typing import NamedTuple

from learnspace_assignments.models import Marks

LOOK = "These checks gave no points: look at the answer and mark it by hand."
WHY = {
    "passes_wrong": (
        "the checks pass, and they pass as well when they expect a wrong value. The answer may be equal to "
        "everything, or change how checks run."
    ),
    "differs": (
        "the checks pass beside the answer, but not where they see only what the answer gives. The answer may "
        "depend on how it is called, or change how checks run."
    ),
    "object": (
        "the answer gives an object of its own making where a plain value is expected, or stops the check that "
        "asks it. Such an object can say of itself that it is right."
    ),
    "beside": (
        "the checks pass, but they work on the notebook's own process (with threads, mocks or magics, for example), in "
        "which an answer can change how checks run. The answer did nothing wrong by that: Check before release names "
        "such checks and says how to write them. The operator can set grading.trust_unjudged_tests."
    ),
    "language": (
        "the checks pass, but they are in another language than Python, in which an answer can change how checks run "
        "without a trace. If this course trusts its learners, the operator can set grading.trusted_languages."
    ),
}


class Doubted(NamedTuple):
    """A test that passed without evidence: its notebook, its name, and why it is not believed."""

    notebook: str
    test: str
    why: str


def by_their_tests(doubts: list[Doubted]) -> bool:
    """Tell whether nothing in the answers, only what the tests are like, gave the doubts."""
    return all(one.why in ("beside", "language") for one in doubts)


def why_doubted(doubts: list[Doubted], marks: Marks) -> str:
    """Say in plain words which tests passed without evidence."""
    titles = {(question.notebook, question.id): question.title or question.id for question in marks.questions}
    told = []
    for why, words in WHY.items():
        named = ", ".join(dict.fromkeys(titles.get(one[:2], one.test) for one in doubts if one.why == why))
        if named:
            told.append(f"{named}: {words}")
    return " ".join([*told, LOOK])
