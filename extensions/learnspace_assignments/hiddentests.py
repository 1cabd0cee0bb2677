"""What learners must never read: the hidden tests of an assignment, in its cells and in what its cells gave out.

Only the text of the teacher's cells is trusted. Outputs and exceptions are the learner's: their code runs in one
kernel with the hidden tests, may read them there, and may put them into whatever it prints, raises or draws. What
hides them by another spelling (base64, a picture of text) in a cell without hidden tests is not found here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from html import unescape

from nbformat import NotebookNode

MARKS = (("BEGIN HIDDEN TESTS", "END HIDDEN TESTS"), ("BEGIN MARKING SCHEME", "END MARKING SCHEME"))
"""nbgrader's marks, which stand anywhere in a line, after the language's own sign of a comment."""
SHORTEST = 8
"""Letters and digits below which a piece of a hidden test says nothing: ``import x``, ``x = 1``."""
REMOVED = "[left out: it quotes a hidden test]"
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_TAG = re.compile(r"<[^<>]*>")
_STRING = re.compile(r"'([^'\\\n]*)'|\"([^\"\\\n]*)\"")


def tell_hidden(source: str) -> list[tuple[str, bool]]:
    """Return each line, with its end, and whether it is hidden; what nothing ends goes to the end."""
    told = []
    until = ""
    for line in source.splitlines(keepends=True):
        begun = until or next((end for begin, end in MARKS if begin in line), "")
        told.append((line, bool(begun)))
        until = "" if until and until in line else begun
    return told


def split(source: str) -> tuple[str, str]:
    """Return the text that learners may read and the text that is hidden."""
    told = tell_hidden(source)
    return "".join(line for line, hidden in told if not hidden), "".join(line for line, hidden in told if hidden)


def has_hidden(source: str) -> bool:
    """Tell whether a part of the cell is hidden."""
    return any(begin in source for begin, _ in MARKS)


class HiddenTests:
    """The hidden text of one notebook, as pieces that may stand in no output.

    Args:
        notebook: the graded notebook, whose tests nbgrader restored from the teacher's.
    """

    def __init__(self, notebook: NotebookNode) -> None:
        shown, pieces = [], set()
        for cell in notebook.cells:
            visible, hidden = split(cell.source)
            shown.append(visible)
            pieces |= _pieces(hidden) if hidden else set()
        # What every learner reads anyway is no secret.
        known = _letters("\n".join(shown))
        self._pieces = {piece for piece in pieces if piece not in known}

    def __bool__(self) -> bool:
        return bool(self._pieces)

    def quoted_in(self, text: str) -> bool:
        """Tell whether a piece of a hidden test stands in the text, whatever stands between its letters."""
        if not self._pieces:
            return False
        plain = _ANSI.sub("", text)
        spellings = {_letters(plain), _letters(_unescaped(plain)), _letters(_TAG.sub("", unescape(plain)))}
        return any(piece in spelling for piece in self._pieces for spelling in spellings)

    def clean(self, text: str) -> str:
        """Return the text without the lines that quote a hidden test; nothing of it, if it does so over lines."""
        if not self.quoted_in(text):
            return text
        lines = [REMOVED if self.quoted_in(line) else line for line in text.splitlines()]
        cleaned = "\n".join(lines)
        return REMOVED if self.quoted_in(cleaned.replace(REMOVED, "")) else cleaned

    def clean_outputs(self, outputs: Iterable[NotebookNode]) -> list[NotebookNode]:
        """Return the outputs of a cell without hidden tests as a learner may read them."""
        if not self._pieces:
            return list(outputs)
        found = list(outputs)
        for output in found:
            if output.output_type == "stream":
                output.text = self.clean(str(output.text))
            elif output.output_type == "error":
                output.ename, output.evalue = self.clean(str(output.ename)), self.clean(str(output.evalue))
                trace = self.clean("\n".join(str(line) for line in output.traceback))
                output.traceback = trace.split("\n")
            else:
                self._clean_data(output)
        # Letter by letter over several outputs is a quotation too.
        if self.quoted_in("".join(_text_of(output) for output in found).replace(REMOVED, "")):
            return []
        return found

    def _clean_data(self, output: NotebookNode) -> None:
        for kind in list(output.get("data", {})):
            if self.quoted_in(str(output.data[kind])):
                if kind == "text/plain":
                    output.data[kind] = self.clean(str(output.data[kind]))
                else:
                    del output.data[kind]
                    output.data.setdefault("text/plain", REMOVED)
        if self.quoted_in(str(output.get("metadata", ""))):
            output.metadata = NotebookNode()


def _text_of(output: NotebookNode) -> str:
    if output.output_type == "stream":
        return str(output.text)
    if output.output_type == "error":
        return str(output.evalue)
    return str(output.get("data", {}).get("text/plain", ""))


def _pieces(hidden: str) -> set[str]:
    """Return the lines, the words in quotes and the expressions of hidden text, as letters and digits."""
    found = set(hidden.splitlines()) | {one or two for one, two in _STRING.findall(hidden)}
    try:
        tree = ast.parse(_dedented(hidden))
    except (SyntaxError, ValueError, RecursionError):
        tree = None
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= set(node.value.splitlines())
        elif isinstance(node, (ast.Compare, ast.Call)):
            found.add(ast.unparse(node))
    return {piece for piece in map(_letters, found) if len(piece) >= SHORTEST}


def _dedented(text: str) -> str:
    lines = text.splitlines()
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\n".join(line[indent:] for line in lines)


def _unescaped(text: str) -> str:
    r"""Return the text with what ``repr`` writes for line ends and other letters as these letters."""
    text = re.sub(r"\\[nrt]", " ", text)
    return re.sub(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))", lambda found: chr(int(found[1] or found[2], 16)), text)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
