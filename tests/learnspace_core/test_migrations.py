"""A database of an earlier version is brought to the newest with everything in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import text

import learnspace_core
from learnspace_core.database import Base, Database, upgrade
from learnspace_core.features import load_all
from learnspace_core.settings import Settings

FIRST = (
    "INSERT INTO institution (code, title) VALUES ('s', 'School')",
    "INSERT INTO person (id, username, name, email, created_at) VALUES ('p', 'amy', 'Amy', '', '2026-01-01')",
    "INSERT INTO course (id, institution, title, summary, language) VALUES ('art', 's', 'Art', '', 'en')",
    "INSERT INTO enrolment (id, person_id, institution, course_id, term, role)"
    " VALUES (1, 'p', 's', 'art', '', 'learner')",
    "INSERT INTO assignment (id, course_id, name, title, position, released_at, max_score, files, marks_read_at)"
    " VALUES (1, 'art', 'ps1', 'One', 0, '2026-01-01', 5, '[]', 0)",
    "INSERT INTO \"fetch\" (assignment_id, person_id, fetched_at) VALUES (1, 'p', '2026-01-01')",
    "INSERT INTO submission (id, assignment_id, person_id, received_at, digest, files, receipt, state, reason,"
    " feedback, formgrader_id) VALUES ('x', 1, 'p', '2026-01-02', 'd', '[]', '{}', 'handed_in', '', '{}', '')",
)
"""A row in each table of the first schema whose tables a later migration changes."""


@pytest.fixture
def old(settings: Settings) -> Database:
    """A database at the first schema with those rows."""
    config = Config()
    config.set_main_option("script_location", str(Path(learnspace_core.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = settings.database_url
    command.downgrade(config, "0001")
    database = Database(settings.database_url)
    with database.write() as session:
        for statement in FIRST:
            session.execute(text(statement))
    return database


def test_an_upgrade_keeps_every_row(old: Database) -> None:
    upgrade(old.url)
    with old.read() as session:
        for table in ("person", "enrolment", "course", "assignment", "fetch", "submission"):
            assert session.scalar(text(f'SELECT count(*) FROM "{table}"')) == 1, table
        assert session.scalar(text("SELECT student FROM person")) == "amy"
        assert session.execute(text("SELECT number, max_score FROM assignment_version")).one() == (1, 5)
    old.close()


def test_the_newest_schema_is_what_the_tables_say(old: Database) -> None:
    upgrade(old.url)
    load_all("tables")
    with old.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    old.close()
