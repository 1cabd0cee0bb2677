"""Marks as CSV, in the shapes that Moodle and Canvas read.

Moodle: Grades → Import → CSV file, with "Map from/to" on the username or the email address. Canvas: Grades → Import,
the shape of its own export (Canvas REST documentation, "Gradebook CSV import"): five identifying columns, then one for
each assignment, and a second row with the points possible.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Shape = Literal["plain", "moodle", "canvas"]


@dataclass(frozen=True)
class Column:
    """One assignment."""

    id: int
    name: str
    title: str
    max_score: float


@dataclass(frozen=True)
class Row:
    """One learner; a score is None where nothing was graded."""

    username: str
    name: str
    email: str
    section: str
    scores: list[float | None]


@dataclass(frozen=True)
class Marksheet:
    """The marks of a course: a row for each learner, in each a score for each column."""

    columns: list[Column]
    rows: list[Row]


def as_csv(sheet: Marksheet, shape: Shape) -> str:
    """Return the marks as CSV (RFC 4180), with a byte order mark so that spreadsheets read every script."""
    out = io.StringIO()
    csv.writer(out).writerows(_SHAPES[shape](sheet))
    return f"\ufeff{out.getvalue()}"


def _plain(sheet: Marksheet) -> Iterator[list[str]]:
    titles = [_harmless(f"{column.title} (of {_points(column.max_score)})") for column in sheet.columns]
    yield ["username", "name", "email", "section", *titles]
    for row in sheet.rows:
        yield [*map(_harmless, (row.username, row.name, row.email, row.section)), *map(_points, row.scores)]


def _moodle(sheet: Marksheet) -> Iterator[list[str]]:
    yield ["Username", "Email address", "Full name", *(_harmless(column.title) for column in sheet.columns)]
    for row in sheet.rows:
        # "-" is Moodle's own word for a mark that is not there; it leaves what Moodle has.
        scores = [_points(score) or "-" for score in row.scores]
        yield [*map(_harmless, (row.username, row.email, row.name)), *scores]


def _canvas(sheet: Marksheet) -> Iterator[list[str]]:
    yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *(_harmless(c.title) for c in sheet.columns)]
    yield ["    Points Possible", "", "", "", "", *(_points(column.max_score) for column in sheet.columns)]
    for row in sheet.rows:
        who = [row.name, "", row.username, row.username, row.section]
        yield [*map(_harmless, who), *map(_points, row.scores)]


_SHAPES = {"plain": _plain, "moodle": _moodle, "canvas": _canvas}


def _points(score: float | None) -> str:
    return "" if score is None else f"{round(score, 2):g}"


def _harmless(text: str) -> str:
    """Return text that no spreadsheet takes for a formula (OWASP, "CSV Injection")."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
