"""More than 200 submissions, always the same ones: what learners hand in, made from reference solutions.

Each has a name that says whose assignment it is and what was done to it. None of them cheats: whoever is accused here
is accused falsely.
"""

from __future__ import annotations

import ast
import copy
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from learnspace_assignments.preparing.mutations import mutants_of
from tests.differential import sampler

COURSES = Path(__file__).parents[2] / "course_materials"
DUE = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
MUTANTS = 6
"""Wrong answers for each assignment of the course material."""

EVERY = 3
"""Of how many changes one is made in an assignment of the course material."""

Notebooks = dict[str, NotebookNode]
Change = Callable[[Notebooks], None]


@dataclass(frozen=True)
class Submission:
    """What one learner hands in; each is a learner of its own, named like it."""

    assignment: str
    what: str
    notebooks: Notebooks
    received_at: datetime = DUE - timedelta(hours=1)
    files: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The learner's name in the gradebook."""
        return f"{self.assignment}.{self.what}"

    @property
    def digest(self) -> str:
        """The SHA-256 of what can make a difference: texts, nbgrader's marks, files and the time."""
        cells = {
            name: [[cell.cell_type, cell.source, cell.metadata.get("nbgrader", {})] for cell in notebook.cells]
            for name, notebook in self.notebooks.items()
        }
        whole = json.dumps([cells, self.files, self.received_at.isoformat()], sort_keys=True)
        return hashlib.sha256(whole.encode()).hexdigest()


def place_sources(root: Path) -> list[str]:
    """Write the sources of all assignments below ``root`` and return their names."""
    for course, prefix in (("python-first-steps", ""), ("python-first-steps-zh", "zh-")):
        for folder in sorted((COURSES / course / "source").iterdir()):
            target = root / "source" / f"{prefix}{folder.name[:3]}"
            for path in (path for path in folder.rglob("*") if path.is_file()):
                place = target / path.relative_to(folder)
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(path.read_bytes())
    sampler.write_sampler(root / "source" / sampler.NAME)
    return sorted(path.name for path in (root / "source").iterdir())


def all_submissions(root: Path) -> Iterator[Submission]:
    """Yield the submissions for the sources and releases below ``root``."""
    for turn, folder in enumerate(sorted((root / "release").iterdir())):
        released = _read(folder)
        solved = _solved(released, _read(root / "source" / folder.name))
        yield Submission(folder.name, "untouched", released)
        yield Submission(folder.name, "reference", solved)
        for number, (what, change) in enumerate(COMMON.items()):
            if folder.name != sampler.NAME and (number + turn) % EVERY:
                continue  # each change in three of the course's assignments is enough
            changed = copy.deepcopy(solved)
            change(changed)
            yield Submission(folder.name, what, changed)
        for what, late in LATE.items():
            yield Submission(folder.name, what, _half(solved, released), DUE + late)
        if folder.name == sampler.NAME:
            yield from _of_sampler(solved)
        else:
            yield from _mutants(folder.name, solved)


def _read(folder: Path) -> Notebooks:
    return {path.stem: nbformat.read(path, as_version=4) for path in sorted(folder.glob("*.ipynb"))}


def _solved(released: Notebooks, source: Notebooks) -> Notebooks:
    solved = copy.deepcopy(released)
    for name, notebook in solved.items():
        answers = {grade_id(cell): _plain(cell.source) for cell in source[name].cells if _is_answer(cell)}
        for cell in notebook.cells:
            if _is_answer(cell):
                cell.source = answers[grade_id(cell)]
    return solved


def _plain(source: str) -> str:
    return "\n".join(line for line in source.splitlines() if "### BEGIN" not in line and "### END" not in line)


def grade_id(cell: NotebookNode) -> str:
    """Return nbgrader's name of a cell, empty without one."""
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def _is_answer(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def _is_test(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("grade")) and not _is_answer(cell)


def _code(notebooks: Notebooks) -> list[NotebookNode]:
    """Return the answers in code, in order."""
    return [cell for one in notebooks.values() for cell in one.cells if _is_answer(cell) and cell.cell_type == "code"]


def _first(notebooks: Notebooks) -> NotebookNode:
    return next(iter(notebooks.values()))


def _half(solved: Notebooks, released: Notebooks) -> Notebooks:
    """Return a notebook with every second answer given."""
    half = copy.deepcopy(solved)
    for given, empty in list(zip(_code(half), _code(released), strict=True))[::2]:
        given.source = empty.source
    return half


def _in_answers(change: Callable[[str], str]) -> Change:
    def changed(notebooks: Notebooks) -> None:
        for cell in _code(notebooks):
            cell.source = change(cell.source)

    return changed


def _around(body: str, before: str = "") -> Change:
    """Return a change that puts each function of the answers into another one, whose last line is ``body``."""

    def wrap(source: str) -> str:
        defined = [one.name for one in ast.parse(source).body if isinstance(one, ast.FunctionDef)]
        for name in defined:
            source += f"\n\n_{name} = {name}\n\ndef {name}(*given):\n    {before or 'pass'}\n    it = _{name}(*given)\n"
            source += f"    {body}\n"
        return source

    return _in_answers(wrap)


def _after_first(code: str) -> Change:
    return lambda notebooks: _code(notebooks)[0].update(source=f"{_code(notebooks)[0].source}\n\n{code}")


def _before_first(code: str) -> Change:
    return lambda notebooks: _code(notebooks)[0].update(source=f"{code}\n\n{_code(notebooks)[0].source}")


def _instead_of_first(code: str) -> Change:
    return lambda notebooks: _code(notebooks)[0].update(source=code)


def _extra(*cells: NotebookNode, at: int = 1) -> Change:
    def insert(notebooks: Notebooks) -> None:
        _first(notebooks).cells[at:at] = copy.deepcopy(list(cells))

    return insert


def _comments(source: str) -> str:
    ends = re.compile(r"(?<=[^\\,(\[{\s])$", flags=re.MULTILINE)
    return "# First I thought about it.\n\n" + ends.sub("  # 我的答案 · mine", source) + "\n\n\n"


def _edit_tests(notebooks: Notebooks) -> None:
    for cell in _first(notebooks).cells:
        if _is_test(cell):
            cell.source = f"# I looked at this\n{cell.source}\nprint('looked')"


def _empty_tests(notebooks: Notebooks) -> None:
    for cell in _first(notebooks).cells:
        if _is_test(cell):
            cell.source = ""


def _delete(which: Callable[[NotebookNode], bool]) -> Change:
    def delete(notebooks: Notebooks) -> None:
        cells = _first(notebooks).cells
        del cells[next(number for number, cell in enumerate(cells) if which(cell))]

    return delete


def _twice(which: Callable[[NotebookNode], bool]) -> Change:
    def double(notebooks: Notebooks) -> None:
        cells = _first(notebooks).cells
        number = next(number for number, cell in enumerate(cells) if which(cell))
        second = copy.deepcopy(cells[number])
        second.id = "second-one"
        cells.insert(number + 1, second)

    return double


def _last_answer_first(notebooks: Notebooks) -> None:
    cells = _first(notebooks).cells
    number = max(number for number, cell in enumerate(cells) if _is_answer(cell) and cell.cell_type == "code")
    cells.insert(0, cells.pop(number))


def _stale_outputs(notebooks: Notebooks) -> None:
    for cell in _first(notebooks).cells:
        if cell.cell_type == "code":
            cell.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": "1000"}, execution_count=7)]
            cell.execution_count = 7


def _collapsed(notebooks: Notebooks) -> None:
    for cell in _first(notebooks).cells:
        cell.metadata.update(collapsed=True, tags=["mine", "笔记"], jupyter={"source_hidden": False})


def _other_points(notebooks: Notebooks) -> None:
    for cell in _first(notebooks).cells:
        if _is_test(cell):
            cell.metadata.nbgrader["points"] = 100


_code_cell = nbformat.v4.new_code_cell
COMMON: dict[str, Change] = {
    # other ways to write a right answer
    "comments": _in_answers(_comments),
    "tabs": _in_answers(lambda source: source.replace("    ", "\t")),
    "line-ends": _in_answers(lambda source: source.replace("\n", "\r\n")),
    "talks": _around("print('gave', it); return it"),
    "chinese-names": _around("结果 = it; return 结果", "参数 = given"),
    "main-guard": _after_first("if __name__ == '__main__':\n    print('hello')"),
    "shows-a-plot": _extra(_code_cell("import matplotlib.pyplot as plt\nplt.plot([1, 2, 3])\nplt.show()")),
    "shows-html": _extra(_code_cell("from IPython.display import HTML, display\ndisplay(HTML('<b>hi</b>'))")),
    "magics": _extra(_code_cell("%time x = 1\n!echo hello\n%matplotlib inline")),
    "notes": _extra(nbformat.v4.new_markdown_cell("# My notes\nç'est ça 😀"), nbformat.v4.new_raw_cell("raw")),
    "await": _extra(_code_cell("import asyncio\nawait asyncio.sleep(0)\nprint('awake')")),
    "traces": _extra(_code_cell("def f(n):\n    return 1 / n\n\nf(0)")),
    "stale-outputs": _stale_outputs,
    "collapsed": _collapsed,
    "seeded": _before_first("import random\nrandom.seed(7)"),
    # what goes to standard error
    "warns": _around("return it", "import warnings; warnings.warn('old', stacklevel=1)"),
    "prints-to-stderr": _around("print('note', file=sys.stderr); return it", "import sys"),
    "logs": _around("logging.getLogger('mine').warning('hm'); return it", "import logging"),
    # wrong kinds of things
    "gives-text": _around("return str(it)"),
    "gives-none": _around("return None"),
    "gives-numpy": _around("return np.array(it)[()] if isinstance(it, (int, float)) else it", "import numpy as np"),
    "gives-float": _around("return float(it) if type(it) is int else it"),
    "gives-list": _around("return list(it) if isinstance(it, tuple) else it"),
    "gives-nan": _around("return float('nan') if type(it) in (int, float) else it"),
    "gives-itself": _around("return given"),
    "gives-twice": _around("_ = it; return it"),
    "raises": _around("raise RuntimeError('我不知道')"),
    # what does not run
    "empty-answers": _in_answers(lambda _: ""),
    "only-comments": _in_answers(lambda _: "# I did not know this one."),
    "syntax-error": _instead_of_first("def f(:\n    return"),
    "error-below": _after_first("raise ValueError('stop')"),
    "asks": _after_first("name = input('Your name? ')"),
    "exits": _after_first("import sys\nsys.exit(0)"),
    "kills-python": _after_first("import os\nos._exit(0)"),
    # what happens to notebooks
    "tests-edited": _edit_tests,
    "tests-emptied": _empty_tests,
    "test-deleted": _delete(_is_test),
    "answer-deleted": _delete(_is_answer),
    "answer-twice": _twice(_is_answer),
    "test-twice": _twice(_is_test),
    "last-answer-first": _last_answer_first,
    "other-points": _other_points,
}  # fmt: skip
LATE = {"in-time-to-the-second": timedelta(0), "an-hour-late": timedelta(hours=1), "days-late": timedelta(days=3)}


def _mutants(assignment: str, solved: Notebooks) -> Iterator[Submission]:
    """Yield answers with one mistake each."""
    made = [
        (place, mutant.source)
        for place, cell in enumerate(_code(solved))
        for mutant in mutants_of(cell.source, MUTANTS)
        # An endless loop costs minutes, and one of them is in the sampler.
        if "while" not in mutant.source
    ]
    for number in range(min(MUTANTS, len(made))):
        place, source = made[number * len(made) // MUTANTS]
        changed = copy.deepcopy(solved)
        _code(changed)[place].source = source
        yield Submission(assignment, f"mistake-{number + 1}", changed)


def _of_sampler(solved: Notebooks) -> Iterator[Submission]:
    for what, answers in sampler.OTHER_ANSWERS.items():
        changed = copy.deepcopy(solved)
        for cell in _code(changed):
            cell.source = answers.get(grade_id(cell), cell.source)
        yield Submission(sampler.NAME, what, changed)
    yield Submission(sampler.NAME, "one-notebook-missing", {"everything": solved["everything"]})
    yield Submission(sampler.NAME, "a-notebook-of-my-own", {**solved, "mine": solved["second"]})
    yield Submission(sampler.NAME, "file-changed", solved, files={"steps.csv": "day,steps\nMon,1\n"})
    yield Submission(sampler.NAME, "file-of-my-own", solved, files={"notes/mine.txt": "我的"})
    prose = copy.deepcopy(solved)
    for cell in prose["everything"].cells:
        if grade_id(cell) == "why":
            cell.source = "Because 3 < 4 & so on. $x^2$ <script>alert(1)</script>"
        if grade_id(cell) == "task":
            cell.source += "\n\n![my drawing](drawing.png)"
    yield Submission(sampler.NAME, "prose", prose)
