"""The page a learner reads: their notebook with marks, comments and messages beside the cells, and no hidden test."""

from __future__ import annotations

import logging
from html import escape

import nbformat
from nbformat import NotebookNode

from learnspace_assignments.grading.gradebook import CourseBook
from learnspace_assignments.hiddentests import HiddenTests, has_hidden, split
from learnspace_assignments.models import Marks, Question
from learnspace_assignments.tables import AssignmentRow
from learnspace_core.blobs import BlobStore
from learnspace_core.notebook_html import render

log = logging.getLogger(__name__)


def feedback_page(notebook: NotebookNode, name: str, marks: Marks, title: str) -> str:
    """Return the graded notebook as a page, with what there is to say about each question below its cell."""
    questions = {question.id: _words(question) for question in marks.questions if question.notebook == name}
    remarks = {remark.id: _quote(remark.comment) for remark in marks.remarks if remark.notebook == name}
    words = remarks | questions
    hidden = HiddenTests(notebook)
    cells = []
    for cell in notebook.cells:
        grading = cell.metadata.get("nbgrader", {})
        cells.append(_without_hidden_tests(cell, hidden))
        said = words.get(grading.get("grade_id", ""))
        if said is not None:
            cells.append(nbformat.v4.new_markdown_cell(said))
    notebook.cells = cells
    return render(notebook, title)


def feedback_pages(
    blobs: BlobStore, book: CourseBook, assignment: AssignmentRow, student: str, marks: Marks
) -> dict[str, str]:
    """Keep the page of each graded notebook and return their SHA-256 by the notebooks' names.

    A notebook that nbconvert cannot show is returned with its marks alone.
    """
    pages: dict[str, str] = {}
    try:
        for name, notebook in book.autograded(assignment.name, student):
            pages[name] = blobs.put(feedback_page(notebook, name, marks, assignment.title).encode()).sha256
    except Exception:
        log.exception("feedback on %s of %s failed", assignment.name, student)
    return pages


def _words(question: Question) -> str:
    text = f"**{question.score:g} / {question.max_score:g}**"
    for message in question.messages:
        text += "\n\n" + "\n".join(f"    {line}" for line in message.splitlines())
    if question.comment:
        text += f"\n\n{_quote(question.comment)}"
    return text


def _quote(comment: str) -> str:
    return "\n".join(f"> {escape(line)}" for line in comment.splitlines())


def _without_hidden_tests(cell: NotebookNode, hidden: HiddenTests) -> NotebookNode:
    """Take hidden tests out of a cell, out of what its tests gave out, and out of what quotes them elsewhere."""
    if cell.cell_type != "code":
        return cell
    if has_hidden(cell.source):
        # What these tests print or raise is theirs or the learner's: it may say anything of them, in any spelling.
        cell.source, cell.outputs = split(cell.source)[0], []
    else:
        cell.outputs = hidden.clean_outputs(cell.outputs)
    return cell
