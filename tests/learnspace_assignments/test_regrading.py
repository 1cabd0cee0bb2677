"""Grading again after a mended test, with nbgrader's converters and gradebook: reported first, then made to count."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import nbformat
import pytest
from nbgrader.api import Gradebook

from learnspace_assignments.grading.regrading import Replay
from learnspace_core.database import Database
from learnspace_core.errors import LearnspaceError
from learnspace_core.settings import Settings
from learnspace_core.tables import JobRow
from learnspace_sandbox.models import Cell, Request
from tests.learnspace_assignments.conftest import Work

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
Client = Callable[[str], httpx.AsyncClient]
BASE = "assignments/art/doubling"
TEACH = "teach/art/doubling"
ANSWERS = {"amy": "def double(x):\n    return x + x", "bob": "def double(x):\n    return 5"}


class Class:
    """amy's right answer got 0 of 2 from a wrong test and bob's wrong one 2; by hand amy got 3 of 3, and bob 1."""

    def __init__(self, client: Client, database: Database, work: Work, settings: Settings) -> None:
        self.client, self.database, self.work, self.settings = client, database, work, settings

    def mend(self, test: str) -> None:
        """Put another test into the source and release it."""
        place = self.settings.state / "courses/art/source/doubling/doubling.ipynb"
        notebook = nbformat.read(place, as_version=4)
        notebook.cells[2].source = test
        nbformat.write(notebook, place)
        self.work.do("release", note="The test was wrong.")

    async def hand_in(self, username: str, answer: str) -> None:
        """Hand an answer in."""
        learner = self.client(username)
        notebook = nbformat.reads((await learner.get(f"{BASE}/files/doubling.ipynb")).text, as_version=4)
        notebook.cells[1].source, notebook.cells[3].source = answer, "Because."
        body = nbformat.writes(notebook).encode()
        done = await learner.post(f"{BASE}/submissions", files=[("files", ("doubling.ipynb", body))])
        assert done.status_code == 201

    def mark(self, username: str, score: float) -> None:
        """Mark the written answer, as nbgrader's formgrader does it."""
        with Gradebook(f"sqlite:///{self.settings.state}/courses/art/gradebook.db", "art") as book:
            grade = book.find_grade("why", "doubling", "doubling", username)
            grade.manual_score, grade.needs_manual_grade = score, False
            book.find_comment("why", "doubling", "doubling", username).manual_comment = f"For {username}."
            book.db.commit()

    async def regrade(self) -> dict[str, Any]:
        """Ask for a report, have it made, and return it."""
        asked = await self.client("ted").post(f"{TEACH}/regrade")
        assert asked.status_code == 202
        self.work.queue.run(asked.json()["id"])
        assert self.ended(asked.json()["id"]) == ("done", None)
        found: dict[str, Any] = (await self.client("ted").get(f"{TEACH}/regrade")).json()
        return found

    async def apply(self, report: dict[str, Any], *, lower: bool = False) -> tuple[str, str | None]:
        """Have a report applied, and return how the job ended."""
        sent = {"made_at": report["made_at"], "lower": lower}
        asked = await self.client("ted").post(f"{TEACH}/regrade/apply", json=sent)
        assert asked.status_code == 202, asked.text
        self.work.queue.run(asked.json()["id"])
        return self.ended(asked.json()["id"])

    def ended(self, job_id: str) -> tuple[str, str | None]:
        """Return how a job ended."""
        with self.database.read() as session:
            row = session.get_one(JobRow, job_id)
            return row.state, row.code

    async def scores(self) -> dict[str, float]:
        """Return the scores as their teacher sees them."""
        [one] = (await self.client("ted").get("teach")).json()
        return {each["username"]: each["marks"]["score"] for each in one["submissions"] if each["marks"]}

    def database_bytes(self) -> bytes:
        """Return the real gradebook."""
        return (self.settings.state / "courses/art/gradebook.db").read_bytes()


@pytest.fixture
async def school_class(client: Client, released: Database, work: Work, settings: Settings) -> Class:
    made = Class(client, released, work, settings)
    made.mend("assert double(2) == 5, 'double(2) is not 5'")
    for username, answer in ANSWERS.items():
        await made.hand_in(username, answer)
    work.do("grade", usernames=None)
    made.mark("amy", 3)
    made.mark("bob", 1)
    work.do("read_marks")
    assert await made.scores() == {"amy": 3, "bob": 3}
    work.do("return", usernames=["amy"], teacher="ted")
    made.mend("assert double(2) == 4, 'double(2) is not 4'")
    return made


async def test_a_mended_test_is_reported_and_applied_and_hand_marks_stay(school_class: Class, client: Client) -> None:
    before = school_class.database_bytes()
    report = await school_class.regrade()
    assert school_class.database_bytes() == before
    assert await school_class.scores() == {"amy": 3, "bob": 3}
    lines = {one["username"]: (one["old"], one["new"], one["returned"]) for one in report["learners"]}
    assert lines == {"amy": (3, 5, True), "bob": (3, 1, False)}
    assert (report["raised"], report["lowered"], report["old_sum"], report["new_sum"]) == (1, 1, 6, 6)
    questions = {one["id"]: (one["old"], one["new"], one["by_hand"]) for one in report["learners"][0]["questions"]}
    assert questions == {"double-tests": (0, 2, False), "why": (3, 3, True)}
    # Learners see nothing of a report.
    assert (await client("amy").get(BASE)).json()["submissions"][0]["marks"]["score"] == 3
    assert "planned" not in report

    assert await school_class.apply(report) == ("done", None)
    # Nobody is lowered unless the teacher says so.
    assert await school_class.scores() == {"amy": 5, "bob": 3}
    mine = (await client("amy").get(BASE)).json()["submissions"][0]
    assert (mine["state"], mine["marks"]["score"]) == ("returned", 5)
    assert [one["comment"] for one in mine["marks"]["questions"] if one["id"] == "why"] == ["For amy."]
    page = (await client("amy").get(f"submissions/{mine['id']}/feedback")).json()["html"]
    assert "2 / 2" in page
    assert "For amy." in page
    told = (await client("amy").get("portfolio")).json()[0]
    assert told["sentence"] == "Doubling was graded again: 5 of 5 points, before 3"
    states = (await client("ted").get("teach")).json()[0]["submissions"]
    assert [one["state"] for one in states] == ["returned", "graded"]
    assert await school_class.apply(report) == ("failed", "report_stale")


async def test_scores_are_lowered_only_when_the_teacher_says_so(school_class: Class) -> None:
    report = await school_class.regrade()
    assert await school_class.apply(report, lower=True) == ("done", None)
    assert await school_class.scores() == {"amy": 5, "bob": 1}


async def test_a_report_is_stale_after_a_mark_by_hand(school_class: Class) -> None:
    report = await school_class.regrade()
    school_class.mark("bob", 2)
    before = school_class.database_bytes()
    assert await school_class.apply(report) == ("failed", "report_stale")
    assert school_class.database_bytes() == before
    assert await school_class.apply(await school_class.regrade()) == ("done", None)


async def test_a_report_is_stale_after_a_hand_in_which_is_not_lost(school_class: Class, client: Client) -> None:
    report = await school_class.regrade()
    await school_class.hand_in("bob", ANSWERS["amy"])
    assert await school_class.apply(report) == ("failed", "report_stale")
    report = await school_class.regrade()
    assert [one["username"] for one in report["learners"]] == ["amy"]
    assert await school_class.apply(report) == ("done", None)
    states = {one["username"]: one["state"] for one in (await client("ted").get("teach")).json()[0]["submissions"]}
    assert states == {"amy": "returned", "bob": "handed_in"}


async def test_a_report_is_stale_after_the_test_was_mended_once_more(school_class: Class) -> None:
    report = await school_class.regrade()
    school_class.mend("assert double(2) == 4\nassert double(3) == 6")
    assert await school_class.apply(report) == ("failed", "report_stale")
    assert await school_class.scores() == {"amy": 3, "bob": 3}


async def test_a_report_that_was_not_looked_at_is_refused(school_class: Class, client: Client) -> None:
    report = await school_class.regrade()
    await school_class.regrade()
    answer = await client("ted").post(f"{TEACH}/regrade/apply", json={"made_at": report["made_at"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "report_stale")


async def test_what_was_cut_off_is_finished(school_class: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    report = await school_class.regrade()
    kept = []

    def cut(self: object, done: int, total: int) -> None:
        kept.append(done)
        if done == 1:
            raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr("learnspace_core.jobs.Work.progress", cut)
        with pytest.raises(KeyboardInterrupt):
            await school_class.apply(report, lower=True)
    assert await school_class.scores() == {"amy": 5, "bob": 3}
    assert await school_class.apply(report, lower=True) == ("done", None)
    assert await school_class.scores() == {"amy": 5, "bob": 1}


def test_a_replay_runs_nothing_that_was_not_recorded(settings: Settings) -> None:
    with pytest.raises(LearnspaceError) as refused:
        Replay()(Request(cells=[Cell(source="1 + 1")], seconds=1))
    assert refused.value.code == "report_stale"
