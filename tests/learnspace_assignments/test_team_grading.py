"""A team's work is graded once, and each member has the marks: in the gradebook, in lists and in the record."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook
from sqlalchemy import select

from learnspace_assignments import store
from learnspace_core.database import Database, now
from learnspace_core.settings import Settings
from learnspace_core.tables import JobRow
from tests.learnspace_assignments.conftest import Work
from tests.learnspace_assignments.teams import HERE, TAUGHT, Client, enrol, in_teams

RIGHT, WRONG = "def double(x):\n    return x + x", "def double(x):\n    return 4"
only_sqlite = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


async def _hand_in(client: Client, username: str, solution: str) -> str:
    learner = client(username)
    notebook = nbformat.reads((await learner.get(f"{HERE}/files/doubling.ipynb")).text, as_version=4)
    notebook.cells[1].source, notebook.cells[3].source = solution, "Because."
    files = [("files", ("doubling.ipynb", nbformat.writes(notebook).encode()))]
    return str((await learner.post(f"{HERE}/submissions", files=files)).json()["submission"])


def _book(settings: Settings) -> Gradebook:
    return Gradebook(f"sqlite:///{settings.state}/courses/art/gradebook.db", "art")


def _entry(settings: Settings, student: str) -> dict[str, Any]:
    with _book(settings) as book:
        submission = book.find_submission("doubling", student)
        comment = book.find_comment("why", "doubling", "doubling", student)
        return {
            "score": submission.score,
            "penalty": sum(float(one.late_submission_penalty or 0) for one in submission.notebooks),
            "comment": comment.manual_comment,
            "timestamp": submission.timestamp,
            "needs": submission.needs_manual_grade,
        }


def _mark(settings: Settings, student: str, score: float, comment: str = "") -> None:
    """Mark by hand, as nbgrader's formgrader does it."""
    with _book(settings) as book:
        grade = book.find_grade("why", "doubling", "doubling", student)
        grade.manual_score, grade.needs_manual_grade = score, False
        book.find_comment("why", "doubling", "doubling", student).manual_comment = comment or None
        book.db.commit()


async def _scores(client: Client) -> dict[str, str]:
    text = (await client("ted").get("teach/art/marks.csv", params={"shape": "moodle"})).text.removeprefix("\ufeff")
    return {row["Username"]: row["Doubling"] for row in csv.DictReader(io.StringIO(text))}


@only_sqlite
async def test_marks_to_each_member(client: Client, released: Database, work: Work, settings: Settings) -> None:
    enrol(released, "cat")
    in_teams(released, red="amy bob", blue="cat")
    handed_in = await _hand_in(client, "bob", RIGHT)
    await _hand_in(client, "cat", WRONG)
    # Whichever member is named, it is the team's work.
    work.do("grade", usernames=["amy"], teacher="ted")
    work.do("grade", usernames=None, teacher="ted")
    taught = (await client("ted").get("teach")).json()[0]["submissions"]
    assert [(one["username"], one["team"], one["marks"]["score"]) for one in taught] == [
        ("bob", "Red", 2),
        ("cat", "Blue", 0),
    ]
    assert _entry(settings, "amy") == _entry(settings, "bob")
    assert _entry(settings, "amy")["score"] == 2
    # The formgrader shows each member's notebook.
    course = settings.state / "courses" / "art"
    for kind in ("submitted", "autograded"):
        notebooks = [(course / kind / name / "doubling" / "doubling.ipynb").read_bytes() for name in ("amy", "bob")]
        assert notebooks[0] == notebooks[1]

    # A teacher marks in the entry of whom they have open, not of whom was graded.
    _mark(settings, "amy", 3, "Well said.")
    _mark(settings, "cat", 1)
    work.do("read_marks")
    assert _entry(settings, "bob") == _entry(settings, "amy")
    assert _entry(settings, "bob")["comment"] == "Well said."
    assert await _scores(client) == {"amy": "5", "bob": "5", "cat": "1"}
    rows = {one["username"]: one for one in (await client("ted").get(f"{TAUGHT}/class")).json()["learners"]}
    assert [rows[name]["score"] for name in ("amy", "bob", "cat")] == [5, 5, 1]

    work.do("return", usernames=None, teacher="ted")
    for username in ("amy", "bob"):
        seen = (await client(username).get(HERE)).json()
        assert (seen["state"], seen["submissions"][0]["marks"]["score"]) == ("returned", 5)
        page = (await client(username).get(f"submissions/{handed_in}/feedback")).json()["html"]
        assert "Well said." in page
        assert (await client(username).get("portfolio")).json()[0]["verb"] == "scored"
    assert (await client("cat").get(f"submissions/{handed_in}/feedback")).status_code == 404

    # Marked differently afterwards, in another member's entry, and returned again: all follow.
    _mark(settings, "bob", 1, "On second thoughts")
    work.do("return", usernames=["bob"], teacher="ted")
    assert _entry(settings, "amy") == _entry(settings, "bob")
    assert (await client("amy").get(HERE)).json()["submissions"][0]["marks"]["score"] == 3


@only_sqlite
async def test_graded_again_all_members_follow_and_marks_by_hand_stay(
    client: Client, released: Database, work: Work, settings: Settings
) -> None:
    in_teams(released, red="amy bob")
    await _hand_in(client, "amy", WRONG)
    work.do("grade", usernames=None, teacher="ted")
    # Before anybody reads the mark, the team hands in once more.
    _mark(settings, "bob", 2, "Good")
    await _hand_in(client, "bob", RIGHT)
    work.do("grade", usernames=None, teacher="ted")
    assert _entry(settings, "amy") == _entry(settings, "bob")
    assert _entry(settings, "amy")["score"] == 4
    assert _entry(settings, "amy")["comment"] == "Good"
    # Nothing new to share is not written again: the gradebook's file stays as it is.
    work.do("read_marks")
    book = settings.state / "courses" / "art" / "gradebook.db"
    before = book.stat().st_mtime_ns
    work.do("read_marks")
    assert book.stat().st_mtime_ns == before
    # A test is mended, and everything is graded again: in a copy first, then in the real book.
    source = settings.state / "courses/art/source/doubling/doubling.ipynb"
    notebook = nbformat.read(source, as_version=4)
    notebook.cells[2].source = "assert double(2) == 5"
    nbformat.write(notebook, source)
    work.do("release", note="The test was wrong.")
    work.do("regrade", teacher="ted")
    report = (await client("ted").get(f"{TAUGHT}/regrade")).json()
    assert [(one["name"], one["old"], one["new"]) for one in report["learners"]] == [("Amy, Bob", 4, 2)]
    assert _entry(settings, "amy")["score"] == _entry(settings, "bob")["score"] == 4
    work.do("apply_regrade", teacher="ted", made_at=datetime.fromisoformat(report["made_at"]).isoformat(), lower=True)
    assert _entry(settings, "amy") == _entry(settings, "bob")
    assert _entry(settings, "bob")["score"] == 2
    assert [one["marks"]["score"] for one in (await client("ted").get("teach")).json()[0]["submissions"]] == [2]


@only_sqlite
async def test_a_member_removed_after_the_hand_in_keeps_the_marks(
    client: Client, released: Database, work: Work, settings: Settings
) -> None:
    in_teams(released, red="amy bob")
    await _hand_in(client, "bob", RIGHT)
    assert (await client("ted").delete(f"{TAUGHT}/teams/red/members/bob")).status_code == 204
    work.do("grade", usernames=None, teacher="ted")
    _mark(settings, "bob", 3)
    work.do("read_marks")
    assert await _scores(client) == {"amy": "5", "bob": "5"}
    # What the team hands in without bob changes amy's marks, not bob's.
    await _hand_in(client, "amy", WRONG)
    work.do("grade", usernames=None, teacher="ted")
    assert (_entry(settings, "amy")["score"], _entry(settings, "bob")["score"]) == (3, 5)
    _mark(settings, "amy", 0)
    work.do("read_marks")
    assert await _scores(client) == {"amy": "0", "bob": "5"}


@only_sqlite
async def test_a_member_who_came_after_the_grading_has_the_marks_once_the_team_hands_in_again(
    client: Client, released: Database, work: Work, settings: Settings
) -> None:
    enrol(released, "cat")
    in_teams(released, size=3, red="amy bob")
    await _hand_in(client, "bob", RIGHT)
    work.do("grade", usernames=None, teacher="ted")
    assert (await client("ted").put(f"{TAUGHT}/teams/red/members/cat")).status_code == 200
    assert "cat" not in {one["student"] for one in (await client("ted").get(f"{TAUGHT}/submissions")).json()}
    await _hand_in(client, "cat", RIGHT)
    with released.read() as session:
        waiting = session.scalars(select(JobRow.id).filter_by(kind="times", state="waiting")).all()
    for job_id in waiting:
        work.queue.run(job_id)
    assert _entry(settings, "cat") == _entry(settings, "bob")
    assert _entry(settings, "cat")["score"] == 2


@only_sqlite
async def test_an_extension_of_any_member_takes_the_penalty_off_for_all(
    client: Client, released: Database, work: Work, settings: Settings
) -> None:
    in_teams(released, red="amy bob")
    with released.write() as session:
        row = store.get_assignment(session, "art", "doubling")
        row.due_at = now() - timedelta(hours=1)
        row.late = {"kind": "penalty", "percent": 50, "max_percent": 50}
    await _hand_in(client, "amy", RIGHT)
    work.do("grade", usernames=None, teacher="ted")
    assert [_entry(settings, name)["penalty"] for name in ("amy", "bob")] == [1, 1]
    granted = {"username": "bob", "assignment": "doubling", "extra_minutes": 120}
    assert (await client("ted").post("teach/art/accommodations", json=granted)).status_code == 201
    work.do("times", teacher="ted")
    assert [_entry(settings, name)["penalty"] for name in ("amy", "bob")] == [0, 0]
    assert (await client("ted").get("teach")).json()[0]["submissions"][0]["marks"]["score"] == 2
