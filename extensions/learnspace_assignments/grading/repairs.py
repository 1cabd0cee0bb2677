"""Mends what happened to the cells of a submitted notebook before nbgrader reads it, and remembers what it mended.

Only what is certain: nbgrader's marks, which learners do not write, and the teacher's own cells. What a learner wrote
is never changed, and where it is not certain which cell is an answer, a person decides. Stock nbgrader ends a whole
batch at the first notebook whose marks it cannot read (``SchemaTooOldError``), and takes a deleted test for 0 points.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_locked
from traitlets import Unicode

from learnspace_assignments.models import Repair
from learnspace_assignments.models.assignments import RepairKind
from learnspace_core.errors import LearnspaceError

KEY = "learnspace_repairs"
"""Where the autograded notebook's own metadata say what was mended in it."""


class CannotRepair(LearnspaceError):
    """A notebook in which a person has to say which cell is what."""

    def __init__(self, message: str) -> None:
        super().__init__("not_gradable", message)


class Known(NamedTuple):
    """What the gradebook knows of a cell of an assignment."""

    kind: str
    locked: bool
    grade: bool
    solution: bool
    task: bool
    points: float | None
    checksum: str
    source: str

    @property
    def is_test(self) -> bool:
        """Whether it is a test, which the teacher wrote."""
        return self.grade and not self.solution

    @property
    def is_marked_by_hand(self) -> bool:
        """Whether it is an answer that a person reads."""
        return (self.grade and self.solution) or self.task

    def marks(self, name: str) -> dict[str, Any]:
        """Return nbgrader's metadata of the cell."""
        made = {"schema_version": 3, "grade_id": name, "cell_type": self.kind, "checksum": self.checksum}
        made |= {"grade": self.grade, "solution": self.solution, "locked": self.locked, "task": self.task}
        return made | ({"points": self.points} if self.points is not None else {})


class RepairCells(NbGraderPreprocessor):
    """Runs before nbgrader's own preprocessors, with the gradebook's knowledge and the learners' version at hand."""

    root = Unicode(help="The directory of the course.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Mend a notebook and write what was mended into its metadata.

        Raises:
            CannotRepair: if only a person can.
        """
        assignment, name = resources["nbgrader"]["assignment"], resources["nbgrader"]["notebook"]
        with Gradebook(resources["nbgrader"]["db_url"]) as book:
            known = known_cells(book.find_notebook(name, assignment))
        mending = Mending(nb, known, released_cells(Path(self.root), assignment, name))
        nb.cells = mending.cells
        nb.metadata[KEY] = [one.model_dump() for one in mending.repairs]
        return nb, resources


def repairs_of(name: str, notebook: NotebookNode | None) -> list[Repair]:
    """Return what was mended in a graded notebook."""
    found = notebook.metadata.get(KEY, []) if notebook is not None else []
    return [Repair.model_validate({**one, "notebook": name}) for one in found]


def known_cells(notebook: Any) -> dict[str, Known]:
    """Return what nbgrader's gradebook knows of a notebook's cells, by grade id."""
    grades = {cell.name: cell for cell in notebook.grade_cells}
    tasks = {cell.name: cell for cell in notebook.task_cells}
    solutions = {cell.name for cell in notebook.solution_cells}
    found = {}
    for cell in notebook.source_cells:
        worth = grades.get(cell.name) or tasks.get(cell.name)
        found[str(cell.name)] = Known(
            kind=str(cell.cell_type),
            locked=bool(cell.locked),
            grade=cell.name in grades,
            solution=cell.name in solutions,
            task=cell.name in tasks,
            points=float(worth.max_score) if worth is not None else None,
            checksum=str(cell.checksum or ""),
            source=str(cell.source or ""),
        )
    return found


def released_cells(root: Path, assignment: str, name: str) -> list[NotebookNode]:
    """Return the cells of the learners' version, or of the teacher's where that is not there any more."""
    for step in ("release", "source"):
        path = root / step / assignment / f"{name}.ipynb"
        if path.is_file() and not path.is_symlink():
            return _cells_in(path.read_text(encoding="utf-8"))
    return []


@lru_cache(32)
def _cells_in(text: str) -> list[NotebookNode]:
    """Return the cells of a notebook's text, which nobody changes."""
    cells: list[NotebookNode] = nbformat.reads(text, as_version=4).cells
    return cells


def _name(cell: NotebookNode) -> str:
    grading = cell.metadata.get("nbgrader")
    found = grading.get("grade_id") if isinstance(grading, dict) else None
    return found if isinstance(found, str) else ""


class Mending:
    """The mending of one notebook, which is done when this is made.

    Args:
        notebook: as it was handed in; left as it is.
        known: what the gradebook knows of its cells, by grade id.
        released: the cells of the learners' version, in order; they may be of a newer version than the learner's.

    Raises:
        CannotRepair: if only a person can.
    """

    def __init__(self, notebook: NotebookNode, known: dict[str, Known], released: list[NotebookNode]) -> None:
        self.cells: list[NotebookNode] = copy.deepcopy(notebook.cells)
        self.repairs: list[Repair] = []
        self._known = known
        self._released = {_name(cell): cell for cell in released if _name(cell) in known}
        self._teachers_texts = {cell.source.strip() for cell in released}
        # Cells of which only the gradebook knows come last.
        order = [*self._released, *(name for name in known if name not in self._released)]
        self._turn = {name: number for number, name in enumerate(order)}
        self._mend_signs()
        self._find_marks_again()
        self._forget_foreign_marks()
        self._settle_twins()
        self._put_marks_right()
        self._bring_back()
        self._move_tests()

    def _note(self, kind: RepairKind, name: str = "") -> None:
        self.repairs.append(Repair(kind=kind, id=name))

    def _places(self) -> dict[str, int]:
        """Return where the known cells stand."""
        return {_name(cell): place for place, cell in enumerate(self.cells) if _name(cell) in self._known}

    def _mend_signs(self) -> None:
        """Replace halves of letters, which JSON can hold and no file, database or Python source can."""
        for cell in self.cells:
            whole = cell.source.encode("utf-8", "replace").decode()
            if whole != cell.source:
                cell.source = whole
                self._note("signs", _name(cell))

    def _find_marks_again(self) -> None:
        """Give back its marks to a cell that lost them: it has the id of a cell, or the very text of the teacher's."""
        places = self._places()
        lost = [name for name in self._released if name not in places]
        plain = [cell for cell in self.cells if _name(cell) not in self._known]
        ids = Counter(cell.get("id", "") for cell in self.cells)
        for name in lost:
            wanted = self._released[name]
            one = wanted.get("id", "")
            same = [cell for cell in plain if one and cell.get("id") == one and ids[one] == 1]
            if not same and self._known[name].locked and wanted.source.strip():
                same = [cell for cell in plain if cell.source.strip() == wanted.source.strip()]
            if len(same) == 1:
                same[0].metadata["nbgrader"] = NotebookNode(self._known[name].marks(name))
                plain.remove(same[0])
                self._note("marks_found", name)

    def _forget_foreign_marks(self) -> None:
        """Take marks that say nothing, or name a cell of another assignment, from what is then a cell of one's own."""
        for cell in self.cells:
            if "nbgrader" in cell.metadata and _name(cell) not in self._known:
                name, grading = _name(cell), cell.metadata.pop("nbgrader")
                if isinstance(grading, dict) and any(map(grading.get, ("grade", "solution", "locked", "task"))):
                    self._note("foreign", name)

    def _settle_twins(self) -> None:
        """Let one of several cells with the same marks keep them: the last, as it is the last that runs."""
        for name, count in Counter(_name(cell) for cell in self.cells).items():
            if count == 1 or name not in self._known:
                continue
            twins = [cell for cell in self.cells if _name(cell) == name]
            chosen = twins[-1]
            if self._known[name].is_marked_by_hand:
                empty = self._empty_texts(name)
                answers = {cell.source.strip(): cell for cell in twins if cell.source.strip() not in empty}
                if len(answers) > 1:
                    raise CannotRepair(
                        f"{name}: there are {len(answers)} different cells with the answer. Look at it by hand, or ask "
                        "the learner to delete the ones that do not count and to hand in again."
                    )
                chosen = next(iter(answers.values()), chosen)
            for cell in twins:
                if cell is not chosen:
                    del cell.metadata["nbgrader"]
            self._note("twins", name)

    def _empty_texts(self, name: str) -> set[str]:
        released = self._released.get(name)
        return {"", self._known[name].source.strip()} | ({released.source.strip()} if released is not None else set())

    def _put_marks_right(self) -> None:
        """Let nbgrader's marks say what the gradebook says, and let cells be of the kind that they were."""
        for cell in self.cells:
            name = _name(cell)
            if name not in self._known:
                continue
            known, found = self._known[name], cell.metadata.nbgrader
            right = known.marks(name)
            flags = ("grade", "solution", "task", "points")
            differ = any(found.get(one) != right.get(one) and (found.get(one) or right.get(one)) for one in flags)
            if differ or bool(is_locked(cell)) != known.locked:
                self._note("marks_changed", name)
            cell.metadata["nbgrader"] = NotebookNode(right)
            if cell.cell_type != known.kind:
                _retype(cell, known.kind)
                self._note("retyped", name)
            released = self._released.get(name)
            if known.locked and released is not None and cell.source.split() != released.source.split():
                # nbgrader puts the teacher's text there.
                self._note("text_restored", name)

    def _bring_back(self) -> None:
        """Put the teacher's cells that are missing where they stood."""
        for name in sorted(self._known.keys() - self._places().keys(), key=self._turn.__getitem__):
            known, places = self._known[name], self._places()
            if not known.locked and not known.is_marked_by_hand:
                # Its code may stand in any other cell: nothing needs its marks.
                self._note("answer_missing", name)
                continue
            before, after = self._neighbours(name, places)
            beside = before >= 0 and self._turn[_name(self.cells[before])] == self._turn[name] - 1
            if known.is_marked_by_hand and not known.task and any(self._own_between(before, after, known.kind)):
                raise CannotRepair(
                    f"{name}: its cell has no mark of nbgrader any more, and another cell may be the answer. Look at "
                    "it by hand, or ask the learner to fetch the missing cell again and to hand in again."
                )
            # Not before cells that may be the answer, now without marks, that it judges.
            self.cells.insert(before + 1 if beside else after, self._made(name))
            self._note("answer_missing" if known.is_marked_by_hand else "brought_back", name)

    def _neighbours(self, name: str, places: dict[str, int]) -> tuple[int, int]:
        """Return the places of the known cells before and after one that is missing: -1 and the end, if none is."""
        turn = self._turn[name]
        before = [place for other, place in places.items() if self._turn[other] < turn]
        after = [place for other, place in places.items() if self._turn[other] > turn]
        return max(before, default=-1), min(after, default=len(self.cells))

    def _own_between(self, before: int, after: int, kind: str) -> Iterator[NotebookNode]:
        """Yield the learner's own cells of a kind between two places."""
        teachers = self._teachers_texts
        for cell in self.cells[before + 1 : after]:
            own = _name(cell) not in self._known and cell.source.strip() not in teachers
            if own and cell.cell_type == kind and cell.source.strip():
                yield cell

    def _made(self, name: str) -> NotebookNode:
        known = self._known[name]
        make: Any = nbformat.v4.new_code_cell if known.kind == "code" else nbformat.v4.new_markdown_cell
        cell: NotebookNode = make(known.source)
        if "id" not in (self.cells[0] if self.cells else cell):
            cell.pop("id", None)
        cell.metadata["nbgrader"] = NotebookNode(known.marks(name))
        return cell

    def _move_tests(self) -> None:
        """Move a test that stands above what it judges to below it."""
        places = self._places()
        for name in sorted(self._known, key=self._turn.__getitem__):
            if not self._known[name].is_test:
                continue
            judged = [
                place
                for other, place in places.items()
                if self._turn[other] < self._turn[name] and self._known[other].solution
            ]
            if max(judged, default=-1) > places[name]:
                self.cells.insert(max(judged), self.cells.pop(places[name]))
                self._note("moved", name)
                places = self._places()


def _retype(cell: NotebookNode, kind: str) -> None:
    for key in ("outputs", "execution_count", "attachments"):
        cell.pop(key, None)
    cell.cell_type = kind
    if kind == "code":
        cell.update(outputs=[], execution_count=None)
