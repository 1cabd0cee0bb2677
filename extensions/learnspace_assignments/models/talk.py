"""The talk between a learner and the teachers of a course about one assignment."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

LONGEST_MESSAGE = 4000


def _plain(text: str) -> str:
    """Return the text with one kind of line end and nothing around it; refuse characters that are no text."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text:
        raise ValueError("write something first")
    if len(text) > LONGEST_MESSAGE:
        raise ValueError(f"a message has at most {LONGEST_MESSAGE} characters")
    if any(unicodedata.category(character) == "Cc" and character not in "\n\t" for character in text):
        raise ValueError("there are control characters in the text; write it without them")
    return text


class NewMessage(BaseModel):
    """What somebody says, in plain text, perhaps about one question (its grade id)."""

    # The first bound keeps the work of looking at the text small; the second counts what is kept.
    text: Annotated[str, Field(max_length=2 * LONGEST_MESSAGE), AfterValidator(_plain)]
    question: Annotated[str, Field(max_length=200)] = ""


class Message(BaseModel):
    """One message; ``question`` is a grade id or empty, ``question_title`` its heading."""

    id: int
    author: str
    from_teacher: bool
    question: str
    question_title: str
    text: str
    sent_at: datetime


class Talk(BaseModel):
    """Everything that was said between one learner and their teachers; ``waits`` if the learner spoke last."""

    username: str
    name: str
    waits: bool
    messages: list[Message]
