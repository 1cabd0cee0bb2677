"""What a learner is told about a test that did not pass: plain text, and nothing of a hidden test.

A message of a cell without hidden tests is its exception. A cell with hidden tests tells in the teacher's own words
which of its visible tests did not pass; which one it was is all that is taken from the traceback, since the rest of it
may be the learner's.
"""

from __future__ import annotations

import ast
import re
import unicodedata

from nbformat import NotebookNode

from learnspace_assignments.hiddentests import HiddenTests, has_hidden, tell_hidden

ENDED = {
    "": "The cell did not run.",
    "timeout": "The time for this notebook was over before this cell ended.",
    "kernel_died": "Python stopped before this cell could run.",
    "sandbox_died": "The notebook stopped the program that ran it.",
    "too_much_output": "The notebook wrote more output than is allowed.",
    "no_kernel": "The grader has no kernel for the language of this notebook.",
}
NO_EVIDENCE = "This check passed, but not in a way that shows that the answer is right. A person has to look at it."

HIDDEN_FAILED = "A hidden test did not pass."
TOO_LONG = "The test ran for too long."
STOPPED = "It stopped at: "
NOT_TRUE = "This is not true: "
LONGEST = 500
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_FRAME = re.compile(r"^\s*Cell In ?\[\d*\], line (\d+)|^-+> ?(\d+)", re.MULTILINE)
"""The outermost frame, which is the test's own cell: as the sandbox writes tracebacks, or with IPython's arrow."""


def messages_of(notebook: NotebookNode | None) -> dict[str, list[str]]:
    """Return grade id to the messages of each graded cell of a notebook whose tests did not pass."""
    if notebook is None:
        return {}
    hidden = HiddenTests(notebook)
    found = {}
    for cell in notebook.cells:
        grading = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code" or not grading.get("grade"):
            continue
        error = next((output for output in cell.outputs if output.output_type == "error"), None)
        if error is not None:
            message = _of_mixed(cell.source, error) if has_hidden(cell.source) else _of_visible(error, hidden)
            found[str(grading.get("grade_id", ""))] = [message]
    return found


def _of_visible(error: NotebookNode, hidden: HiddenTests) -> str:
    name, value = str(error.ename), str(error.evalue)
    if (name == "NotRun" and value in ENDED.values()) or (name, value) == ("NoEvidence", NO_EVIDENCE):
        return value
    return plain(hidden.clean(f"{name}: {value}" if value else name))


def _of_mixed(source: str, error: NotebookNode) -> str:
    if error.ename == "NotRun" and error.evalue in ENDED.values():
        return str(error.evalue)
    if error.ename == "CellTimeoutError":
        return TOO_LONG
    number = _line(error)
    statement = _statement(source, number) if number is not None else None
    if statement is None or number is None:
        return HIDDEN_FAILED
    end = statement.end_lineno or statement.lineno
    if any(hidden for _, hidden in tell_hidden(source)[statement.lineno - 1 : end]):
        return HIDDEN_FAILED
    asserted = next(
        (one for one in ast.walk(statement) if isinstance(one, ast.Assert) and _stands_at(one, number)), None
    )
    if asserted is None:
        return plain(f"{STOPPED}{source.splitlines()[number - 1].strip()}")
    return plain(_words_of(asserted.msg) or f"{NOT_TRUE}{ast.unparse(asserted.test)}")


def _line(error: NotebookNode) -> int | None:
    """Return the line of the cell at which the traceback points first."""
    frame = _FRAME.search(_ANSI.sub("", "\n".join(str(line) for line in error.traceback)))
    number = (frame[1] or frame[2]) if frame else ""
    return int(number) if 0 < len(number) < 7 else None


def _statement(source: str, number: int) -> ast.stmt | None:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return None
    return next((one for one in tree.body if _stands_at(one, number)), None)


def _stands_at(statement: ast.stmt, number: int) -> bool:
    return statement.lineno <= number <= (statement.end_lineno or statement.lineno)


def _words_of(message: ast.expr | None) -> str:
    """Return what an assertion says, with three dots for what it says of the learner's values: that is theirs."""
    parts = message.values if isinstance(message, ast.JoinedStr) else [message]
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in parts if part is not None)


def plain(text: str) -> str:
    """Return text without control codes and signs that cannot be seen, and not too long."""
    text = _ANSI.sub("", text)
    text = "".join(sign for sign in text if sign == "\n" or unicodedata.category(sign) not in ("Cc", "Cf", "Cs"))
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
