"""Marks in the words of a page: by the headings that a learner knows, with what people and tests said about each."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from learnspace_assignments.models import Marks
from learnspace_assignments.testmessages import NOT_TRUE, STOPPED

RAISED = "AssertionError: "
NO_ANSWER = "No response."
"""What nbgrader writes as a comment under an answer that nobody touched."""
Translate = Callable[..., str]


class Part(NamedTuple):
    """What stands under one heading: several tests may."""

    name: str
    score: float
    max_score: float
    said: list[str]

    @property
    def full(self) -> bool:
        """Whether nothing is missing."""
        return self.score >= self.max_score


def parts_of(marks: Marks, translate: Translate) -> list[Part]:
    """Return the marks under each heading, in the notebooks' order."""
    found: dict[str, Part] = {}

    def add(title: str, id: str, score: float, max_score: float, said: list[str]) -> None:
        name = _without_points(title) or id
        part = found.get(name, Part(name, 0, 0, []))
        words = [*part.said, *filter(None, said)]
        found[name] = Part(name, part.score + score, part.max_score + max_score, words)

    for one in marks.questions:
        messages = [_message(message, translate) for message in one.messages]
        add(one.title, one.id, one.score, one.max_score, [_comment(one.comment, translate), *messages])
    for remark in marks.remarks:
        add(remark.title, remark.id, 0, 0, [_comment(remark.comment, translate)])
    return list(found.values())


def _without_points(title: str) -> str:
    """Return a heading without the points in brackets at its end, which have a column of their own."""
    text = title.strip()
    if text.endswith((")", "）")):
        begin = max(text.rfind("("), text.rfind("（"))
        return text[:begin].strip() or text
    return text


def _comment(comment: str, translate: Translate) -> str:
    return translate("There is no answer here yet.") if comment == NO_ANSWER else comment


def _message(message: str, translate: Translate) -> str:
    for prefix in (STOPPED, NOT_TRUE):
        if message.startswith(prefix):
            return translate(prefix + "{line}", line=message.removeprefix(prefix))
    return translate(message.removeprefix(RAISED))
