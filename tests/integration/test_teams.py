"""Teams in a browser: the teacher lets learners form them, one makes a team and hands in, the other has it too."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from learnspace_core.database import Database
from learnspace_people import store as people
from learnspace_people.models import Enrolment
from tests.integration.conftest import NARROW, SET_LANGUAGE, Stack, new_context, running_stack, shot, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

PRACTICE = "Practice 1: Numbers and names"
COURSE = "python-first-steps"
OTHERS = ("Ada", "Béla", "陈晨", "Dörte", "Emeka")


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Learnspace with spaces as processes, and some more learners in the course."""
    with running_stack("--spaces", "process") as stack:
        database = Database(f"sqlite:///{stack.state}/learnspace.db")
        with database.write() as session:
            course = people.get_course(session, COURSE)
            assert course is not None
            for number, name in enumerate(OTHERS):
                person = people.ensure_person(session, f"learner{number}", name)
                enrolment = {"role": "learner", "institution": course.institution, "course": COURSE}
                people.ensure_enrolment(session, person.id, Enrolment.model_validate(enrolment))
        database.close()
        yield stack


def test_a_learner_makes_a_team_and_hands_in_for_it(stack: Stack, browser: Browser) -> None:
    teacher = sign_in(new_context(browser), stack, "li")
    panel = _open(teacher, "Learning", "Teach")
    panel.get_by_role("button", name=re.compile(PRACTICE)).first.click()
    panel.get_by_role("tab", name="Teams").click()
    expect(panel.get_by_text("This is handed in alone.")).to_be_visible()
    panel.get_by_role("tab", name="Settings").click()
    panel.get_by_label("Learners in a team").fill("3")
    panel.get_by_label("Teams are formed by").select_option("learners")
    shot(teacher, "teams-settings")
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_text("Saved")).to_be_visible()

    learner = sign_in(new_context(browser), stack, "lena")
    mine = _open(learner, "Learning", "Assignments")
    mine.get_by_role("button", name=re.compile(PRACTICE)).first.click()
    expect(mine.get_by_text("You are in no team yet, so you cannot hand in.")).to_be_visible()
    mine.get_by_label("Name of a new team").fill("Red pandas")
    shot(learner, "teams-none")
    mine.get_by_role("button", name="Make the team").click()
    expect(mine.get_by_text("Red pandas: Lena")).to_be_visible()
    mine.get_by_role("button", name="Leave this team").click()
    expect(mine.get_by_text("There is no team yet.")).to_be_visible()
    mine.get_by_label("Name of a new team").fill("Red pandas")
    mine.get_by_role("button", name="Make the team").click()
    expect(mine.get_by_text("Red pandas: Lena")).to_be_visible()

    panel.get_by_role("tab", name="Teams").click()
    expect(panel.get_by_role("heading", name="Red pandas 1 of 3")).to_be_visible()
    panel.get_by_label("Learner", exact=True).select_option(label="陈晨 (learner2)")
    panel.get_by_label("Team", exact=True).select_option(label="Red pandas")
    panel.get_by_role("button", name="Put in", exact=True).click()
    expect(panel.get_by_role("heading", name="Red pandas 2 of 3")).to_be_visible()
    panel.get_by_role("button", name="Take out of Red pandas: 陈晨").click()
    panel.get_by_role("button", name="Undo").click()
    expect(panel.get_by_role("heading", name="Red pandas 2 of 3")).to_be_visible()
    panel.get_by_label("Learners in each").fill("2")
    panel.get_by_role("button", name="Form the teams").click()
    expect(panel.get_by_text("Everybody is in a team.")).to_be_visible()
    expect(panel.get_by_role("heading", name=re.compile("^Team [12] "))).to_have_count(2)
    panel.get_by_role("heading", name="Red pandas 2 of 3").scroll_into_view_if_needed()
    shot(teacher, "teams-teach")

    mine.get_by_role("button", name="Get it").click()
    expect(learner.locator(".jp-NotebookPanel:visible").get_by_role("heading", name=PRACTICE)).to_be_visible(
        timeout=25_000
    )
    _open(learner, "Learning", "Assignments")
    mine.get_by_role("button", name="Hand in", exact=True).click()
    mine.get_by_role("button", name="Hand in now").click()
    expect(mine.get_by_text("Handed in by lena for the team Red pandas: learner2, lena")).to_be_visible()
    expect(mine.get_by_text("Lena handed in last.")).to_be_visible()
    expect(mine.get_by_role("button", name="Leave this team")).to_have_count(0)
    shot(learner, "teams-handed-in")
    panel.get_by_role("tab", name="Class").click()
    expect(panel.get_by_role("rowheader", name=re.compile("Lena.*Team: Red pandas"))).to_be_visible()
    shot(teacher, "teams-class")
    # A name that was made by itself says already that it is a team's.
    expect(panel.get_by_text(re.compile("^Team 1$")).first).to_be_visible()
    panel.get_by_role("tab", name="Submissions").click()
    panel.get_by_role("button", name="Refresh").click()
    expect(panel.get_by_role("row", name=re.compile("Red pandas Lena, 陈晨"))).to_be_visible()
    shot(teacher, "teams-submissions")
    assert teacher.evaluate(SET_LANGUAGE) == 204
    teacher.reload()
    panel = _open(teacher, "学习", "教学")
    teacher.locator(".jp-SideBar.jp-mod-left .lm-TabBar-tab.lm-mod-current").click()
    teacher.set_viewport_size(NARROW)  # type: ignore[arg-type]
    panel.get_by_role("button", name=re.compile(PRACTICE)).first.click()
    panel.get_by_role("tab", name="小组").click()
    expect(panel.get_by_role("heading", name="Red pandas 2 / 3")).to_be_visible()
    shot(teacher, "teams-narrow-chinese")
    width, room = panel.evaluate("main => [main.scrollWidth, main.clientWidth]")
    assert width <= room
    learner.goto(f"{stack.url}/services/learnspace/assignments")
    expect(learner.get_by_text("Your team: Red pandas")).to_be_visible()
    shot(learner, "teams-page")


def _open(page: Page, menu: str, name: str) -> Locator:
    """Open a panel through the menu and return it."""
    page.get_by_role("menuitem", name=menu, exact=True).click()
    page.get_by_role("menuitem", name=name, exact=True).click()
    panel = page.get_by_role("main", name=name, exact=True)
    expect(panel).to_be_visible()
    return panel
