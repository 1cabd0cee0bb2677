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


@people.command("rename")
def rename(
    old: Annotated[str, typer.Argument(help="The username now.")],
    new: Annotated[str, typer.Argument(help="The username from now on.")],
) -> None:
    """Give a person another username; their files, work, marks and roles stay theirs. Their space is ended."""
    from learnspace_core import hub
    from learnspace_core.cli import open_database
    from learnspace_people import store
    from learnspace_people.roster import is_username

    if not is_username(new):
        raise LearnspaceError("bad_username", f"{new!r}: use small letters, digits and . _ @ - only, at most 63.")
    settings = load_settings()
    database = open_database(settings)
    with database.read() as session:
        store.require_free(session, old, new)
    # Nothing that is signed in under a name may be taken for the next one who has it. Ending a space takes a while, so
    # it is done first; in the transaction it is done again for who came back meanwhile.
    for username in (old, new):
        hub.forget_user(settings, username)
    with database.write() as session:
        store.rename(session, old, new)
        for username in (old, new):
            hub.forget_user(settings, username)
    typer.echo(f"{old} is {new} now, and signs in with that name.")


@people.command("remove")
def remove(username: str) -> None:
    """End a person's account, roles and space, and free the username; what they handed in and their marks stay."""
    from learnspace_core import hub
    from learnspace_core.cli import open_database
    from learnspace_people import store

    settings = load_settings()
    database = open_database(settings)
    with database.read() as session:
        store.require_known(session, username)
    hub.forget_user(settings, username)
    with database.write() as session:
        gone = store.remove(session, username)
        alone = [course for course in gone.courses("teacher") if not store.members(session, course, "teacher")]
        hub.forget_user(settings, username)
    typer.echo(f"{username} is removed; the name is free. Person {gone.id}: submissions, record and marks are kept.")
    for course in alone:
        typer.echo(f"  nobody teaches {course} now: learnspace course teacher {course} USERNAME")
