"""Nothing of a hidden test reaches a learner: in no file, page or message, whatever their code does."""

from __future__ import annotations

import base64
import json
from html import escape
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from learnspace_assignments.coursedir import place_source
from learnspace_assignments.grading.feedback import feedback_page
from learnspace_assignments.grading.gradebook import CourseBook
from learnspace_assignments.hiddentests import HiddenTests, split
from learnspace_assignments.models import Marks, Question
from learnspace_assignments.testmessages import ENDED, HIDDEN_FAILED, LONGEST, messages_of
from learnspace_core.database import now
from learnspace_sandbox.engine import make_run
from tests.learnspace_assignments.conftest import source_notebook

VISIBLE = "assert double(2) == 4, 'double(2) is not 4'\nassert double(0) == 0\n"
SECRET = "assert double(987654) == 1975308, 'look at large numbers'"
TESTS = f"{VISIBLE}# BEGIN HIDDEN TESTS\n{SECRET}\n# END HIDDEN TESTS\nassert double(1) == 2"
TRACES = ("987654", "1975308", "look at large", "HIDDEN")


def error(name: str, value: str, *trace: str) -> NotebookNode:
    return nbformat.v4.new_output("error", ename=name, evalue=value, traceback=list(trace))


def pointing(line: int) -> NotebookNode:
    """An error as IPython shows it, which quotes the cell around the line."""
    quoted = [f"{'---->' if n == line else '     '} {n} {text}" for n, text in enumerate(TESTS.splitlines(), 1)]
    return error("AssertionError", "look at large numbers", f"Cell In[3], line {line}", "\n".join(quoted))


def graded(tests_outputs: list[NotebookNode], later: list[NotebookNode] | None = None) -> NotebookNode:
    """A graded notebook: a solution, a cell with a hidden test, and a cell of the learner's after it."""
    grading = {"grade_id": "tests", "grade": True, "points": 2, "solution": False, "locked": True}
    return nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell("def double(x):\n    return 4"),
            nbformat.v4.new_code_cell(TESTS, outputs=tests_outputs, metadata={"nbgrader": grading}),
            nbformat.v4.new_code_cell("print(In[2])", outputs=later or []),
        ]
    )


def page(notebook: NotebookNode) -> str:
    """The page that the learner reads, with the messages."""
    messages = messages_of(notebook).get("tests", [])
    question = Question(
        notebook="n", id="tests", score=0, max_score=2, manual=False, needs_mark=False, messages=messages
    )
    return feedback_page(notebook, "n", Marks(score=0, max_score=2, questions=[question]), "Doubling")


def is_clean(text: str) -> bool:
    return not any(trace in text for trace in TRACES)


LATER = {
    "print(In[2])": nbformat.v4.new_output("stream", text=f"before\n{SECRET}\nafter"),
    "stderr": nbformat.v4.new_output("stream", name="stderr", text=SECRET),
    "repr": nbformat.v4.new_output("stream", text=repr(TESTS)),
    "json.dumps": nbformat.v4.new_output("stream", text=json.dumps(TESTS)),
    "an expression of it": nbformat.v4.new_output("stream", text="it asks double( 987654 )==1975308"),
    "its message": nbformat.v4.new_output("stream", text="it said: look at large numbers"),
    "one letter a line": nbformat.v4.new_output("stream", text="\n".join(SECRET)),
    "letters with stars": nbformat.v4.new_output("stream", text="*".join(SECRET)),
    "colours": nbformat.v4.new_output(
        "stream", text="".join(f"\x1b[3{n % 8}m{c}\x1b[0m" for n, c in enumerate(SECRET))
    ),
    "a result": nbformat.v4.new_output("execute_result", {"text/plain": SECRET}),
    "html": nbformat.v4.new_output("display_data", {"text/html": f"<b>{escape(SECRET)}</b>", "text/plain": "x"}),
    "html in spans": nbformat.v4.new_output(
        "display_data", {"text/html": "".join(f"<i>{escape(c)}</i>" for c in SECRET), "text/plain": "x"}
    ),
    "html in entities": nbformat.v4.new_output("display_data", {"text/html": "".join(f"&#{ord(c)};" for c in SECRET)}),
    "svg": nbformat.v4.new_output("display_data", {"image/svg+xml": f"<svg><text>{escape(SECRET)}</text></svg>"}),
    "markdown": nbformat.v4.new_output("display_data", {"text/markdown": f"    {SECRET}"}),
    "latex": nbformat.v4.new_output("display_data", {"text/latex": SECRET}),
    "an exception": error("ValueError", SECRET, f"ValueError: {SECRET}"),
    "an exception's name": error("double(987654) == 1975308", "", "x"),
    "a chained exception": error(
        "ValueError", "x", "AssertionError", f"----> 4 {SECRET}", "During handling of the above", "ValueError: x"
    ),
    "a syntax error": error("SyntaxError", "invalid syntax", f"  File <string>:4\n    {SECRET}\n    ^"),
}


@pytest.mark.parametrize("attack", LATER)
def test_a_cell_after_the_hidden_tests_cannot_show_them(attack):
    text = page(graded([], [nbformat.from_dict(LATER[attack])]))
    assert is_clean(text)


def test_the_secret_pieces_would_be_seen():
    # Else the test above proves nothing.
    notebook = graded([], [nbformat.from_dict(LATER["print(In[2])"])])
    notebook.cells[1].source = ""
    assert not is_clean(page(notebook))


def test_letters_over_several_outputs():
    assert is_clean(page(graded([], [nbformat.v4.new_output("stream", text=letter) for letter in SECRET])))


def test_own_outputs_stay():
    outputs = [
        nbformat.v4.new_output("stream", text="double(2) is 4\nthree"),
        error("ValueError", "of mine", "of mine"),
    ]
    text = page(graded([], outputs))
    assert "double(2) is 4" in text
    assert "of mine" in text


ENCODED = base64.b64encode(SECRET.encode()).decode()


@pytest.mark.parametrize(
    "output",
    [
        pointing(4),
        error("AssertionError", ENCODED, "----> 4 x"),
        error(ENCODED, ENCODED, ENCODED),
        error("NotRun", ENCODED, "NotRun"),
        error("AssertionError", "x", f"----> 1 {ENCODED}"),
        nbformat.v4.new_output("stream", text=ENCODED),
        nbformat.v4.new_output("display_data", {"text/html": ENCODED}),
    ],
)
def test_a_cell_with_hidden_tests_gives_nothing_out_in_any_spelling(output):
    """A student's function that inspects its caller runs inside this cell."""
    text = page(graded([nbformat.from_dict(output)]))
    assert is_clean(text)
    assert ENCODED not in text


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (1, "double(2) is not 4"),
        (2, "This is not true: double(0) == 0"),
        (3, HIDDEN_FAILED),
        (4, HIDDEN_FAILED),
        (5, HIDDEN_FAILED),
        (6, "This is not true: double(1) == 2"),
        (99, HIDDEN_FAILED),
    ],
)
def test_the_message_of_a_mixed_cell_is_the_teachers(line, message):
    assert messages_of(graded([pointing(line) if line < 9 else error("E", "x", "---> 99 x")])) == {"tests": [message]}


def test_a_visible_test_in_a_loop_is_told_in_the_teachers_words_from_the_sandboxes_own_tracebacks():
    source = 'for n in (1, 2):\n    got = double(n)\n    assert got == 2 * n, f"double({n}) is {got!r}: look again"\n'
    hidden = "# BEGIN HIDDEN TESTS\nassert double(3) == 6\n# END HIDDEN TESTS\n"
    plain = (
        "Traceback (most recent call last):\n\n  Cell In[7], line {}\n    x\n\n  Cell In[2], line 9\n    y\n\nE: z\n"
    )
    for line, message in ((3, "double(…) is …: look again"), (2, "It stopped at: got = double(n)"), (5, HIDDEN_FAILED)):
        notebook = graded([error("AssertionError", ENCODED, plain.format(line))])
        notebook.cells[1].source = source + hidden
        assert messages_of(notebook) == {"tests": [message]}


def test_what_the_grader_says_of_a_test_that_did_not_run_has_no_name_of_an_error():
    notebook = graded([error("NotRun", ENDED["timeout"])])
    notebook.cells[1].source = VISIBLE
    assert messages_of(notebook) == {"tests": [ENDED["timeout"]]}


def test_a_statement_with_a_hidden_line_in_it_is_hidden():
    source = "for n in (1, 2):\n    assert n\n    # BEGIN HIDDEN TESTS\n    assert n < 2\n    # END HIDDEN TESTS"
    notebook = graded([error("AssertionError", "x", "----> 2 x")])
    notebook.cells[1].source = source
    assert messages_of(notebook) == {"tests": [HIDDEN_FAILED]}


def test_a_message_of_a_visible_test_is_plain_short_and_without_hidden_words():
    notebook = graded([])
    visible = nbformat.from_dict(notebook.cells[1])
    visible.source, visible.metadata.nbgrader.grade_id = "assert check()", "visible"
    visible.outputs = [error("AssertionError", "\x1b[31mnot\x00 right\u202e<script>" + "x" * 9999)]
    quoting = nbformat.from_dict(visible)
    quoting.metadata.nbgrader.grade_id, quoting.outputs = "quoting", [error("E", f"first\n{SECRET}")]
    notebook.cells += [visible, quoting]
    messages = messages_of(notebook)
    assert messages["visible"][0].startswith("AssertionError: not right<script>xxx")
    assert len(messages["visible"][0]) == LONGEST + 1
    assert is_clean(messages["quoting"][0])


@pytest.mark.parametrize("mark", ["### BEGIN HIDDEN TESTS", "# BEGIN HIDDEN TESTS", "// == BEGIN HIDDEN TESTS =="])
def test_marks_are_found_as_nbgrader_finds_them(mark):
    assert split(f"a\n{mark}\nb\n") == ("a\n", f"{mark}\nb\n")


def test_what_is_no_secret_stays():
    notebook = graded([])
    notebook.cells[1].source = "import numpy as np\n# BEGIN HIDDEN TESTS\nimport numpy as np\n# END HIDDEN TESTS"
    assert not HiddenTests(notebook).quoted_in("import numpy as np")


HOSTILE = """\
import sys, inspect, linecache, traceback
def double(x):
    frame = sys._getframe(1)
    code = linecache.getlines(frame.f_code.co_filename) or [str(In[-1])]
    print("".join(code), file=sys.stderr)
    if x > 100:
        try:
            raise ValueError("".join(code))
        except ValueError as first:
            raise RuntimeError(inspect.getsource(frame)) from first
    return 2 * x
"""


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_hostile_code_in_the_real_sandbox(settings, school, tmp_path: Path):
    source = source_notebook()
    source.cells[2].source = TESTS
    last = nbformat.v4.new_code_cell("# yours")
    last.metadata.nbgrader = {**source.cells[1].metadata.nbgrader, "grade_id": "last"}
    source.cells.append(last)
    folder = tmp_path / "doubling"
    folder.mkdir()
    nbformat.write(source, folder / "doubling.ipynb")
    place_source(settings, "art", folder, "doubling")
    book = CourseBook(settings, "art", make_run(settings.sandbox_kind, settings.sandbox))
    released = book.generate("doubling") / "doubling.ipynb"
    assert is_clean(released.read_text())
    notebook = nbformat.read(released, as_version=4)
    notebook.cells[1].source = HOSTILE
    notebook.cells[4].source = "print(In)\nprint(sys.last_value)\nimport traceback\ntraceback.print_last()\nIn"
    nbformat.write(notebook, tmp_path / "handed-in.ipynb")
    book.place_submission("doubling", "amy", {"doubling.ipynb": tmp_path / "handed-in.ipynb"}, now())
    book.autograde("doubling", "amy", "Amy")
    marks, _ = book.marks("doubling", "amy")
    [(name, result)] = book.autograded("doubling", "amy")
    assert not is_clean(nbformat.writes(result)), "the attack does not work any more: find a better one"
    assert marks.questions[0].score == 0
    assert marks.questions[0].messages == [HIDDEN_FAILED]
    assert is_clean(marks.model_dump_json())
    text = feedback_page(result, name, marks, "Doubling")
    assert [trace for trace in TRACES if trace in text] == []
