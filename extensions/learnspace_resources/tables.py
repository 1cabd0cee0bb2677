"""The catalogue: resources and the files that opening one brings along."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from learnspace_core.database import Base


class ResourceRow(Base):
    """One resource of a course; ``files`` holds the FileEntry of the resource and of all it needs."""

    __tablename__ = "resource"
    __table_args__ = (UniqueConstraint("course_id", "path"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    unit: Mapped[str] = mapped_column(String(300))
    position: Mapped[int]
    path: Mapped[str] = mapped_column(String(300))
    title: Mapped[str] = mapped_column(String(300))
    summary: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(20))
    licence: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(Text)
    outline: Mapped[list[str]] = mapped_column(JSON)
    files: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    preview_sha256: Mapped[str | None] = mapped_column(String(64))
