"""A learner checks and asks; their teacher sees it in Class and in the Inbox and answers."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Browser, Page, expect

from learnspace_assignments import store
from learnspace_assignments.models.progress import CheckedQuestion, CheckState
from learnspace_assignments.questions import questions_of
from learnspace_assignments.store.progress import note_progress
from learnspace_core.blobs import BlobStore
from learnspace_core.database import Database
from learnspace_core.models import FileEntry
from learnspace_people import store as people
from tests.integration.conftest import Stack, new_context, open_panel, shot, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NAME = "ps1-numbers-and-names"
PRACTICE = "Practice 1: Numbers and names"
TRIES: tuple[CheckState, ...] = ("passing", "failing", "untouched")
ANSWERS = {
    "ps1-album-code": "song_seconds = 180\nsongs = 12\nalbum_seconds = song_seconds * songs",
    "ps1-walk-code": "def minutes_per_week(minutes_one_way):\n    return minutes_one_way",
}
SHOWN = {"ps1-album": "passes", "ps1-walk": "not yet", "ps1-share-each": "not begun"}

FETCH = """async path => {
  const { baseUrl } = JSON.parse(document.getElementById('jupyter-config-data').textContent);
  const headers = { 'X-XSRFToken': document.cookie.match(/_xsrf=([^;]+)/)[1] };
  return (await fetch(`${baseUrl}learnspace/api/${path}`, { method: 'POST', headers, body: '{}' })).status;
}"""


def test_what_a_learner_checks_and_asks_reaches_the_teacher_and_the_answer_comes_back(
    stack: Stack, browser: Browser
) -> None:
    _fill_the_class(stack)
    learner = sign_in(new_context(browser), stack, "lena")
    _check(learner, stack)
    _ask(learner)
    teacher = sign_in(new_context(browser), stack, "li")
    _see(teacher)
    _answer(teacher)
    open_panel(learner, "Learning", "Home")
    home = learner.get_by_role("main", name="Home")
    home.get_by_role("button", name=re.compile(f"Your teacher wrote to you: {PRACTICE}")).click()
    expect(learner.get_by_role("main", name="Assignments").get_by_text("12 songs of 180 seconds.")).to_be_visible()


def _check(page: Page, stack: Stack) -> None:
    assert page.evaluate(FETCH, f"assignments/{stack.course}/{NAME}/fetch") == 200
    notebook = stack.home("lena") / "assignments" / stack.course / NAME / f"{NAME}.ipynb"
    content = json.loads(notebook.read_text())
    for cell in content["cells"]:
        answer = ANSWERS.get(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))
        cell["source"] = answer or cell["source"]
    notebook.write_text(json.dumps(content))
    panel = open_panel(page, "Learning", "Assignments")
    panel.get_by_role("button", name=re.compile(PRACTICE)).click()
    panel.get_by_role("button", name="Check", exact=True).click()
    found = panel.get_by_role("list", name="Questions")
    # The cells that raise an error stop nothing: each question has a verdict.
    expect(found.get_by_role("listitem")).to_have_count(4, timeout=90_000)
    for item, word in zip(found.get_by_role("listitem").all(), (*SHOWN.values(), "not begun"), strict=True):
        expect(item).to_contain_text(word)
    shot(page, "class-1-check")
    found.get_by_role("button", name=re.compile("Go to the cell: Task 2")).click()
    expect(page.locator(".jp-NotebookPanel:visible .jp-Cell.jp-mod-active")).to_contain_text("check task 2")
    shot(page, "class-2-cell")


def _ask(page: Page) -> None:
    # A learner has no class to teach.
    home = open_panel(page, "Learning", "Home")
    expect(home.get_by_role("button", name="Portfolio")).to_be_visible()
    expect(home.get_by_role("button", name="Teach")).to_have_count(0)
    panel = open_panel(page, "Learning", "Assignments")
    panel.get_by_text("Ask your teacher", exact=True).click()
    panel.get_by_label("Your message").fill("Why <b>2160</b>?")
    panel.get_by_label("About").select_option(label="Task 1: An album")
    panel.get_by_role("button", name="Send").click()
    # Text stays text.
    expect(panel.get_by_role("list", name="Messages").get_by_text("Why <b>2160</b>?")).to_be_visible()
    shot(page, "class-3-asked")


def _see(page: Page) -> None:
    home = page.get_by_role("main", name="Home")
    expect(home.get_by_text("1 to answer")).to_be_visible()
    home.get_by_role("navigation", name="Rooms").get_by_role("button", name="Teach").click()
    panel = page.get_by_role("main", name="Teach")
    panel.get_by_role("button", name=re.compile(PRACTICE)).click()
    row = panel.get_by_role("row", name=re.compile("Lena"))
    expect(row).to_contain_text("asks")
    for word in ("passes", "not yet, 1 try", "not begun"):
        expect(row).to_contain_text(word)
    # Who asks or is stuck comes first.
    expect(panel.get_by_role("rowheader").first).to_contain_text("Lena")
    expect(panel.get_by_role("rowheader").nth(1)).to_contain_text("Learner 7")
    panel.get_by_label("Section", exact=True).select_option(label="7b")
    expect(panel.get_by_role("rowheader")).to_have_count(6)
    panel.get_by_label("Section", exact=True).select_option(label="all sections")
    shot(page, "class-4-class")
    page.locator(".jp-SideBar.jp-mod-left .lm-TabBar-tab.lm-mod-current").click()
    page.set_viewport_size({"width": 360, "height": 740})
    around = panel.evaluate("main => [main.closest('.ls-Panel').scrollWidth, main.closest('.ls-Panel').clientWidth]")
    assert around[0] <= around[1], f"Class scrolls sideways: {around}"
    shot(page, "class-5-narrow")
    page.set_viewport_size({"width": 1280, "height": 860})


def _answer(page: Page) -> None:
    panel = page.get_by_role("main", name="Teach")
    panel.get_by_role("button", name="Back to all assignments").click()
    panel.get_by_role("tab", name="Inbox").click()
    asking = panel.get_by_role("button", name=re.compile(f"Lena asks: {PRACTICE}"))
    expect(asking).to_be_visible()
    shot(page, "class-6-inbox")
    asking.click()
    panel.get_by_label("Your message to Lena").fill("12 songs of 180 seconds.")
    panel.get_by_role("button", name="Send").click()
    expect(panel.get_by_role("list", name="Messages").get_by_text("12 songs of 180 seconds.")).to_be_visible()
    expect(panel.get_by_text("waits for an answer")).to_have_count(0)
    shot(page, "class-7-messages")


def _fill_the_class(stack: Stack) -> None:
    """Give the course twelve more learners, who tried its questions, some of them in vain."""
    database = Database(f"sqlite:///{stack.state / 'learnspace.db'}")
    blobs = BlobStore(stack.state / "blobs")
    with database.write() as session:
        lena = people.find_person(session, stack.username("lena"))
        assert lena is not None
        enrolment = next(one for one in lena.enrolments if one.course == stack.course)
        row = store.get_assignment(session, stack.course, NAME)
        asked = questions_of([FileEntry.model_validate(file) for file in row.files], blobs)
        for number in range(12):
            person = people.ensure_person(session, stack.username(f"learner-{number}"), f"Learner {number}")
            people.ensure_enrolment(session, person.id, enrolment)
            session.connection().exec_driver_sql(
                "UPDATE enrolment SET section = ? WHERE person_id = ?", (f"7{'ab'[number % 2]}", person.id)
            )
            for _ in range(number % 4):
                checked = [
                    CheckedQuestion(notebook=one.notebook, question=one.id, state=TRIES[(number + place) % 3])
                    for place, one in enumerate(asked)
                ]
                note_progress(session, person, row, checked, asked)
    database.close()
