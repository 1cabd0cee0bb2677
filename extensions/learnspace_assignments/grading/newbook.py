"""Makes a course's empty gradebook, whole or not at all.

nbgrader makes one by itself the first time that somebody asks for it: it starts ``alembic`` as a command, which takes
seconds, and two who ask at once spoil it for each other.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from nbgrader.api import Base
from nbgrader.dbutil import ALEMBIC_DIR
from sqlalchemy import create_engine, text


def ensure_gradebook(path: Path) -> None:
    """Make nbgrader's gradebook at ``path`` if there is none; one that is there is left as it is."""
    if path.exists():
        return
    # Beside it, and then linked to its name: whoever opens it meanwhile finds none, or this one.
    with tempfile.TemporaryDirectory(prefix=".gradebook-", dir=path.parent) as directory:
        draft = Path(directory) / path.name
        engine = create_engine(f"sqlite:///{draft}")
        Base.metadata.create_all(engine)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
            connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": newest_schema()})
        engine.dispose()
        with suppress(FileExistsError):
            os.link(draft, path)


@cache
def newest_schema() -> str:
    """Return the version of the schema that this nbgrader works on."""
    config = Config()
    config.set_main_option("script_location", ALEMBIC_DIR)
    config.set_main_option("path_separator", "os")
    head = ScriptDirectory.from_config(config).get_current_head()
    if head is None:
        raise RuntimeError("nbgrader has no schema for its gradebook")
    return head
