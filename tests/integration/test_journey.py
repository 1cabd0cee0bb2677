"""The journey: sign in, study, hand in, be graded, find it in the portfolio; on process spaces and on containers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.integration.conftest import Stack, new_context, running_stack, save_in_lab, shot, sign_in, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

LESSON = "Hello, notebook"
PRACTICE = "Practice 1: Numbers and names"
HIDDEN = "(7.5, 75)"
"""What stands in the hidden test of task 2 alone."""
CONTENTS = """async ([path, query, gradeId]) => {
  const { baseUrl } = JSON.parse(document.getElementById('jupyter-config-data').textContent);
  const headers = { 'X-XSRFToken': document.cookie.match(/_xsrf=([^;]+)/)[1] };
  const url = `${baseUrl}api/contents/${path}`;
  const { content } = await (await fetch(`${url}?${query}`, { headers, cache: 'no-store' })).json();
  if (!gradeId) {
    return content;
  }
  content.cells = content.cells.filter(cell => cell.metadata.nbgrader?.grade_id !== gradeId);
  const body = JSON.stringify({ type: 'notebook', format: 'json', content });
  return (await fetch(url, { method: 'PUT', headers, body })).status;
}"""
"""Reads a file of the space as the query says; given a grade id, writes the notebook without that cell."""


@pytest.fixture
def container_stack() -> Iterator[Stack]:
    """Learnspace with spaces in containers."""
    with running_stack("--spaces", "docker") as stack:
        yield stack


def test_the_journey_of_a_learner_and_a_teacher(stack: Stack, browser: Browser) -> None:
    _travel(stack, browser, "process")


@pytest.mark.docker
def test_the_journey_in_containers(container_stack: Stack, browser: Browser) -> None:
    _travel(container_stack, browser, "docker")


def _travel(stack: Stack, browser: Browser, kind: str) -> None:
    learner = sign_in(new_context(browser), stack, "lena")
    home = learner.get_by_role("main", name="Home")
    expect(home.get_by_role("heading", name="Hello, Lena")).to_be_visible()
    expect(home.get_by_text(PRACTICE)).to_be_visible()
    shot(learner, f"{kind}-1-home")

    _study(learner, kind)
    _hand_in(learner, kind)

    teacher = sign_in(new_context(browser), stack, "li")
    expect(teacher.get_by_role("main", name="Home").get_by_text("1 to grade")).to_be_visible()
    shot(teacher, f"{kind}-5-teacher-home")
    _grade(teacher, kind)

    _read_feedback(learner, kind)
    _read_feedback_beside_the_cells(
        learner, kind, f"assignments/{stack.course}/ps1-numbers-and-names/ps1-numbers-and-names.ipynb"
    )
    _look_at_the_portfolio(learner, kind)
    for name in ("hub", "service", "worker", "grader", "proxy", "door"):
        assert "not recognized" not in stack.log(name)


def _study(page: Page, kind: str) -> None:
    page.get_by_role("main", name="Home").get_by_role("button", name="Resources").click()
    resources = page.get_by_label("Resources", exact=True)
    resources.get_by_role("searchbox", name="Search resources").fill("hello")
    resources.get_by_role("list", name="Results").get_by_text(LESSON, exact=True).click()
    frame = page.frame_locator("iframe[title='Preview of the resource']")
    expect(frame.get_by_role("heading", name=LESSON)).to_be_visible()
    shot(page, f"{kind}-2-resources")
    page.get_by_role("button", name="Open in my space").click()
    expect(page.get_by_role("tab", name="01-hello.ipynb")).to_be_visible()
    expect(page.locator(".jp-Notebook").get_by_role("heading", name=LESSON)).to_be_visible()
    shot(page, f"{kind}-3-lesson")


def _open_practice(page: Page, panel: str = "Assignments") -> None:
    page.get_by_role("menuitem", name="Learning").click()
    page.get_by_role("menuitem", name=panel, exact=True).click()


def _hand_in(page: Page, kind: str) -> None:
    _open_practice(page)
    panel = page.get_by_role("main", name="Assignments")
    panel.get_by_role("button", name=re.compile(PRACTICE)).click()
    panel.get_by_role("button", name="Get it").click()
    notebook = page.locator(".jp-NotebookPanel:visible")
    expect(notebook.get_by_role("heading", name=PRACTICE)).to_be_visible()
    # Answer the first task and the one in words as a learner would; handing in saves them.
    cell = notebook.locator(".jp-CodeCell").filter(has_text="NotImplementedError").first
    _edit(page, cell)
    page.keyboard.type("song_seconds = 180\nsongs = 12\nalbum_seconds = song_seconds * songs")
    answer = notebook.locator(".jp-MarkdownCell").filter(has_text="YOUR ANSWER HERE").last
    _edit(page, answer)
    page.keyboard.type("It gives the name age to a new number, which is 13.")
    _open_practice(page)
    panel.get_by_role("button", name="Hand in", exact=True).click()
    expect(panel.get_by_role("heading", name="What will be sent")).to_be_visible()
    panel.get_by_role("button", name="Hand in now").click()
    receipt = panel.get_by_role("region", name="Receipt")
    expect(receipt.get_by_text("1 file")).to_be_visible()
    expect(panel.get_by_role("button", name=re.compile(f"{PRACTICE}.*handed in", re.DOTALL))).to_be_visible()
    shot(page, f"{kind}-4-receipt")


def _edit(page: Page, cell: Locator) -> None:
    """Enter a cell and select what stands in it; a notebook that is still being laid out may take a second try."""

    def is_edited() -> bool:
        cell.click()
        page.keyboard.press("Enter")
        return cell.locator(".cm-content:focus").count() == 1

    wait_until(is_edited)
    page.keyboard.press("ControlOrMeta+a")


def _grade(page: Page, kind: str) -> None:
    _open_practice(page, "Teach")
    panel = page.get_by_role("main", name="Teach")
    panel.get_by_role("button", name=re.compile(f"{PRACTICE}.*1 to grade", re.DOTALL)).click()
    panel.get_by_role("tab", name="Submissions").click()
    panel.get_by_role("button", name="Grade all (1)").click()
    expect(panel.get_by_role("table").get_by_text("to mark by hand")).to_be_visible(timeout=90_000)
    shot(page, f"{kind}-6-graded")
    _mark(page, panel, "2", "Nearly.").close()
    panel.get_by_role("button", name="Refresh").click()
    panel.get_by_role("button", name="Return feedback: Lena").click()
    expect(panel.get_by_role("table").get_by_text("returned")).to_be_visible(timeout=60_000)
    # Looked at once more: what is changed now reaches the learner, too.
    grader = _mark(page, panel, "3", "A clear answer.")
    shot(grader, f"{kind}-7-formgrader")
    grader.close()
    expect(panel.get_by_role("button", name="Return all feedback (0)")).to_be_visible()
    panel.get_by_role("button", name="Refresh").click()
    expect(panel.get_by_role("table").get_by_text("changed since it was returned")).to_be_visible()
    expect(panel.get_by_role("table").get_by_text("returned 4 of 10")).to_be_visible()
    shot(page, f"{kind}-7-changed")
    page.locator(".jp-SideBar.jp-mod-left .lm-TabBar-tab.lm-mod-current").click()
    page.set_viewport_size({"width": 360, "height": 740})
    shot(page, f"{kind}-7-changed-360")
    page.set_viewport_size({"width": 1280, "height": 860})
    panel.get_by_role("button", name="Return all feedback (1)").click()
    expect(panel.get_by_role("table").get_by_text("changed since")).to_have_count(0, timeout=60_000)
    expect(panel.get_by_role("table").get_by_text("5 of 10")).to_be_visible()
    shot(page, f"{kind}-8-returned")


def _mark(page: Page, panel: Locator, points: str, words: str) -> Page:
    """Mark the answer in words in nbgrader's formgrader."""
    with page.context.expect_page() as opened:
        panel.get_by_role("link", name="Mark by hand: Lena").click()
    grader = opened.value
    grader.get_by_role("link", name="ps1-numbers-and-names").or_(grader.locator(".score").first).first.wait_for()
    # The formgrader saves each field when it is left, but not before it has asked for the marks that there are.
    grader.wait_for_load_state("networkidle")
    with grader.expect_response(lambda answer: "/api/grade/" in answer.url and answer.request.method == "PUT"):
        score = grader.locator("input.score").last
        score.fill(points)
        score.press("Tab")
    with grader.expect_response(lambda answer: "/api/comment/" in answer.url and answer.request.method == "PUT"):
        comment = grader.locator("textarea.comment[placeholder]").last
        comment.fill(words)
        comment.press("Tab")
    return grader


def _read_feedback(page: Page, kind: str) -> None:
    _open_practice(page)
    panel = page.get_by_role("main", name="Assignments")
    panel.get_by_role("button", name="Refresh").click()
    panel.get_by_role("button", name="Check", exact=True).click()
    checked = panel.get_by_role("button", name=re.compile("^Go to the cell"))
    expect(checked.first).to_be_visible(timeout=60_000)
    panel.get_by_role("button", name="Read feedback").click()
    # What the last check found does not stand above the marks.
    expect(checked).to_have_count(0)
    expect(panel.get_by_text("A clear answer.").first).to_be_visible()
    frame = page.frame_locator("iframe[title='Your notebook with feedback']")
    expect(frame.get_by_text("3 / 3").first).to_be_attached()
    expect(frame.get_by_text("HIDDEN TESTS")).to_have_count(0)
    shot(page, f"{kind}-9-feedback")


def _read_feedback_beside_the_cells(page: Page, kind: str, path: str) -> None:
    tab = page.get_by_role("tab", name="ps1-numbers-and-names.ipynb")
    tab.click()
    # JupyterLab notes down a kernel's language when it first hears of it, which may be after the handing in.
    save_in_lab(page)
    tab.locator(".lm-TabBar-tabCloseIcon").click()
    before = _bytes(page, path)
    told: list[str] = []
    page.on("response", lambda answer: told.append(answer.text()) if "/learnspace/api/" in answer.url else None)
    _open_practice(page)
    panel = page.get_by_role("main", name="Assignments")
    panel.get_by_role("button", name="Show it in my notebook").click()
    notebook = page.locator(".jp-NotebookPanel:visible")
    summary = notebook.get_by_role("region", name="Feedback").filter(has_text="Went well")
    expect(summary).to_contain_text("Task 1: An album")
    expect(summary).not_to_contain_text("has changed since")
    shot(page, f"{kind}-9-feedback-beside")
    # Each note stands in the cell that it is about; a cell far below has its own once it is scrolled to.
    note = _note_of(notebook, summary, "Task 2: The way to school")
    expect(note).to_contain_text("0 of 2 points")
    expect(note).to_contain_text("It stopped at: got = minutes_per_week(value)")
    note = _note_of(notebook, summary, "Task 4: In your own words")
    expect(note).to_contain_text("3 of 3 points")
    expect(note).to_contain_text("A clear answer.")
    # By keyboard, off and on; nothing of it is in the notebook, which is still as it was handed in.
    for shown in (0, 1):
        page.keyboard.press("Alt+Shift+F")
        expect(notebook.get_by_role("button", name="Hide it")).to_have_count(shown)
    expect(page.locator(".lm-TabBar-tab.jp-mod-dirty").filter(has_text="ps1-numbers-and-names")).to_have_count(0)
    save_in_lab(page)
    assert _bytes(page, path) == before
    tab.locator(".lm-TabBar-tabCloseIcon").click()
    expect(tab).to_have_count(0)
    assert _bytes(page, path) == before
    # What is said of a cell that is gone stands on top, and that the notebook is another one now.
    assert page.evaluate(CONTENTS, [path, "", "ps1-walk-tests"]) == 200
    _open_practice(page)
    panel.get_by_role("button", name="Show it in my notebook").click()
    expect(summary).to_contain_text("Your notebook has changed since then.")
    lost = summary.get_by_role("note")
    expect(lost).to_have_count(1)
    expect(lost).to_contain_text("Task 2: The way to school")
    shot(page, f"{kind}-9-feedback-lost")
    assert told
    assert not [text for text in told if HIDDEN in text]


def _bytes(page: Page, path: str) -> str:
    read = page.evaluate(CONTENTS, [path, "type=file&format=base64", ""])
    assert len(read) > 1000
    return str(read)


def _note_of(notebook: Locator, summary: Locator, way: str) -> Locator:
    """Go to a question from the summary and return the note that stands in its cell."""
    summary.get_by_role("button", name=way, exact=True).click()
    note = notebook.locator(".jp-Cell.jp-mod-active").get_by_role("note")
    expect(note).to_be_in_viewport()
    notebook.locator(".jp-WindowedPanel-outer").evaluate("outer => outer.scrollTo(0, 0)")
    expect(summary).to_be_in_viewport()
    return note


def _look_at_the_portfolio(page: Page, kind: str) -> None:
    _open_practice(page, "Portfolio")
    portfolio = page.get_by_role("main", name="Portfolio")
    got = [f"Got {PRACTICE} back: {points} of 10 points" for points in (5, 4)]
    said = [*got, f"Handed in {PRACTICE}", f"Began {PRACTICE}", f"Opened {LESSON}"]
    items = portfolio.get_by_role("listitem")
    expect(items).to_have_count(5)
    for item, text in zip(items.all(), said, strict=True):
        expect(item).to_contain_text(text)
    expect(items.first.get_by_role("link", name=f"Read feedback: {PRACTICE}")).to_be_visible()
    shot(page, f"{kind}-10-portfolio")
    with page.context.expect_page() as opened:
        portfolio.get_by_role("link", name="Open as a page").click()
    outside = opened.value
    expect(outside.get_by_role("heading", name="Portfolio of Lena")).to_be_visible()
    expect(outside.get_by_role("listitem")).to_have_count(5)
    shot(outside, f"{kind}-11-portfolio-page")
    outside.set_viewport_size({"width": 360, "height": 740})
    shot(outside, f"{kind}-11-portfolio-page-360")
    outside.get_by_role("link", name=f"Read feedback: {PRACTICE}").click()
    expect(outside.get_by_text("A clear answer.")).to_be_visible()
