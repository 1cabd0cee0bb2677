"""Homes of process spaces: where they are, and the links in them to the courses that a person teaches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from learnspace_core.settings import Settings


def home_directory(settings: Settings, student: str) -> Path:
    """Return where a person's home is.

    Args:
        settings: the settings of this installation.
        student: the person's name in gradebooks, which is never given to somebody else, unlike a username.
    """
    return settings.state / "homes" / student


def course_directories(settings: Settings, courses: Iterable[str]) -> dict[str, Path]:
    """Return course to directory for those courses that have a directory."""
    directories = {course: settings.state / "courses" / course for course in courses}
    return {course: directory for course, directory in directories.items() if directory.is_dir()}


def link_courses(home: Path, courses: Mapping[str, Path]) -> None:
    """Put a link to each of these courses into a home, and take away those to any other."""
    links = home / "courses"
    for link in links.glob("*"):
        if link.is_symlink() and link.readlink() != courses.get(link.name):
            link.unlink()
    for course, directory in courses.items():
        links.mkdir(exist_ok=True)
        if not (links / course).exists():
            (links / course).symlink_to(directory)


def relink(settings: Settings, student: str, taught: Iterable[str]) -> None:
    """Bring the links of a home up to date while its space runs; containers have mounts, which come at their start."""
    home = home_directory(settings, student)
    if settings.spaces.kind == "process" and home.is_dir():
        link_courses(home, course_directories(settings, taught))
