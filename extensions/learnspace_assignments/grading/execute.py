"""The one step of nbgrader's autograding that is ours: cells run in a sandbox, and only outputs come back."""

from __future__ import annotations

import base64
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat
from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_locked, is_solution
from traitlets import Bool, Callable, Integer, List, Unicode

from learnspace_assignments.grading.helping import Helpers
from learnspace_assignments.grading.probes import MOST_KNOWN, plain, probes
from learnspace_assignments.tables import WHOLE_NOTEBOOK
from learnspace_assignments.testmessages import ENDED, NO_EVIDENCE
from learnspace_sandbox.models import Cell, CellResult, Doubt, Request, Result

NO_POINTS = "This check gave {points:g} points, and it can give 0 to {most:g}."
PROBES, LEAST = 6, 3
"""Probes in one notebook, unless it has more tests; and of each test."""
CELL_SECONDS = 30
"""What a cell may take, and never over a quarter of the notebook's time: an endless loop costs its own points."""
SAID = 300
"""Characters that are kept of what a failed test said."""
OUTPUT_KINDS = ("stream", "display_data", "execute_result", "error")


class SandboxExecute(NbGraderPreprocessor):
    """Runs the trusted notebook's code cells in a sandbox.

    The notebook's own text and metadata are never taken back; outputs are, after validation. A cell without a verdict
    gets an error output, so that nbgrader gives it no points.
    """

    run = Callable(help="Runs a Request in a sandbox and returns a Result.").tag(config=True)
    seconds = Integer(120, help="Wall time of one notebook.").tag(config=True)
    measured = Callable(
        default_value=lambda _notebook, _test, _seconds, _said: None,
        help="Told how long each test ran and what it said if it failed; and, without a name, of all cells together.",
    ).tag(config=True)
    trusted_languages = List(Unicode(), help="Other languages than Python in which a test needs no evidence.").tag(
        config=True
    )
    trust_unjudged_tests = Bool(
        False, help="Whether a Python test gives points that only works in the notebook's own process."
    ).tag(config=True)
    doubt = Callable(
        default_value=lambda _notebook, _test, _why: None, help="Told each test without evidence, and why."
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Replace the outputs of every code cell by those of the sandbox."""
        code = [cell for cell in nb.cells if cell.cell_type == "code"]
        cells, kernel = _cells(code), kernel_of(nb)
        no_evidence: Doubt = "" if kernel == "python3" or _language(nb) in self.trusted_languages else "language"
        result: Result = self.run(
            Request(
                cells=cells,
                files=files_beside(Path(resources["metadata"]["path"])),
                seconds=self.seconds,
                cell_seconds=max(1, min(CELL_SECONDS, self.seconds // 4)),
                kernel=kernel,
            )
        )
        for number, (cell, got) in enumerate(zip(code, result.cells, strict=True), start=1):
            cell.execution_count = None if got.status == "not_run" else number
            cell.outputs = outputs_of(got, ENDED[result.ended], number)
            doubt: Doubt = ""
            if _is_test(cell):
                shown = _points(cell.outputs)
                judge(cell.outputs, float(cell.metadata.nbgrader["points"]))
                if not any(output.output_type == "error" for output in cell.outputs):
                    as_judged = not got.judged or shown == got.points
                    doubt = no_evidence or got.doubt or ("" if as_judged else "differs")
                    if doubt == "beside" and (self.trust_unjudged_tests or not _earns(cell, shown)):
                        doubt = ""
                test = str(cell.metadata.nbgrader["grade_id"])
                self.measured(str(resources["unique_key"]), test, got.seconds, _said(cell.outputs))
            if doubt:
                self.doubt(str(resources["unique_key"]), str(cell.metadata.nbgrader["grade_id"]), doubt)
                # First, because nbgrader stops at the first number of points.
                cell.outputs.insert(0, _error("NoEvidence", NO_EVIDENCE))
        self.measured(str(resources["unique_key"]), WHOLE_NOTEBOOK, sum(got.seconds for got in result.cells), "")
        resources["learnspace_ended"] = result.ended
        return nb, resources


def _cells(code: list[NotebookNode]) -> list[Cell]:
    """Return the cells as the sandbox takes them; a notebook with few tests has more probes for each."""
    tests = sum(_is_test(cell) for cell in code)
    cells, helpers = [], Helpers()
    for cell in code:
        made = Cell(source=cell.source, test=_is_test(cell))
        trusted = made.test or bool(is_locked(cell) and not is_solution(cell))
        # Of a learner's cell only its imports are looked at.
        source = _known_python(cell.source) if trusted else _python(cell.source) if "import" in cell.source else ""
        if made.test:
            made.plain, made.probes = plain(source), probes(source, max(LEAST, PROBES // tests))
            made.helpers = helpers.of(source)
        helpers.learn(source, trusted=trusted)
        cells.append(made)
    return cells


def _python(source: str) -> str:
    """Return a cell without IPython's own syntax."""
    return str(TransformerManager().transform_cell(source))  # type: ignore[no-untyped-call]


_known_python = lru_cache(MOST_KNOWN)(_python)
"""Of the course's own cells, which are the same for everybody."""


def _is_test(cell: NotebookNode) -> bool:
    return bool(is_grade(cell)) and not is_solution(cell)


def kernel_of(notebook: NotebookNode) -> str:
    """Return the kernel that runs a notebook in the sandbox: for Python, whatever its name elsewhere, ``python3``."""
    wanted = notebook.metadata.get("kernelspec", {})
    return "python3" if _language(notebook) == "python" else str(wanted.get("name", "python3"))


def _language(notebook: NotebookNode) -> str:
    return str(notebook.metadata.get("kernelspec", {}).get("language", "python")).lower()


def files_beside(directory: Path) -> dict[str, Any]:
    """Return the files that a notebook finds beside it, in base64 by path."""
    files = (path for path in sorted(directory.rglob("*")) if path.is_file() and not path.is_symlink())
    return {
        path.relative_to(directory).as_posix(): base64.b64encode(path.read_bytes())
        for path in files
        if path.suffix != ".ipynb"
    }


def outputs_of(got: CellResult, reason: str, number: int) -> list[NotebookNode]:
    """Return the valid outputs of a cell; one without a verdict gets an error output that says the reason."""
    outputs = []
    for raw in got.outputs:
        if raw.get("output_type") not in OUTPUT_KINDS:
            continue
        if raw["output_type"] == "execute_result":
            raw["execution_count"] = number
        output = nbformat.from_dict(_whole(raw))
        try:
            nbformat.validate(output, ref="output", version=4)
        except nbformat.ValidationError:
            continue
        outputs.append(output)
    failed = any(output.output_type == "error" for output in outputs)
    if got.status != "ok" and not failed:
        outputs.append(_error("NotRun", reason))
    return outputs


def judge(outputs: list[NotebookNode], most: float) -> None:
    """Let nbgrader read the outputs of a test as they are meant.

    A warning is no mistake: nbgrader gives 0 points for anything on standard error. And a number of points is one
    between 0 and what the test is worth: nbgrader gives full marks for "nan" and -1, and stops at more than that.
    """
    for output in outputs:
        if output.output_type == "stream":
            output.name = "stdout"
        elif output.output_type == "execute_result":
            points = _number(output.data.get("text/plain"))
            if points is not None and not 0 <= points <= most:
                outputs.insert(0, _error("NoPoints", NO_POINTS.format(points=points, most=most)))
                return


def _earns(cell: NotebookNode, shown: float | None) -> bool:
    """Tell whether a test that passed gives points."""
    return bool(cell.metadata.nbgrader["points"]) and shown != 0


def _said(outputs: list[NotebookNode]) -> str:
    """Return what a test said where it did not pass, for its teacher; nothing where it passed."""
    wrong = next((output for output in outputs if output.output_type == "error"), None)
    return "" if wrong is None else (str(wrong.evalue) or str(wrong.ename))[:SAID]


def _points(outputs: list[NotebookNode]) -> float | None:
    """Return the partial credit that nbgrader reads: the first value that a cell displays, if it is a number."""
    shown = next((output for output in outputs if output.output_type == "execute_result"), None)
    return None if shown is None else _number(shown.data.get("text/plain"))


def _number(text: object) -> float | None:
    try:
        return float(str(text))
    except ValueError:
        return None


def _whole(output: dict[str, Any]) -> dict[str, Any]:
    """Return an output without halves of letters, which JSON can hold and no file can."""
    text = json.dumps(output, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        whole: dict[str, Any] = json.loads(text.encode("utf-8", "replace"))
        return whole
    return output


def _error(name: str, text: str) -> NotebookNode:
    made: NotebookNode = nbformat.v4.new_output("error", ename=name, evalue=text, traceback=[f"{name}: {text}"])
    return made
