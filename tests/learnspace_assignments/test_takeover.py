"""A course comes from stock nbgrader and leaves for it; stock nbgrader itself makes the one and works on the other."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from sqlalchemy import func, select

from learnspace_assignments import store
from learnspace_assignments.coursedir import course_directory
from learnspace_assignments.models import Receipt
from learnspace_assignments.receipts import verify
from learnspace_assignments.stock.leaving import leave
from learnspace_assignments.stock.takeover import TakenOver, take_over
from learnspace_assignments.tables import AssignmentRow, SubmissionRow
from learnspace_core.blobs import BlobStore
from learnspace_core.database import Database
from learnspace_core.errors import LearnspaceError
from learnspace_core.settings import Settings
from learnspace_core.tables import RecordRow
from learnspace_people import store as people
from learnspace_people.models import Course
from learnspace_people.tables import CourseRow, PersonRow
from tests.learnspace_assignments.conftest import source_notebook

COURSE = Course(id="chem", title="Chemistry", institution="school")
Take = Callable[[Path], TakenOver]


def _stock(directory: Path, *words: str) -> str:
    """Run nbgrader as it comes, without anything of ours in its configuration."""
    empty = directory / ".empty"
    empty.mkdir(exist_ok=True)
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(empty),
        "JUPYTER_CONFIG_DIR": str(empty),
        "JUPYTER_NO_CONFIG": "",
    }
    command = [Path(sys.executable).parent / "nbgrader", *words]
    done = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def _answer(path: Path, source: str) -> None:
    notebook = nbformat.read(path, as_version=4)
    next(
        cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "double"
    ).source = source
    nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course of stock nbgrader: ann's work is graded, marked by hand and fed back, BEN's came later."""
    course = tmp_path_factory.mktemp("stock") / "chem"
    (course / "source" / "ps1").mkdir(parents=True)
    (course / "nbgrader_config.py").write_text('c = get_config()\nc.CourseDirectory.course_id = "chem"\n')
    nbformat.write(source_notebook(), course / "source" / "ps1" / "ps1.ipynb")
    _stock(course, "db", "assignment", "add", "ps1", "--duedate", "2026-03-01 12:00 UTC")
    _stock(course, "db", "student", "add", "ann", "--first-name", "Ann", "--last-name", "Lee", "--email", "ann@x.org")
    _stock(course, "db", "student", "add", "BEN")
    _stock(course, "generate_assignment", "ps1")
    for student, source, moment in (
        ("ann", "def double(x):\n    return 2 * x", "2026-02-28 10:00:00.000000 UTC"),
        ("BEN", "def double(x):\n    return 0", "2026-03-02 08:30:00 +0800"),
    ):
        folder = course / "submitted" / student / "ps1"
        shutil.copytree(course / "release" / "ps1", folder)
        _answer(folder / "ps1.ipynb", source)
        (folder / "timestamp.txt").write_text(moment)
    _stock(course, "autograde", "ps1", "--student", "ann")
    with Gradebook(f"sqlite:///{course}/gradebook.db", "chem") as book:
        grade = book.find_grade("why", "ps1", "ps1", "ann")
        grade.manual_score, grade.needs_manual_grade = 2.5, False
        book.db.commit()
    _stock(course, "generate_feedback", "ps1", "--student", "ann")
    return course


@pytest.fixture
def stock(made: Path, tmp_path: Path) -> Path:
    """A copy of that course for one test."""
    return shutil.copytree(made, tmp_path / "chem")


@pytest.fixture
def take(settings: Settings, school: Database, blobs: BlobStore) -> Take:
    """Take a directory over as the course ``chem`` of ted."""
    return lambda directory: take_over(settings, school, blobs, directory, COURSE, "ted")


def _counts(database: Database) -> list[int]:
    tables = (PersonRow, CourseRow, AssignmentRow, SubmissionRow, RecordRow)
    with database.read() as session:
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def test_everything_of_a_stock_course_is_there_and_a_second_time_changes_nothing(
    stock: Path, take: Take, settings: Settings, school: Database
) -> None:
    assert take(stock) == TakenOver(assignments=1, people=2, submissions=2, graded=1)
    with school.read() as session:
        row = store.get_assignment(session, "chem", "ps1")
        assert (row.due_at, row.max_score) == (datetime(2026, 3, 1, 12, tzinfo=UTC), 5)
        assert [file["path"] for file in row.files] == ["ps1.ipynb"]
        found = {person.username: (one, person) for one, person in store.newest_submissions(session, row)}
        ann, ben = found["ann"], found["ben"]
        assert (ann[1].name, ann[1].email, ann[1].student, ben[1].student) == ("Ann Lee", "ann@x.org", "ann", "BEN")
        assert ann[0].marks is not None
        assert (ann[0].state, ann[0].marks["score"]) == ("returned", 4.5)
        assert (ben[0].state, ben[0].received_at) == ("handed_in", datetime(2026, 3, 2, 0, 30, tzinfo=UTC))
        receipt = Receipt.model_validate(ben[0].receipt)
        assert verify(receipt)
        assert receipt.taken_over_at is not None
        known = session.scalars(select(RecordRow).filter_by(object_type="submission", object_id=ben[0].id)).one()
        assert (known.verb, known.result["known_from"]) == ("taken_over", "timestamp.txt")
        assert people.find_person(session, "ted").courses("teacher") == ["art", "chem"]  # type: ignore[union-attr]
    before = _counts(school)
    assert take(stock) == TakenOver(0, 0, 0, 0)
    assert _counts(school) == before
    config = (course_directory(settings, "chem") / "nbgrader_config.py").read_text()
    assert config.startswith((stock / "nbgrader_config.py").read_text())


def _link(course: Path) -> None:
    (course / "submitted" / "ann" / "ps1" / "extra.txt").symlink_to("/etc/passwd")


def _linked_folder(course: Path) -> None:
    (course / "autograded" / "BEN").symlink_to(course / "autograded" / "ann")


def _fifo(course: Path) -> None:
    os.mkfifo(course / "source" / "ps1" / "pipe")


def _no_database(course: Path) -> None:
    (course / "gradebook.db").write_bytes(b"not a database, but long enough to be looked at" * 50)


def _half_database(course: Path) -> None:
    path = course / "gradebook.db"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])


def _old_database(course: Path) -> None:
    with sqlite3.connect(course / "gradebook.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0'")


def _bad_name(course: Path) -> None:
    (course / "submitted" / "ann" / "ps1" / "a:b.txt").touch()


def _bad_student(course: Path) -> None:
    shutil.copytree(course / "submitted" / "ann", course / "submitted" / "Jane Roe")


def _same_student(course: Path) -> None:
    shutil.copytree(course / "submitted" / "ann", course / "submitted" / "Ann")


def _unknown_assignment(course: Path) -> None:
    shutil.copytree(course / "submitted" / "ann" / "ps1", course / "submitted" / "ann" / "ps2")


def _alike_folder(course: Path) -> None:
    # On a disk that ignores case, nbgrader finds source/PS1 for the ps1 of its gradebook.
    (course / "source" / "ps1").rename(course / "source" / "PS1")


def _bad_config(course: Path) -> None:
    (course / "nbgrader_config.py").write_text("c = get_config(\n")


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (_link, "submitted/ann/ps1/extra.txt"),
        (_linked_folder, "autograded/BEN"),
        (_fifo, "source/ps1/pipe"),
        (_no_database, "gradebook.db"),
        (_half_database, "gradebook.db"),
        (_old_database, "nbgrader db upgrade"),
        (_bad_name, "submitted/ann/ps1/a:b.txt"),
        (_bad_student, "'Jane Roe'"),
        (_same_student, "'ann' and 'Ann'"),
        (_unknown_assignment, "submitted/ann/ps2"),
        (_alike_folder, "'ps1' and 'PS1'"),
        (_bad_config, "nbgrader_config.py"),
        (shutil.rmtree, "chem"),
    ],
)
@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_a_broken_directory_is_named_and_leaves_nothing_behind(
    stock: Path, take: Take, settings: Settings, school: Database, spoil: Callable[[Path], None], named: str
) -> None:
    spoil(stock)
    before = _counts(school)
    with pytest.raises(LearnspaceError) as refused:
        take(stock)
    assert named in refused.value.message
    assert _counts(school) == before
    assert not course_directory(settings, "chem").exists()


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_a_name_for_gradebooks_of_somebody_else_is_not_given_away(stock: Path, take: Take, school: Database) -> None:
    with school.write() as session:
        people.ensure_person(session, "ann", "Another Ann")
        people.rename(session, "ann", "anna")
    with pytest.raises(LearnspaceError, match="'anna'") as refused:
        take(stock)
    assert refused.value.code == "student_taken"


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_a_course_that_is_there_is_never_taken_over(
    stock: Path, school: Database, settings: Settings, blobs: BlobStore
) -> None:
    with pytest.raises(LearnspaceError) as refused:
        take_over(settings, school, blobs, stock, COURSE.model_copy(update={"id": "art"}), "ted")
    assert refused.value.code == "course_exists"


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_what_leaves_is_a_course_that_stock_nbgrader_grades(
    stock: Path, take: Take, settings: Settings, school: Database, blobs: BlobStore, tmp_path: Path
) -> None:
    take(stock)
    with school.write() as session:
        session.scalars(select(AssignmentRow).filter_by(course_id="chem")).one().due_at = datetime(
            2026, 4, 1, tzinfo=UTC
        )
    target = tmp_path / "back"
    done = leave(settings, school, blobs, "chem", target)
    assert (done.assignments, done.students, done.submissions) == (1, 2, 2)
    assert "exchange" not in (target / "nbgrader_config.py").read_text().lower()
    assert "ps1" in _stock(target, "db", "assignment", "list")
    _stock(target, "autograde", "ps1", "--student", "BEN")
    with Gradebook(f"sqlite:///{target}/gradebook.db", "chem") as book:
        assert book.find_assignment("ps1").duedate == datetime(2026, 4, 1)
        assert book.find_submission("ps1", "ann").score == 4.5
        assert book.find_grade("double-tests", "ps1", "ps1", "BEN").score == 0
        assert str(book.find_submission("ps1", "BEN").timestamp) == "2026-03-02 00:30:00"
    with pytest.raises(LearnspaceError) as refused:
        leave(settings, school, blobs, "chem", target)
    assert refused.value.code == "not_empty"
    again = take_over(settings, school, blobs, target, COURSE.model_copy(update={"id": "chem-again"}), "ted")
    assert again == TakenOver(assignments=1, people=2, submissions=2, graded=2)
