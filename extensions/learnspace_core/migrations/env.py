"""Alembic's entry: runs the migrations of all features on one connection."""

from __future__ import annotations

from alembic import context

from learnspace_core.database import Base, Database
from learnspace_core.features import load_all

load_all("tables")
database = Database(context.config.attributes["url"])
try:
    with database.engine.execution_options(learnspace_write=True).connect() as connection:
        if connection.dialect.name == "sqlite":
            # A table that is made anew is dropped first: what points to it must neither go along nor stand in the way.
            connection.connection.execute("PRAGMA foreign_keys=OFF")
        context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
        with context.begin_transaction():
            context.run_migrations()
            if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise RuntimeError("the migration would leave rows that point nowhere; nothing was changed")
        connection.commit()
finally:
    database.close()
