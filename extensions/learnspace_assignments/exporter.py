"""How the formgrader shows what learners handed in: as HTML that can do nothing in the teacher's space.

nbgrader puts a learner's HTML into its own page as it is: a script in an answer would run with all that the teacher
may do. Here it is sanitised with bleach, which nbconvert brings along; nh3 is not in the spaces.
"""

from __future__ import annotations

import re
from html import escape
from typing import Any

import bleach  # type: ignore[import-untyped]
from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode

from learnspace_core.notebooks import LONGEST_MARKDOWN

_TAGS = {
    *bleach.sanitizer.ALLOWED_TAGS,
    *("p", "br", "hr", "div", "span", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "img", "del", "s", "u", "sub", "sup"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "kbd", "dl", "dt", "dd", "details", "summary"),
}
_ATTRIBUTES = {"a": ("href", "title"), "img": ("alt", "width", "height"), "th": ("align",), "td": ("align",)}
_PICTURE = re.compile(r"data:image/(?!svg)|(?!\.)[\w. -]+(/(?!\.)[\w. -]+)*$")
"""A picture inside the notebook or a file beside it: no address that does something when it is asked for."""
_GRADE_ID = re.compile(r"[\w-]+")


class SafeExporter(HTMLExporter):
    """The formgrader's exporter, without scripts, widgets, forms, frames and names that its own page uses."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]
        self.sanitize_html = True
        self.register_filter("strip_files_prefix", lambda text: text)  # type: ignore[no-untyped-call]  # else quadratic

    def from_notebook_node(self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any) -> Any:
        """Render the notebook; metadata that a template would write into an attribute is left out."""
        nb.metadata.pop("widgets", None)
        for cell in nb.cells:
            grading = cell.metadata.get("nbgrader")
            known = isinstance(grading, dict) and _GRADE_ID.fullmatch(str(grading.get("grade_id", "")))
            cell.metadata = NotebookNode({"nbgrader": grading} if known else {})
            for output in cell.get("outputs", ()):
                if "metadata" in output:
                    output.metadata = NotebookNode()
        return super().from_notebook_node(nb, resources, **kw)

    @pass_context
    def markdown2html(self, context: Context, source: str) -> str:
        """Render Markdown, whose HTML is the learner's."""
        if len(source) > LONGEST_MARKDOWN:
            return f"<pre>{escape(source)}</pre>"
        html = super().markdown2html(context, source)
        protocols = {"http", "https", "mailto", "data"}
        return str(bleach.clean(html, tags=_TAGS, attributes=_may_stay, protocols=protocols, strip=True))


def _may_stay(tag: str, name: str, value: str) -> bool:
    if (tag, name) == ("img", "src"):
        return _PICTURE.match(value) is not None
    return name in _ATTRIBUTES.get(tag, ())
