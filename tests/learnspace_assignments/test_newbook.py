from __future__ import annotations

import os
import sqlite3
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from learnspace_assignments.grading.newbook import ensure_gradebook


def _schema(path: Path) -> tuple[list[tuple[str, str]], list[tuple[str]]]:
    with sqlite3.connect(path) as connection:
        tables = connection.execute("SELECT name, sql FROM sqlite_master WHERE name != 'alembic_version' ORDER BY name")
        return tables.fetchall(), connection.execute("SELECT version_num FROM alembic_version").fetchall()


def test_it_is_what_nbgrader_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", sysconfig.get_path("scripts"), prepend=os.pathsep)
    ours, theirs = tmp_path / "ours.db", tmp_path / "theirs.db"
    ensure_gradebook(ours)
    Gradebook(f"sqlite:///{theirs}").close()
    assert _schema(ours) == _schema(theirs)


def test_one_that_is_there_stays(tmp_path: Path) -> None:
    book = tmp_path / "gradebook.db"
    ensure_gradebook(book)
    with Gradebook(f"sqlite:///{book}") as opened:
        opened.add_student("amy")
    ensure_gradebook(book)
    with Gradebook(f"sqlite:///{book}") as opened:
        assert [student.id for student in opened.students] == ["amy"]


def test_made_many_times_at_once(tmp_path: Path) -> None:
    book = tmp_path / "gradebook.db"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ensure_gradebook, [book] * 16))
    assert [path.name for path in tmp_path.iterdir()] == ["gradebook.db"]
    with Gradebook(f"sqlite:///{book}") as opened:
        assert opened.students == []
