"""Commands for courses: import a course folder, make a course, take one over from nbgrader, leave for it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from learnspace_core.errors import LearnspaceError
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


@course.command("create")
def create(
    course_id: Annotated[str, typer.Argument(metavar="ID", help="Small letters, digits and -; it never changes.")],
    title: Annotated[str, typer.Option(help="What people read.")],
    teacher: Annotated[str, typer.Option(help="Username of its first teacher.")],
    institution: Annotated[str, typer.Option(help="Code of the institution it belongs to.")],
    language: Annotated[str, typer.Option(help="Language of the course.")] = "en",
    template: Annotated[str, typer.Option(help="Begin with this course, or with this course folder.")] = "",
    open_to_all: Annotated[bool, typer.Option("--open", help="Anyone may join and leave alone.")] = False,
) -> None:
    """Make a course, empty or from a template; never with anybody's work or marks. Safe to repeat."""
    from learnspace_core.blobs import BlobStore
    from learnspace_core.cli import open_database
    from learnspace_core.jobs import Queue
    from learnspace_resources import creation

    new = creation.new_course(
        id=course_id,
        title=title,
        institution=institution,
        language=language,
        template=template,
        open_to_all=open_to_all,
    )
    settings = load_settings()
    database, blobs = open_database(settings), BlobStore(settings.state / "blobs")
    made = creation.create_for(settings, database, blobs, teacher, new)
    for queue, job_id in made.jobs:
        Queue(settings, queue, database, blobs).wake(job_id)
    typer.echo(f"{title} ({course_id}) is there, taught by {teacher}; state in {settings.state}")


@course.command("teacher")
def add_teacher(
    course_id: Annotated[str, typer.Argument(metavar="COURSE")],
    username: Annotated[str, typer.Argument(help="Who becomes a teacher of it.")],
) -> None:
    """Give a course one more teacher, such as when nobody teaches it any more. Safe to repeat."""
    from learnspace_core.cli import open_database
    from learnspace_people import store
    from learnspace_people.models import Enrolment

    with open_database(load_settings()).write() as session:
        found, person = store.get_course(session, course_id), store.find_person(session, username)
        if found is None or person is None:
            missing = f"course {course_id!r}" if found is None else f"person {username!r}"
            raise LearnspaceError("not_found", f"There is no {missing}. Check the spelling.")
        enrolment = Enrolment(role="teacher", institution=found.institution, course=course_id)
        store.ensure_enrolment(session, person.id, enrolment)
    typer.echo(f"{username} teaches {course_id}.")


@course.command("take-over")
def take_over(
    directory: Annotated[Path, typer.Argument(help="A course directory of nbgrader; nothing in it is changed.")],
    course_id: Annotated[str, typer.Option("--course", help="Id of the course to make.")],
    institution: Annotated[str, typer.Option(help="Code of the institution it belongs to.")],
    teacher: Annotated[str, typer.Option(help="Username of its teacher.")],
    title: Annotated[str, typer.Option(help="What people read; the id, if left out.")] = "",
) -> None:
    """Take a course over from nbgrader, with people, submissions and marks: all, or nothing. Safe to repeat."""
    from learnspace_assignments.stock.takeover import take_over as take
    from learnspace_core.blobs import BlobStore
    from learnspace_core.cli import open_database
    from learnspace_people.models import Course
    from learnspace_resources.creation import new_course

    new = new_course(id=course_id, title=title or course_id, institution=institution)
    settings = load_settings()
    database, blobs = open_database(settings), BlobStore(settings.state / "blobs")
    made = Course.model_validate(new.model_dump(exclude={"template"}))
    done = take(settings, database, blobs, directory, made, teacher)
    if not any(done):
        typer.echo(f"{course_id} was taken over before; nothing was changed.")
        return
    typer.echo(
        f"{course_id}: assignments {done.assignments}, learners {done.people}, submissions {done.submissions}, "
        f"of them graded {done.graded}; state in {settings.state}"
    )


@course.command("leave")
def leave(
    course_id: Annotated[str, typer.Argument(metavar="COURSE")],
    to: Annotated[Path, typer.Option(help="Directory to write; it must not be there yet, or be empty.")],
) -> None:
    """Write a directory that stock nbgrader works on, with all that was handed in; the course stays as it is."""
    from learnspace_assignments.stock.leaving import leave as write
    from learnspace_core.blobs import BlobStore
    from learnspace_core.cli import open_database

    settings = load_settings()
    done = write(settings, open_database(settings), BlobStore(settings.state / "blobs"), course_id, to)
    typer.echo(f"{to}: assignments {done.assignments}, students {done.students}, submissions {done.submissions}")
