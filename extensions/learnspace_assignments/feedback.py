"""The page a learner reads: their notebook with marks and comments beside the cells, and no hidden test."""

from __future__ import annotations

import re
from html import escape

import nbformat
from nbformat import NotebookNode

from learnspace_assignments.models import Marks
from learnspace_core.notebook_html import render

HIDDEN = re.compile(r"^[ \t]*### BEGIN HIDDEN TESTS.*?^[ \t]*### END HIDDEN TESTS[^\n]*\n?", re.MULTILINE | re.DOTALL)


def feedback_page(notebook: NotebookNode, name: str, marks: Marks, title: str) -> str:
    """Return the graded notebook as a page, with the marks and comments of each question below its cell."""
    questions = {question.id: question for question in marks.questions if question.notebook == name}
    cells = []
    for cell in notebook.cells:
        grading = cell.metadata.get("nbgrader", {})
        cells.append(_without_hidden_tests(cell))
        question = questions.get(grading.get("grade_id", ""))
        if question is not None:
            text = f"**{question.score:g} / {question.max_score:g}**"
            if question.comment:
                text += f"\n\n> {escape(question.comment)}"
            cells.append(nbformat.v4.new_markdown_cell(text))
    notebook.cells = cells
    return render(notebook, title)


def _without_hidden_tests(cell: NotebookNode) -> NotebookNode:
    """Take hidden tests out of a cell, and out of the traceback that quotes them."""
    if cell.cell_type != "code":
        return cell
    shown, hidden = HIDDEN.subn("", cell.source)
    if not hidden:
        return cell
    cell.source = shown
    for output in cell.outputs:
        if output.output_type == "error":
            output.traceback = [f"{output.ename}: {output.evalue}"]
    return cell
