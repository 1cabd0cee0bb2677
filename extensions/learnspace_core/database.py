"""The service's database: SQLite in WAL mode or PostgreSQL, one transaction a verb."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from alembic import command
from alembic.config import Config
from sqlalchemy import DateTime, Engine, MetaData, create_engine, event
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from learnspace_core.errors import LearnspaceError, disk_full

DISK_FULL = "53100"
"""PostgreSQL's code for it."""


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time, stored in UTC; SQLite forgets the zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse times without a zone, convert the others to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the time in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The base of every feature's tables; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {datetime: UtcDateTime}


def system_clock() -> datetime:
    """Return the time of this machine."""
    return datetime.now(UTC)


clock: Callable[[], datetime] = system_clock
"""The clock behind ``now``; a test may set another one."""


def now() -> datetime:
    """Return the service's own time in UTC; the only clock that counts."""
    return clock()


class Database:
    """Sessions on the service's database.

    Args:
        url: a SQLAlchemy URL, ``sqlite:///…`` or ``postgresql+psycopg://…``.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a session that sees one state of the database and changes nothing."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a session whose changes are all kept on leaving, or none of them if an exception leaves.

        On SQLite the write lock is taken at once, so that two writers wait for each other instead of failing.
        """
        engine = self.engine.execution_options(learnspace_write=True)
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def database_fault(error: OperationalError) -> LearnspaceError:
    """Return what a person is told when the database cannot do its work just now: it is full, away or too busy."""
    said = str(error.orig).lower()
    if "disk is full" in said or getattr(error.orig, "sqlstate", None) == DISK_FULL:
        return disk_full()
    return LearnspaceError(
        "database_unavailable",
        "The platform's database does not answer just now; nothing was changed. Your own copy is safe: "
        "try again in a moment.",
        503,
    )


def upgrade(url: str) -> None:
    """Bring the database at ``url`` to the newest schema; changes nothing the second time."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    command.upgrade(config, "head")


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=30)
    engine = create_engine(url, connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        # The driver must not begin transactions by itself: the "begin" event below does.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("learnspace_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine
