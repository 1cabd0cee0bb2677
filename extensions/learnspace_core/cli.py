"""The command line: ``learnspace``. A user's mistake is one clear line and exit code 2, never a traceback."""

from __future__ import annotations

import logging
import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from learnspace_core.errors import LearnspaceError
from learnspace_core.features import load_all
from learnspace_core.settings import Settings, load_settings

if TYPE_CHECKING:
    from learnspace_core.database import Database
    from learnspace_core.demo import Account

app = typer.Typer(
    help="Learnspace: a personal learning space for everyone, on JupyterHub.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # it would print local variables, passwords among them
)
db = typer.Typer(help="The service's database.", no_args_is_help=True)
app.add_typer(db, name="db")
console = Console()

NEEDED_FOR_CONTAINERS = ("Docker engine", "space image", "grader image")
"""Names of the doctor's checks without which ``up --spaces docker`` does not start."""
HIGHEST_PORT_OF_UP = 65535 - 104
"""The last of the internal ports is 104 above it."""


def main() -> None:
    """Run the command line."""
    os.umask(0o027)
    for room in load_all("cli"):
        for name, group in getattr(room, "GROUPS", {}).items():
            app.add_typer(group, name=name)
    try:
        app(standalone_mode=True)
    except LearnspaceError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(
            f"[bold]{error.code}[/bold]: ", escape(error.message), sep="", markup=True
        )
        sys.exit(2)


def open_database(settings: Settings, *, make: bool = False) -> Database:
    """Return the service's database at the newest schema.

    Args:
        settings: where it is.
        make: make a state directory and a database that are not there; otherwise that is a mistake.

    Raises:
        LearnspaceError: ``no_state``, naming the directory; ``database_unreachable``.
    """
    from sqlalchemy.exc import OperationalError

    from learnspace_core import database

    if make:
        settings.state.mkdir(parents=True, exist_ok=True)
    elif not settings.state.is_dir():
        raise LearnspaceError(
            "no_state",
            f"There is no Learnspace in {settings.state}. Go to its directory, set LEARNSPACE_STATE, or make one: "
            "learnspace db upgrade",
        )
    try:
        database.upgrade(settings.database_url)
    except OperationalError as error:
        raise LearnspaceError("database_unreachable", f"The database cannot be used: {error.orig}") from error
    return database.Database(settings.database_url)


@app.callback(invoke_without_command=True)
def _root(show_version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False) -> None:
    if show_version:
        console.print(version("learnspace"))
        raise typer.Exit


@app.command()
def up(
    spaces: Annotated[str, typer.Option(help="process or docker; overrides learnspace.toml.")] = "",
    port: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=HIGHEST_PORT_OF_UP,
            show_default="front.port in learnspace.toml",
            help="Port for browsers; the internal ones are 100 above it.",
        ),
    ] = None,
    materials: Annotated[
        Path | None, typer.Option(help="Directory of course folders to import.", exists=True, file_okay=False)
    ] = None,
) -> None:
    """Run everything on this machine, with demo accounts, until Ctrl-C."""
    from learnspace_core import up as processes
    from learnspace_core.demo import ensure_demo

    settings = _settings_of_up(spaces, port)
    with processes.alone(settings):
        if settings.spaces.kind == "docker":
            _require_docker(settings)
        database = open_database(settings, make=True)
        found = sorted(path.parent for path in materials.glob("*/course.toml")) if materials else []
        with processes.running(settings) as supervisor:
            accounts = ensure_demo(settings, database, found)
            with console.status("Starting…"):
                processes.wait_until_ready(settings, supervisor)
            with console.status("Preparing the courses…"):
                _wait_for_jobs(database)
            _welcome(settings, accounts, bool(_courses(database)))
            try:
                supervisor.wait()
            finally:
                console.print("Stopping…")


@app.command()
def serve(name: Annotated[str, typer.Argument(help="door, proxy, hub, service, worker, grader or culler.")]) -> None:
    """Run one process in the foreground, as systemd does in production."""
    from learnspace_core import processes

    processes.serve(name, load_settings())


@app.command()
def doctor() -> None:
    """Say what is missing on this machine and how to get it."""
    from learnspace_core.doctor import checks

    found = checks(load_settings())
    table = Table("", "What", box=None)
    for heading in ("Found", "What to do"):
        table.add_column(heading, overflow="fold")
    signs = {True: "[green]ok[/green]", False: "[red]missing[/red]", None: "not needed"}
    for check in found:
        table.add_row(signs[check.ok], check.name, check.found, "" if check.ok else check.remedy)
    console.print(table)
    if any(check.ok is False for check in found):
        raise typer.Exit(1)


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the service's and the hub's database to the newest schema; safe to repeat."""
    from jupyterhub.dbutil import upgrade_if_needed

    settings = load_settings()
    open_database(settings, make=True).close()
    # A new database is made by the hub at its first start; SQLite is copied before it is changed.
    upgrade_if_needed(settings.hub_database_url, log=logging.getLogger("learnspace"))
    console.print(f"The databases of {settings.state} are up to date.")


def _settings_of_up(spaces: str, port: int | None) -> Settings:
    """Return the settings with the options of the command."""
    settings = load_settings()
    if spaces not in ("", "process", "docker"):
        raise LearnspaceError("bad_settings", f"--spaces is process or docker, not {spaces!r}.")
    update: dict[str, object] = {}
    if spaces:
        update["spaces"] = settings.spaces.model_copy(update={"kind": spaces})
    if port:
        update["front"] = settings.front.model_copy(update={"port": port, "internal_port": port + 100})
    return settings.model_copy(update=update)


def _welcome(settings: Settings, accounts: list[Account], courses: bool) -> None:
    """Say where to go, who can sign in, and what this is not."""
    table = Table("Sign in as", "Password", "Who", "Role", box=None)
    for account in accounts:
        table.add_row(account.username, account.password, account.name, account.role)
    console.print(f"\nLearnspace is ready: [bold]{settings.public_url}[/bold]\n")
    console.print(table)
    if not courses:
        console.print("\nThere is no course yet, so learners have no space: learnspace up --materials DIRECTORY")
    if settings.spaces.kind == "process":
        console.print(
            "\nSpaces are plain processes of your own user: they do [bold]not[/bold] isolate learners from each "
            "other. For real learners use containers: make up SPACES=docker"
        )
    if settings.sandbox_kind == "process":
        console.print(
            "\nSubmitted notebooks are graded in limited processes of your own user: that is [bold]no[/bold] security "
            "boundary."
        )
    console.print("\nCtrl-C stops everything. Data and logs are in", str(settings.state))


def _courses(database: Database) -> list[str]:
    """Return the ids of the courses there are."""
    from learnspace_people import store

    with database.read() as session:
        return [course.id for course in store.list_courses(session)]


def _require_docker(settings: Settings) -> None:
    from learnspace_core.doctor import checks

    for check in checks(settings):
        if check.ok is False and check.name in NEEDED_FOR_CONTAINERS:
            raise LearnspaceError("docker_missing", f"{check.name}: {check.found}. {check.remedy}")


def _wait_for_jobs(database: Database) -> None:
    import time

    from sqlalchemy import func, select

    from learnspace_core.tables import JobRow

    end = time.monotonic() + 300
    while time.monotonic() < end:
        with database.read() as session:
            waiting = select(func.count()).select_from(JobRow).where(JobRow.state.in_(("waiting", "running")))
            if session.scalar(waiting) == 0:
                return
        time.sleep(0.2)


if __name__ == "__main__":
    main()
