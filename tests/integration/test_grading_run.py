"""A teacher grades a class: how far it is, stop, the rest, who needs a person, and the report down to each learner."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from learnspace_assignments import store
from learnspace_core.blobs import BlobStore
from learnspace_core.database import Database
from learnspace_core.models import FileEntry
from learnspace_people import store as people
from tests.integration.conftest import Stack, new_context, running_stack, shot, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

COURSE, NAME = "python-first-steps", "ps1-numbers-and-names"
PRACTICE = "Practice 1: Numbers and names"
CLASS = 38
SLOW = 4
"""So many learners' work takes its time, and comes first: long enough to see the run and to stop it."""
FORGED = """class Kind(type):
    __hash__ = type.__hash__

    def __eq__(cls, other):
        return True

class Same(metaclass=Kind):
    def __eq__(self, other):
        return True

song_seconds = songs = album_seconds = Same()
"""


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Learnspace with spaces as processes, and a class that has handed in."""
    with running_stack("--spaces", "process", config="[grading]\nworkers = 2\n") as stack:
        hand_in_all(stack)
        yield stack


def test_a_teacher_grades_a_class_and_sees_how_it_went(stack: Stack, browser: Browser) -> None:
    page = sign_in(new_context(browser), stack, "li")
    expect(page.get_by_role("main", name="Home").get_by_text("38 to grade")).to_be_visible()
    _open_submissions(page)
    panel = page.get_by_role("main", name="Teach")
    _stop_and_go_on(page, panel)
    _look_at_who_needs_a_person(page, panel)
    _grade_some(page, panel)
    _read_the_report(page, panel)


def _stop_and_go_on(page: Page, panel: Locator) -> None:
    panel.get_by_role("button", name="Grade all (38)").click()
    expect(panel.get_by_text(re.compile(r"of 38 graded.*being graded"))).to_be_visible()
    expect(panel.get_by_text("You may close this; it goes on.")).to_be_visible()
    expect(panel.get_by_text("That is no security boundary")).to_be_visible()
    shot(page, "grading-1-running")
    panel.get_by_role("button", name="Stop", exact=True).click()
    expect(panel.get_by_text(re.compile(r"Stopped\. \d+ of 38 are graded, the others wait\."))).to_be_visible()
    shot(page, "grading-2-stopped")
    # What had begun is finished first.
    rest = panel.get_by_role("button", name=re.compile(r"Grade all \(([1-9]|[12]\d|3[0-7])\)"))
    expect(rest).not_to_be_disabled(timeout=60_000)
    rest.click()
    expect(panel.get_by_text(re.compile(r"of ([1-9]|[12]\d|3[0-7]) graded"))).to_be_visible()
    # The run belongs to nobody's tab.
    page.reload()
    _open_submissions(page)


def _open_submissions(page: Page) -> None:
    page.get_by_role("menuitem", name="Learning", exact=True).click()
    page.get_by_role("menuitem", name="Teach", exact=True).click()
    panel = page.get_by_role("main", name="Teach")
    panel.get_by_role("button", name=re.compile(f"{PRACTICE}.*handed in", re.DOTALL)).click()
    panel.get_by_role("tab", name="Submissions").click()


def _look_at_who_needs_a_person(page: Page, panel: Locator) -> None:
    expect(panel.get_by_role("button", name="Grade all (0)")).to_be_visible(timeout=120_000)
    first, second = panel.get_by_role("rowheader").nth(0), panel.get_by_role("rowheader").nth(1)
    expect(first).to_contain_text("Learner 36")
    expect(second).to_contain_text("Learner 37")
    expect(panel.get_by_text("A notebook cannot be read.")).to_be_visible()
    expect(panel.get_by_text("A check passes without showing that the answer is right")).to_be_visible()
    expect(panel.get_by_role("button", name="Grade the withheld again (2)")).to_be_visible()
    shot(page, "grading-3-withheld")


def _grade_some(page: Page, panel: Locator) -> None:
    for name in ("Learner 36", "Learner 37", "Learner 1"):
        panel.get_by_role("checkbox", name=f"Choose: {name}", exact=True).press("Space")
    chosen = panel.get_by_role("group", name="The chosen")
    # Marked by hand already or not, who has marks can have them back; who has none can be graded.
    expect(chosen.get_by_role("button", name="Return feedback of the chosen (1)")).to_be_visible()
    shot(page, "grading-3-chosen")
    chosen.get_by_role("button", name="Grade the chosen (2)").click()
    expect(chosen).to_have_count(0)
    expect(panel.get_by_text("0 graded. 2 need you: they stand first below.")).to_be_visible(timeout=60_000)


def _read_the_report(page: Page, panel: Locator) -> None:
    panel.get_by_role("tab", name="Results").click()
    expect(panel.get_by_role("img", name=re.compile("Total: .* of 10 points on average"))).to_be_visible()
    # The hardest question stands first.
    table = panel.get_by_role("region", name="Questions")
    expect(table.get_by_role("rowheader").first).to_contain_text("Task 2: The way to school")
    shot(page, "grading-4-report")
    table.get_by_role("button", name=re.compile("Task 2: The way to school")).first.press("Enter")
    said = panel.get_by_role("listitem").filter(has_text="should be 120, yours gave 60")
    expect(said).to_be_visible()
    said.get_by_role("button").press("Enter")
    # Every number leads to the learners, and each of them to their notebook.
    picked = panel.get_by_role("region", name=re.compile("should be 120, yours gave 60"))
    expect(picked).to_be_focused()
    notebook = picked.get_by_role("link", name="Open the graded notebook of Learner 1", exact=True)
    expect(notebook).to_have_attribute("href", re.compile("formgrader.*submission="))
    shot(page, "grading-5-question")
    page.locator(".jp-SideBar.jp-mod-left .lm-TabBar-tab.lm-mod-current").click()
    page.set_viewport_size({"width": 360, "height": 740})
    around = panel.evaluate("main => [main.closest('.ls-Panel').scrollWidth, main.closest('.ls-Panel').clientWidth]")
    assert around[0] <= around[1], f"Results scrolls sideways: {around}"
    shot(page, "grading-6-narrow")


def hand_in_all(stack: Stack) -> None:
    """Let a class hand in: right and wrong answers, a damaged file, a forgery."""
    database, blobs = Database(f"sqlite:///{stack.state / 'learnspace.db'}"), BlobStore(stack.state / "blobs")
    with database.write() as session:
        lena = people.find_person(session, "lena")
        assert lena is not None
        enrolment = next(one for one in lena.enrolments if one.course == COURSE)
        row = store.get_assignment(session, COURSE, NAME)
        released = {file["path"]: blobs.read(file["sha256"]) for file in row.files}
        for number in range(CLASS):
            person = people.ensure_person(session, f"learner-{number:02}", f"Learner {number}")
            people.ensure_enrolment(session, person.id, enrolment)
            files = []
            for path, content in released.items():
                blob = blobs.put(_answered(content, number) if path == f"{NAME}.ipynb" else content)
                files.append(FileEntry(path=path, sha256=blob.sha256, size=blob.size))
            store.submit(session, person, row, files, "00" * 32)
    database.close()


def _answered(content: bytes, number: int) -> bytes:
    if number == CLASS - 2:
        return content[: len(content) // 2]
    walk = "minutes_one_way * 5" if number % 2 else "minutes_one_way * 2 * 5"
    each = "apples / children" if number % 5 == 2 else "apples // children"
    answers = {
        "ps1-album-code": "song_seconds = 180\nsongs = 12\nalbum_seconds = song_seconds * songs",
        "ps1-walk-code": f"def minutes_per_week(minutes_one_way):\n    total = {walk}\n    return total",
        "ps1-share-code": f"def share(apples, children):\n    each = {each}\n    return each, apples % children",
        "ps1-explain-answer": "It gives a name to a value.",
    }
    if number < SLOW:
        answers["ps1-album-code"] += "\nimport time\ntime.sleep(6)"
    if number == CLASS - 1:
        answers["ps1-album-code"] = FORGED
    notebook = json.loads(content)
    for cell in notebook["cells"]:
        cell["source"] = answers.get(cell["metadata"].get("nbgrader", {}).get("grade_id", ""), cell["source"])
    notebook["metadata"]["learner"] = number
    return json.dumps(notebook).encode()
