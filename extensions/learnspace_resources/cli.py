"""Commands for courses: import a course folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from learnspace_core.settings import load_settings

course = typer.Typer(help="Courses and their material.", no_args_is_help=True)
GROUPS = {"course": course}


@course.command("import")
def import_command(
    path: Annotated[Path, typer.Argument(help="A course folder, with course.toml.")],
    institution: Annotated[str, typer.Option(help="Code of the institution it belongs to.")] = "demo",
) -> None:
    """Import a course folder, or bring it up to date; a broken one is refused whole. Safe to repeat."""
    from learnspace_core.blobs import BlobStore
    from learnspace_core.cli import open_database
    from learnspace_core.jobs import Queue
    from learnspace_resources.importer import import_course

    settings = load_settings()
    database, blobs = open_database(settings), BlobStore(settings.state / "blobs")
    done = import_course(settings, database, blobs, path, institution)
    for queue, job_id in done.jobs:
        Queue(settings, queue, database, blobs).wake(job_id)
    typer.echo(f"{done.title}: resources {done.resources}, assignments {done.assignments}; state in {settings.state}")
    for file in done.kept:
        typer.echo(f"  kept, because it was edited here: {file}")
