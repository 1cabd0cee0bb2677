"""Shows a notebook nobody trusts as an HTML document that can do nothing: sanitised, and with a policy of its own."""

from __future__ import annotations

from html import escape

import nh3
from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from pygments.formatters import HtmlFormatter

from learnspace_core.notebooks import LONGEST_MARKDOWN

_TAGS = nh3.ALLOWED_TAGS | {"details", "summary", "figure", "figcaption", "section"}
_ATTRIBUTES = {tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()} | {
    "*": {"class", "id", "lang", "dir", "title"},
    "details": {"open"},
}
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.6 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; margin: 0 auto;
  max-width: 60rem; padding: 1rem; color: #1c1f23; background: #fff; overflow-wrap: anywhere; }
pre { font: 13px/1.5 ui-monospace, Menlo, Consolas, monospace; white-space: pre-wrap; margin: 0;
  padding: .5rem .75rem; }
.highlight { background: #f4f6f8; border-radius: 4px; margin: .5rem 0; }
.output_area, .jp-OutputArea-output { border-inline-start: 3px solid #d9dde1; margin: .5rem 0; }
.prompt, .jp-InputPrompt, .jp-OutputPrompt, .anchor-link { display: none; }
img { max-width: 100%; height: auto; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
td, th { border: 1px solid #d9dde1; padding: .25rem .5rem; }
summary { cursor: pointer; }
"""


class _Exporter(HTMLExporter):
    @pass_context
    def markdown2html(self, context: Context, source: str) -> str:
        if len(source) > LONGEST_MARKDOWN:
            return f"<pre>{escape(source)}</pre>"
        return str(super().markdown2html(context, source))


def render(notebook: NotebookNode, title: str, language: str = "en") -> str:
    """Return the notebook as one HTML document with its pictures inside it.

    Scripts, styles, frames, forms and addresses of other sites' pictures are gone; what is left is shown under a
    content security policy that allows no request at all.
    """
    # No widget is shown, and nbconvert fails on a state that is none.
    notebook.metadata.pop("widgets", None)
    exporter = _Exporter(  # type: ignore[no-untyped-call]
        template_name="basic", sanitize_html=False, embed_images=False, require_js_url=""
    )
    exporter.register_filter("strip_files_prefix", lambda text: text)  # type: ignore[no-untyped-call]  # else quadratic
    body, _ = exporter.from_notebook_node(notebook)
    clean = nh3.clean(
        body,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "data"},
        link_rel="noopener noreferrer",
    )
    return (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>'
        f"<style>{_STYLE}{HtmlFormatter().get_style_defs('.highlight')}</style></head><body>{clean}</body></html>"
    )
