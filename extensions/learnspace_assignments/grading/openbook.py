"""nbgrader's gradebook as the grader opens it: once for a submission, with what nbgrader commits in few transactions.

nbgrader opens its gradebook for each step that it takes, compiles every query anew, and commits after each grade. What
it reads and writes is the same here; only how often it asks the disk is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    MissingEntry,
    Notebook,
    SolutionCell,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from nbgrader.converters import autograde
from nbgrader.preprocessors import latesubmissions, overwritecells, overwritekernelspec, saveautogrades
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session, joinedload, with_polymorphic
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.pool import NullPool

from learnspace_assignments.grading import repairs

_OPENERS: tuple[Any, ...] = (autograde, latesubmissions, overwritecells, overwritekernelspec, saveautogrades, repairs)
"""The modules that open a gradebook while a submission is graded: nbgrader's, and the step before them."""
_CELLS = with_polymorphic(BaseCell, [GradeCell, SolutionCell, TaskCell])


class OpenBook(Gradebook):
    """A gradebook on an engine that is kept; nbgrader's own ``with Gradebook(…)`` does not close it.

    Args:
        path: the file, which :func:`prepare` has seen.
        course: the course's id.
    """

    def __init__(self, path: str, course: str) -> None:
        self.engine = _engine(path)
        self.db = _Session(self.engine, expire_on_commit=False)
        self.course_id = course
        self.authenticator = None
        self._found: dict[tuple[str, ...], dict[str, Any]] = {}
        self._cells: dict[str, dict[str, Any]] = {}
        self._rows: dict[tuple[str, ...], Any] = {}

    def __exit__(self, *_: object) -> None:
        """Stay open: who opened it closes it."""

    def close(self) -> None:
        """Close the connection to the database."""
        self.db.close()

    @contextmanager
    def at_once(self, alone: AbstractContextManager[None]) -> Iterator[None]:
        """Keep all that is committed inside in one transaction, or nothing of it if an exception leaves.

        Args:
            alone: the lock to hold meanwhile.
        """
        try:
            with alone, self.db.held():
                yield
        except BaseException:
            # Of what was read inside, nothing may be there any more.
            self._rows.clear()
            self._found.clear()
            raise

    def submitted_notebooks(self, submission: SubmittedAssignment) -> list[Any]:
        """Return the notebooks of a submission, by their names."""
        # Over the index, which ``submission.notebooks`` cannot use: it would read the rows of the whole class.
        query = (
            self.db.query(SubmittedNotebook)
            .join(Notebook)
            .options(joinedload(SubmittedNotebook.notebook))
            .filter(Notebook.assignment_id == submission.assignment_id)
            .filter(SubmittedNotebook.assignment_id == submission.id)
        )
        return sorted(query.all(), key=lambda notebook: str(notebook.name))

    def grades_of(self, notebook: SubmittedNotebook) -> list[Any]:
        """Return the grades of a submitted notebook, in order, with their cells."""
        return self._of_cells(Grade, notebook)

    def comments_of(self, notebook: SubmittedNotebook) -> list[Any]:
        """Return the comments on a submitted notebook, in order, with their cells."""
        return self._of_cells(Comment, notebook)

    def said_of_each(self, assignment: str) -> dict[str, dict[tuple[str, str], tuple[float, bool, str]]]:
        """Return what stands in the entry of each student, in two queries for a whole class.

        Points, whether a mark is missing, and the comment, by notebook and name of the cell; a comment beside a cell
        without points has none.
        """
        found: dict[str, dict[tuple[str, str], tuple[float, bool, str]]] = {}
        for student, notebook, cell, score, needs_mark in self._of_class(
            Grade, assignment, Grade.score, Grade.needs_manual_grade
        ):
            found.setdefault(student, {})[notebook, cell] = (float(score or 0), bool(needs_mark), "")
        for student, notebook, cell, comment in self._of_class(Comment, assignment, Comment.comment):
            if comment:
                said = found.setdefault(student, {})
                score, needs_mark, _ = said.get((notebook, cell), (0.0, False, ""))
                said[notebook, cell] = (score, needs_mark, str(comment))
        return found

    def _of_class(self, kind: Any, assignment: str, *columns: Any) -> list[Any]:
        query = (
            self.db.query(SubmittedAssignment.student_id, Notebook.name, BaseCell.name, *columns)
            .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
            .join(Assignment, Assignment.id == Notebook.assignment_id)
            .join(kind, kind.notebook_id == SubmittedNotebook.id)
            .join(BaseCell, BaseCell.id == kind.cell_id)
        )
        return list(query.filter(Assignment.name == assignment).all())

    def _of_cells(self, kind: Any, notebook: SubmittedNotebook) -> list[Any]:
        cells = self._cells_of(str(notebook.notebook_id))
        # Over the index as well: by cell and notebook.
        query = self.db.query(kind).filter(kind.cell_id.in_(list(cells)))
        found = query.filter(kind.notebook_id == notebook.id).order_by(text(f"{kind.__tablename__}.rowid")).all()
        for one in found:
            # Else each would be asked for alone: a session forgets what nobody holds.
            set_committed_value(one, "cell", cells[one.cell_id])
        return list(found)

    def _cells_of(self, notebook: str) -> dict[str, Any]:
        """Return the cells of a notebook of an assignment, by their ids."""
        if notebook not in self._cells:
            found = self.db.query(_CELLS).filter(_CELLS.notebook_id == notebook).all()
            self._cells[notebook] = {cell.id: cell for cell in found}
        return self._cells[notebook]

    # What nbgrader asks for at each of its steps is read once.

    def find_assignment(self, name: str) -> Any:
        """Return an assignment."""
        return self._once(super().find_assignment, name)

    def find_student(self, student_id: str) -> Any:
        """Return a student."""
        return self._once(super().find_student, student_id)

    def find_submission(self, assignment: str, student: str) -> Any:
        """Return what a student submitted."""
        return self._once(super().find_submission, assignment, student)

    def find_submission_notebook(self, notebook: str, assignment: str, student: str) -> Any:
        """Return a notebook that a student submitted."""
        return self._once(super().find_submission_notebook, notebook, assignment, student)

    def _once(self, find: Callable[..., Any], *names: str) -> Any:
        key = (find.__name__, *names)
        if key not in self._rows:
            self._rows[key] = find(*names)
        return self._rows[key]

    # What it asks cell by cell, with a join over six tables each time, is read once a notebook.

    def find_notebook(self, name: str, assignment: str) -> Any:
        """Return a notebook of an assignment; its cells are read with it, all at once."""
        key = ("notebook", name, assignment)
        if key not in self._found:
            notebook = super().find_notebook(name, assignment)
            self._cells_of(notebook.id)
            self._found[key] = {"notebook": notebook}
        return self._found[key]["notebook"]

    def find_source_cell(self, name: str, notebook: str, assignment: str) -> Any:
        """Return a cell of the source."""
        key = ("source", notebook, assignment)
        if key not in self._found:
            source = self.find_notebook(notebook, assignment)
            self._found[key] = {str(cell.name): cell for cell in source.source_cells}
        return _get(self._found[key], name, *key)

    def find_graded_cell(self, name: str, notebook: str, assignment: str) -> Any:
        """Return a cell with points."""
        key = ("graded", notebook, assignment)
        if key not in self._found:
            cells = self._cells_of(self.find_notebook(notebook, assignment).id)
            self._found[key] = _by_name(cells.values(), (TaskCell, GradeCell))
        return _get(self._found[key], name, *key)

    def find_grade(self, grade_cell: str, notebook: str, assignment: str, student: str) -> Any:
        """Return a grade."""
        key = ("grade", notebook, assignment, student)
        if key not in self._found:
            grades = self.grades_of(self.find_submission_notebook(notebook, assignment, student))
            self._found[key] = _by_name(grades, (TaskCell, GradeCell))
        return _get(self._found[key], grade_cell, *key)

    def find_comment(self, solution_cell: str, notebook: str, assignment: str, student: str) -> Any:
        """Return a comment."""
        key = ("comment", notebook, assignment, student)
        if key not in self._found:
            comments = self.comments_of(self.find_submission_notebook(notebook, assignment, student))
            self._found[key] = _by_name(comments, (TaskCell, SolutionCell))
        return _get(self._found[key], solution_cell, *key)


def prepare(path: Path, course: str, alone: Callable[[], AbstractContextManager[None]]) -> None:
    """Let nbgrader itself open a gradebook that this process has not seen yet: it adds the tables and rows it misses.

    Args:
        path: the file.
        course: the course's id.
        alone: the lock to hold meanwhile; two who add the same row spoil it for each other.
    """
    status = path.stat()
    seen = (str(path), course, status.st_dev, status.st_ino)
    if seen in _prepared:
        return
    with alone():
        Gradebook(f"sqlite:///{path}", course).close()
    _prepared.add(seen)


_prepared: set[tuple[str, str, int, int]] = set()


@contextmanager
def nbgrader_opens(book: OpenBook) -> Iterator[None]:
    """Let every step of nbgrader that opens a gradebook get this one."""
    before = [module.Gradebook for module in _OPENERS]
    for module in _OPENERS:
        module.Gradebook = lambda *_, **__: book
    try:
        yield
    finally:
        for module, opener in zip(_OPENERS, before, strict=True):
            module.Gradebook = opener


class _Session(Session):
    """A session that can hold commits back."""

    _holding = False

    def commit(self) -> None:
        """Commit; if commits are held back, write what is new and needs an id, and leave changes for the end."""
        if not self._holding:
            super().commit()
        elif self.new or self.deleted:
            self.flush()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold commits back, and make one at the end."""
        self._holding = True
        try:
            yield
        except BaseException:
            self.rollback()
            raise
        finally:
            self._holding = False
        self.commit()


@lru_cache(64)
def _engine(path: str) -> Engine:
    """Return an engine that remembers queries and keeps no connection: a teacher may put another file in its place."""
    return create_engine(f"sqlite:///{path}", poolclass=NullPool, connect_args={"timeout": 30})


def _by_name(found: Any, kinds: tuple[type[Any], ...]) -> dict[str, Any]:
    """Return what was found by the names of its cells; of two with one name, that of the later kind."""
    cells = [(getattr(one, "cell", one), one) for one in found]
    return {str(cell.name): one for kind in kinds for cell, one in cells if isinstance(cell, kind)}


def _get(found: dict[str, Any], name: str, *where: str) -> Any:
    if name not in found:
        raise MissingEntry(f"No such {where[0]}: {'/'.join(where[1:])}/{name}")
    return found[name]
