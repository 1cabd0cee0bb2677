"""Commands for people: bring in a roster, give a password."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from learnspace_core.errors import LearnspaceError
from learnspace_core.settings import load_settings

people = typer.Typer(help="People, their roles and their passwords.", no_args_is_help=True)
GROUPS = {"people": people}


@people.command("import")
def import_people(
    file: Annotated[Path, typer.Argument(help="CSV with username,name,institution,course,role[,term,email].")],
) -> None:
    """Bring in people, courses and roles from a CSV file; all of it, or nothing. Safe to repeat."""
    from learnspace_core.cli import open_database
    from learnspace_people.roster import import_roster, read_roster

    rows = read_roster(file)
    settings = load_settings()
    with open_database(settings).write() as session:
        done = import_roster(session, rows)
    typer.echo(f"People {done.people}, new roles {done.new_roles}; state in {settings.state}")


@people.command("password")
def password(username: str) -> None:
    """Give a person a password for the built-in sign-in; it is asked for, or read from standard input."""
    from learnspace_core.cli import open_database
    from learnspace_people import store

    with open_database(load_settings()).write() as session:
        person = store.find_person(session, username)
        if person is None:
            raise LearnspaceError("not_found", f"Nobody is called {username!r}. Import the roster first.")
        new: str = typer.prompt("New password", hide_input=True, confirmation_prompt=True)
        if len(new) < 8:
            raise LearnspaceError("bad_password", "A password has at least 8 characters.")
        store.set_password(session, person.id, new)
    typer.echo(f"{username} has a new password.")
