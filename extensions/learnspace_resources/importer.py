"""Imports a course folder: catalogue, assignments and the jobs that prepare them. Changes nothing the second time."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from sqlalchemy.orm import Session

from learnspace_assignments import store as assignments
from learnspace_assignments.coursedir import place_source
from learnspace_assignments.tables import AssignmentRow
from learnspace_core import jobs
from learnspace_core.blobs import BlobStore
from learnspace_core.database import Database
from learnspace_core.settings import Settings
from learnspace_people import store as people
from learnspace_people.models import Course
from learnspace_resources import store
from learnspace_resources.coursefolder import CourseFolder, read_course


class ImportedCourse(NamedTuple):
    """What an import did: the course, its parts, the files of a teacher that were kept, and the jobs it asked for."""

    course: str
    title: str
    language: str
    resources: int
    assignments: int
    kept: list[str]
    jobs: list[tuple[jobs.QueueName, str]]


def import_course(
    settings: Settings, database: Database, blobs: BlobStore, path: Path, institution: str
) -> ImportedCourse:
    """Import the course folder at ``path`` into an institution.

    The caller wakes the workers for the jobs that are returned.

    Raises:
        LearnspaceError: ``bad_course``, naming each broken file; then nothing was imported.
    """
    folder = read_course(path)
    course = folder.course
    values = read_resources(folder, blobs)
    kept: list[str] = []
    for name in folder.assignments:
        kept += place_source(settings, course.id, path / "source" / name, name)
    asked: list[tuple[jobs.QueueName, str]] = []
    with database.write() as session:
        people.ensure_course(
            session,
            Course(
                id=course.id,
                title=course.title,
                summary=course.summary,
                language=course.language,
                institution=institution,
            ),
        )
        unready = put_resources(session, course.id, values)
        store.remove_others(session, course.id, set(values))
        if unready:
            job = jobs.add(session, "background", "render_previews", {"resources": unready}, course_id=course.id)
            asked.append(("background", job.id))
        for assignment in put_assignments(session, course.id, folder):
            if assignment.released_at is None:
                payload = {"course": course.id, "name": assignment.name}
                job = jobs.add(session, "grading", "release", payload, course_id=course.id)
                asked.append(("grading", job.id))
    return ImportedCourse(course.id, course.title, course.language, len(values), len(folder.assignments), kept, asked)


def put_resources(session: Session, course: str, values: dict[str, dict[str, object]]) -> list[int]:
    """Make the resources of a course or bring them up to date; return the ids of those that need a preview."""
    unready = []
    for name, fields in values.items():
        row, needs_preview = store.put_resource(session, course, name, fields)
        if needs_preview:
            unready.append(row.id)
    return unready


def put_assignments(session: Session, course: str, folder: CourseFolder) -> list[AssignmentRow]:
    """Make the assignments of a course, in the folder's order."""
    return [
        assignments.ensure_assignment(session, course, name, title, position)
        for position, (name, title) in enumerate(folder.assignments.items())
    ]


def read_resources(folder: CourseFolder, blobs: BlobStore) -> dict[str, dict[str, object]]:
    """Store the bytes of all lessons and return the fields of each resource by its path."""
    resources: dict[str, dict[str, object]] = {}
    for position, lesson in enumerate(folder.lessons):
        files = []
        for name in lesson.files:
            with (folder.path / name).open("rb") as file:
                blob = blobs.put(file)
            files.append({"path": name, "sha256": blob.sha256, "size": blob.size})
        resources[lesson.path] = {
            "unit": lesson.unit,
            "position": position,
            "title": lesson.title,
            "summary": lesson.summary,
            "language": folder.course.language,
            "licence": lesson.licence,
            "text": lesson.text,
            "outline": lesson.outline,
            "files": files,
        }
    return resources
