"""The words of the catalogue on the wire."""

from __future__ import annotations

from pydantic import BaseModel

from learnspace_core.models import FileEntry


class Resource(BaseModel):
    """One resource as a row of results; ``match`` is a piece of text around what was searched for."""

    id: int
    course: str
    course_title: str
    unit: str
    path: str
    title: str
    summary: str
    language: str
    licence: str
    size: int
    match: str | None = None


class ResourceDetail(Resource):
    """One resource with its headings and every file that opening it puts into the home."""

    outline: list[str]
    files: list[FileEntry]


class OpenedResource(BaseModel):
    """Where a resource stands in the home, and which of its files were written or were there already."""

    path: str
    written: list[str]
    kept: list[str]
