"""Alembic's entry: runs the migrations of all features on one connection."""

from __future__ import annotations

from alembic import context

from learnspace_core.database import Base, Database
from learnspace_core.features import load_all

load_all("tables")
database = Database(context.config.attributes["url"])
try:
    with database.engine.execution_options(learnspace_write=True).connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
finally:
    database.close()
