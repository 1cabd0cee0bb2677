"""What a teacher changes after giving work back: Teach says so; the learner keeps the old until it goes back again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from nbgrader.api import Gradebook
from sqlalchemy import select

from learnspace_assignments import store
from learnspace_assignments.grading.settled import settled_marks
from learnspace_core.database import Database, now
from learnspace_core.runs import OPEN
from learnspace_core.settings import Settings
from learnspace_core.tables import JobRow
from tests.learnspace_assignments.conftest import Work
from tests.learnspace_assignments.teams import Client, in_teams
from tests.learnspace_assignments.test_grading import BASE, hand_in

RIGHT = "def double(x):\n    return 2 * x"
pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


def _mark(settings: Settings, username: str, score: float, comment: str = "") -> None:
    """As nbgrader's formgrader does it."""
    with Gradebook(f"sqlite:///{settings.state}/courses/art/gradebook.db", "art") as book:
        grade = book.find_grade("why", "doubling", "doubling", username)
        grade.manual_score, grade.needs_manual_grade = score, False
        book.find_comment("why", "doubling", "doubling", username).manual_comment = comment or None
        book.db.commit()


async def _taught(client: Client, work: Work) -> dict[str, Any]:
    """Look at Teach twice, as it does itself: the first look makes the platform read nbgrader's gradebook."""
    await client("ted").get("teach")
    with work.database.read() as session:
        query = select(JobRow.id).where(JobRow.kind == "read_marks", JobRow.state.in_(OPEN))
        waiting = list(session.scalars(query))
    for job in waiting:
        work.queue.run(job)
    one: dict[str, Any] = (await client("ted").get("teach")).json()[0]
    return one


async def _rows(client: Client, work: Work) -> list[tuple[str, float, float | None]]:
    taught = await _taught(client, work)
    return [
        (one["state"], one["marks"]["score"], one["marks_since"] and one["marks_since"]["score"])
        for one in taught["submissions"]
    ]


async def _seen(client: Client, username: str) -> tuple[float, str]:
    """Return what a learner reads: the points, and the comment on the answer in words."""
    marks = (await client(username).get(BASE)).json()["submissions"][0]["marks"]
    return marks["score"], marks["questions"][1]["comment"]


async def _given_back(client: Client, work: Work, settings: Settings) -> None:
    for username in ("amy", "bob"):
        await hand_in(client, username, RIGHT)
    work.do("grade", usernames=None)
    for username in ("amy", "bob"):
        _mark(settings, username, 2, "Nearly.")
    work.do("return", usernames=None, teacher="ted")
    assert await _rows(client, work) == [("returned", 4, None), ("returned", 4, None)]


async def test_teach_says_what_was_changed_and_the_learner_keeps_what_was_returned(
    client: Client, released: Database, work: Work, settings: Settings
) -> None:
    await _given_back(client, work, settings)
    assert (await client("ted").get("teach/inbox")).json() == []

    _mark(settings, "amy", 3, "A clear answer.")
    assert (await client("ted").get("teach")).json()[0]["reads_marks"] is True
    assert await _rows(client, work) == [("returned", 4, 5), ("returned", 4, None)]
    assert (await client("ted").get("teach")).json()[0]["reads_marks"] is False
    waiting = (await client("ted").get("teach/inbox")).json()
    assert [(one["kind"], one["count"]) for one in waiting] == [("to_return", 1)]
    assert await _seen(client, "amy") == (4, "Nearly.")
    page = (await client("amy").get(BASE)).json()["submissions"][0]["id"]
    assert "Nearly." in (await client("amy").get(f"submissions/{page}/feedback")).json()["html"]

    # A comment alone is a change, too.
    _mark(settings, "bob", 2, "On second thoughts.")
    assert await _rows(client, work) == [("returned", 4, 5), ("returned", 4, 4)]
    work.do("return", usernames=None, teacher="ted")
    assert await _rows(client, work) == [("returned", 5, None), ("returned", 4, None)]
    assert await _seen(client, "amy") == (5, "A clear answer.")
    assert await _seen(client, "bob") == (4, "On second thoughts.")
    assert (await client("ted").get("teach/inbox")).json() == []
    timeline = (await client("amy").get("portfolio")).json()
    assert [one["result"]["score"] for one in timeline if one["verb"] == "scored"] == [5, 4]


async def test_whoever_looks_while_marks_are_read_is_told_so(
    client: Client, released: Database, work: Work, settings: Settings
) -> None:
    await _given_back(client, work, settings)
    _mark(settings, "amy", 3, "A clear answer.")
    # The first look begins it; it is going on for the second one, too, as of another tab or a co-teacher.
    for _ in range(2):
        assert (await client("ted").get("teach")).json()[0]["reads_marks"] is True
    assert await _rows(client, work) == [("returned", 4, 5), ("returned", 4, None)]
    assert (await client("ted").get("teach")).json()[0]["reads_marks"] is False


async def test_marks_that_cannot_be_read_are_told_and_read_again_with_the_next_look(
    client: Client, released: Database, work: Work, settings: Settings
) -> None:
    await _given_back(client, work, settings)
    _mark(settings, "amy", 3, "A clear answer.")
    gradebook = settings.state / "courses/art/gradebook.db"
    whole = gradebook.read_bytes()
    gradebook.write_bytes(b"no database" * 1000)
    for _ in range(2):
        taught = await _taught(client, work)
        assert taught["marks_unread"] is True
        assert [one["marks_since"] for one in taught["submissions"]] == [None, None]
    gradebook.write_bytes(whole)
    assert await _rows(client, work) == [("returned", 4, 5), ("returned", 4, None)]
    assert (await client("ted").get("teach")).json()[0]["marks_unread"] is False
    # What fails once more is told once more, though it was well meanwhile.
    _mark(settings, "bob", 3)
    gradebook.write_bytes(b"no database" * 1000)
    assert (await _taught(client, work))["marks_unread"] is True


async def test_what_is_changed_back_is_no_change(
    client: Client, released: Database, work: Work, settings: Settings
) -> None:
    await _given_back(client, work, settings)
    _mark(settings, "amy", 1, "Nearly.")
    assert await _rows(client, work) == [("returned", 4, 3), ("returned", 4, None)]
    _mark(settings, "amy", 2, "Nearly.")
    assert await _rows(client, work) == [("returned", 4, None), ("returned", 4, None)]


async def test_an_answer_that_waits_for_its_mark_again_takes_nothing_from_the_learner(
    client: Client, released: Database, work: Work, settings: Settings
) -> None:
    await _given_back(client, work, settings)
    with Gradebook(f"sqlite:///{settings.state}/courses/art/gradebook.db", "art") as book:
        grade = book.find_grade("why", "doubling", "doubling", "amy")
        grade.manual_score, grade.needs_manual_grade = None, True
        book.db.commit()
    work.do("return", usernames=None, teacher="ted")
    assert await _seen(client, "amy") == (4, "Nearly.")
    assert await _rows(client, work) == [("returned", 4, 2), ("returned", 4, None)]


async def test_grading_returned_work_again_changes_nothing_for_the_learner_before_it_goes_back(
    client: Client, released: Database, work: Work, settings: Settings
) -> None:
    await _given_back(client, work, settings)
    _mark(settings, "amy", 3, "Nearly.")
    work.do("grade", usernames=["amy"])
    assert await _seen(client, "amy") == (4, "Nearly.")
    assert await _rows(client, work) == [("returned", 4, 5), ("returned", 4, None)]


async def test_more_time_reaches_the_mark_that_was_returned_and_the_one_that_waits(
    client: Client, released: Database, work: Work, settings: Settings
) -> None:
    with released.write() as session:
        row = store.get_assignment(session, "art", "doubling")
        row.due_at, row.late = now() - timedelta(hours=1), {"kind": "penalty", "percent": 20, "max_percent": 50}
    await _given_back_late(client, work, settings)
    _mark(settings, "amy", 3)
    assert await _rows(client, work) == [("returned", 3.2, 4)]
    with released.write() as session:
        store.get_assignment(session, "art", "doubling").due_at = None
    work.do("times", teacher="ted")
    assert await _rows(client, work) == [("returned", 4, 5)]
    assert (await _seen(client, "amy"))[0] == 4


async def _given_back_late(client: Client, work: Work, settings: Settings) -> None:
    await hand_in(client, "amy", RIGHT)
    work.do("grade", usernames=None)
    _mark(settings, "amy", 2)
    work.do("return", usernames=None, teacher="ted")


async def test_a_team_is_marked_again_in_whichever_entry_is_open(
    client: Client, released: Database, work: Work, settings: Settings
) -> None:
    in_teams(released, red="amy bob")
    await hand_in(client, "amy", RIGHT)
    work.do("grade", usernames=None)
    _mark(settings, "amy", 3)
    work.do("return", usernames=None, teacher="ted")
    for score in (1, 2):
        _mark(settings, "bob", score)
        assert await _rows(client, work) == [("returned", 5, 2 + score)]
    assert (await _seen(client, "bob"))[0] == 5
    work.do("return", usernames=["bob"], teacher="ted")
    assert (await _seen(client, "amy"))[0] == 4


async def test_returned_work_that_nobody_changed_is_not_read_one_by_one(
    client: Client, released: Database, work: Work, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _given_back(client, work, settings)
    _mark(settings, "bob", 3)
    read: list[str] = []

    def reading(*args: Any) -> Any:
        read.append(args[3].username)
        return settled_marks(*args)

    monkeypatch.setattr("learnspace_assignments.jobs.settled_marks", reading)
    assert await _rows(client, work) == [("returned", 4, None), ("returned", 4, 5)]
    assert read == ["bob"]
