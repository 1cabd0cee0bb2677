"""Makes a course: empty, from another course, or from a course folder; never with anybody's work or marks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError
from sqlalchemy.orm import Session

from learnspace_assignments import store as assignments
from learnspace_assignments.coursedir import course_directory, new_course_directory, refuse_links
from learnspace_assignments.stock.copying import Bounds, copy_folder
from learnspace_core import homes, jobs
from learnspace_core.blobs import BlobStore
from learnspace_core.database import Database
from learnspace_core.errors import LearnspaceError, NotFound
from learnspace_core.paths import check_path
from learnspace_core.settings import Settings
from learnspace_people import store as people
from learnspace_people.models import Course, NewCourse, Person
from learnspace_resources import importer, store
from learnspace_resources.coursefolder import read_course

FOLDER = "folder:"
"""What the name of a course folder begins with where a template is named; an id of a course never does."""
SOURCE_BOUNDS = Bounds(files=20_000, bytes=2_000_000_000)


class CreatedCourse(NamedTuple):
    """A course that was made, and the jobs that prepare it; the caller wakes the workers for them."""

    course: str
    jobs: list[tuple[jobs.QueueName, str]]


def folders(settings: Settings) -> dict[str, str]:
    """Return name to title of the course folders that the operator offers as templates."""
    place = settings.courses.templates
    if place is None:
        return {}
    found = {}
    for path in sorted(place.glob("*/course.toml")):
        try:
            found[path.parent.name] = read_course(path.parent).course.title
        except LearnspaceError:
            continue  # the operator is told what is wrong with it by `learnspace course import`
    return found


def create_course(
    settings: Settings, database: Database, blobs: BlobStore, creator: Person, new: NewCourse
) -> CreatedCourse:
    """Make a course as a teacher may: they become its first teacher. All of it, or nothing; the same again is safe.

    Raises:
        LearnspaceError: ``course_exists``, ``bad_course``, ``link_in_course``, ``too_large``.
        NotFound: the template is neither a course that the creator teaches nor a folder of the platform.
    """
    return _create(settings, database, creator, new, _template(settings, blobs, creator, new.template))


def _create(
    settings: Settings, database: Database, creator: Person, new: NewCourse, copy: Callable[[Path], Fill]
) -> CreatedCourse:
    check_path(new.id)
    with database.read() as session:
        there = people.get_course(session, new.id)
    if there is not None:
        if there.title == new.title and there.institution == new.institution and creator.has("teacher", new.id):
            return CreatedCourse(new.id, [])
        raise people.course_exists(new.id)
    course = Course.model_validate(new.model_dump(exclude={"template"}))
    with new_course_directory(settings, new.id) as directory:
        fill = copy(directory)
        with database.write() as session:
            people.create_course(session, creator.id, course)
            asked = fill(session, new.id)
    with database.read() as session:
        student = people.student_of(session, creator.id)
    homes.relink(settings, student, [*creator.courses("teacher"), new.id])
    return CreatedCourse(new.id, asked)


def new_course(**values: object) -> NewCourse:
    """Check what an operator typed.

    Raises:
        LearnspaceError: ``bad_request``, naming each wrong value.
    """
    try:
        return NewCourse.model_validate(values)
    except ValidationError as error:
        wrong = "; ".join(f"{e['loc'][0] if e['loc'] else ''}: {e['msg']}" for e in error.errors())
        raise LearnspaceError("bad_request", f"The course was not made: {wrong}.") from error


def create_for(settings: Settings, database: Database, blobs: BlobStore, teacher: str, new: NewCourse) -> CreatedCourse:
    """Make a course as an operator may: in any institution there is, from any course or folder, for a teacher to be.

    Raises:
        LearnspaceError: ``not_found``, or as :func:`create_course`.
    """
    with database.read() as session:
        person = people.find_person(session, teacher)
        known = people.choices_of_institutions(session, [new.institution])
        template = people.get_course(session, new.template) if new.template else None
    if person is None or not known:
        missing = f"person {teacher!r}" if person is None else f"institution {new.institution!r}"
        raise LearnspaceError("not_found", f"There is no {missing}. Bring it in with: learnspace people import FILE")
    fill: Callable[[Path], Fill] = _nothing
    if template is not None:
        fill = from_course(settings, template.id)
    elif new.template:
        fill = from_folder(Path(new.template), blobs)
    return _create(settings, database, person, new, fill)


Asked = list[tuple[jobs.QueueName, str]]
Fill = Callable[[Session, str], Asked]
"""Writes the rows of a template into a course, and returns the jobs that it asks for."""


def _template(settings: Settings, blobs: BlobStore, creator: Person, template: str) -> Callable[[Path], Fill]:
    """Return what copies the files of a template into a directory, and gives back what writes its rows."""
    if not template:
        return _nothing
    if template.startswith(FOLDER):
        name = template.removeprefix(FOLDER)
        if name not in folders(settings) or settings.courses.templates is None:
            raise NotFound("The template")
        return from_folder(settings.courses.templates / name, blobs)
    if not creator.has("teacher", template):
        raise NotFound("The template")
    return from_course(settings, template)


def _nothing(_directory: Path) -> Fill:
    return lambda _session, _course: []


def from_course(settings: Settings, template: str) -> Callable[[Path], Fill]:
    """Begin with another course: its sources, the settings of its assignments (without dates), and its resources."""

    def copy(directory: Path) -> Fill:
        source = course_directory(settings, template) / "source"
        refuse_links(source.parent, "source")
        if source.is_dir():
            copy_folder(source, directory / "source", SOURCE_BOUNDS, label="source")

        def fill(session: Session, course: str) -> Asked:
            assignments.copy_assignments(session, template, course)
            copied = store.copy_resources(session, template, course)
            return _previews(session, course, copied)

        return fill

    return copy


def from_folder(path: Path, blobs: BlobStore) -> Callable[[Path], Fill]:
    """Begin with a course folder; its assignments wait for the teacher to release them."""
    folder = read_course(path)
    values = importer.read_resources(folder, blobs)

    def copy(directory: Path) -> Fill:
        for name in folder.assignments:
            copy_folder(path / "source" / name, directory / "source" / name, SOURCE_BOUNDS, label=f"source/{name}")

        def fill(session: Session, course: str) -> Asked:
            importer.put_assignments(session, course, folder)
            return _previews(session, course, importer.put_resources(session, course, values))

        return fill

    return copy


def _previews(session: Session, course: str, unready: list[int]) -> Asked:
    if not unready:
        return []
    job = jobs.add(session, "background", "render_previews", {"resources": unready}, course_id=course)
    return [("background", job.id)]
