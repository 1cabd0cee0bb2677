"""A course's nbgrader directory, shared by the grader and the spaces of the course's teachers and by nobody else."""

from __future__ import annotations

import fcntl
import filecmp
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from learnspace_core.errors import LearnspaceError
from learnspace_core.paths import check_path
from learnspace_core.settings import Settings
from learnspace_people.store import course_exists

GROUP = 10500
"""The group, known to host and images alike, that may write course directories when the host's side runs as root."""

MAKING = ".making"
"""The file in a course's directory that says that it is being made, locked by who makes it."""

CONFIG = """\
# nbgrader's configuration of this course. Edit freely; Learnspace writes it once.
from pathlib import Path

c = get_config()
c.CourseDirectory.root = str(Path(__file__).parent)
c.CourseDirectory.course_id = {course!r}
c.CourseDirectory.groupshared = True
"""


def course_directory(settings: Settings, course: str) -> Path:
    """Return where the course's directory stands."""
    return settings.state / "courses" / check_path(course)


def gradebook_time(directory: Path) -> float:
    """Return when the gradebook in a course's directory was last written, in seconds since the epoch, or 0."""
    try:
        return (directory / "gradebook.db").stat().st_mtime
    except FileNotFoundError:
        return 0


def shared_group() -> int:
    """Return the group that course directories belong to."""
    return GROUP if os.geteuid() == 0 else os.getegid()


def ensure_course_directory(settings: Settings, course: str) -> Path:
    """Make the course's directory if it is missing, writable for its group and closed to everyone else."""
    directory = course_directory(settings, course)
    refuse_links(directory, "source", "nbgrader_config.py")
    for folder in (directory, directory / "source"):
        if not folder.exists():
            folder.mkdir(parents=True)
            share(folder)
    config = directory / "nbgrader_config.py"
    if not config.exists():
        config.write_text(CONFIG.format(course=course), encoding="utf-8")
        share(config)
    return directory


@contextmanager
def new_course_directory(settings: Settings, course: str) -> Iterator[Path]:
    """Make the directory of a course that has no row yet; it is there afterwards, or if anything fails it is not.

    What a process left behind that was killed while it made one is removed: nobody holds the lock in it any more.

    Raises:
        LearnspaceError: ``course_exists``.
    """
    directory = course_directory(settings, course)
    directory.parent.mkdir(parents=True, exist_ok=True)
    marker = directory / MAKING
    if marker.exists():
        with marker.open("a") as lock, suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(directory)
    try:
        directory.mkdir()
    except FileExistsError as error:
        raise course_exists(course) from error
    with marker.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            share(directory)
            ensure_course_directory(settings, course)
            yield directory
            share(directory)
        except BaseException:
            shutil.rmtree(directory, ignore_errors=True)
            raise
    marker.unlink(missing_ok=True)


def place_source(settings: Settings, course: str, folder: Path, name: str) -> list[str]:
    """Copy an assignment's source into the course's directory.

    Returns:
        The files that stand there already with other contents, which a teacher may have edited: they are kept.
    """
    target = ensure_course_directory(settings, course) / "source" / name
    kept = []
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        place = target / file.relative_to(folder)
        if place.exists():
            if not filecmp.cmp(file, place, shallow=False):
                kept.append(place.relative_to(target.parent.parent).as_posix())
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place)
    share(target)
    return kept


def refuse_links(directory: Path, *places: str) -> None:
    """Refuse links on the way to places in a course's directory and below them.

    Its teachers write there, from spaces that see nothing else of this machine. Through a link of theirs the grader
    would read and write another course's gradebook and files for them.

    Raises:
        LearnspaceError: ``link_in_course``, naming the link.
    """
    for place in places:
        path = directory / place
        ways = [way for way in path.parents if way.is_relative_to(directory) and way != directory]
        for item in (*ways, path, *path.rglob("*")):
            if item.is_symlink():
                raise LearnspaceError(
                    "link_in_course",
                    f"{item.relative_to(directory)} in the course's directory is a link. Put a copy in its place.",
                )


def share(path: Path, *ways: Path) -> None:
    """Give what stands below a path to the shared group: directories pass the group on, nothing is for others.

    Args:
        path: a file or a directory.
        ways: directories above it that may be new: they and those between are shared, but not what else is in them.
    """
    group = shared_group()
    between = [way for way in path.parents if any(way.is_relative_to(top) for top in ways)]
    for item in (*between, path, *path.rglob("*")):
        if item.is_symlink():
            continue
        os.chown(item, -1, group)
        item.chmod(0o2770 if item.is_dir() else 0o660)
