"""The words of the portfolio on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel


class Entry(BaseModel):
    """One thing that happened, newest first in a timeline; clients may word the ``sentence`` themselves.

    ``feedback`` is the address, below this service's, of the page of feedback that was given; nothing where it may not
    be read now, or was given anew since.
    """

    id: int
    at: datetime
    verb: str
    object_type: str
    object_id: str
    title: str
    course: str | None
    course_title: str | None
    result: dict[str, Any]
    sentence: str
    feedback: str | None = None
