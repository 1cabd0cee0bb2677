"""Progress from a learner's space, the class that a teacher sees of it, and the inbox."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import nbformat
import pytest

from learnspace_assignments import store
from learnspace_assignments.questions import questions_of
from learnspace_assignments.store.progress import is_stuck
from learnspace_assignments.tables import AssignmentRow, ProgressRow, SubmissionRow, TeamMemberRow, TeamRow
from learnspace_core.blobs import BlobStore
from learnspace_core.database import Database, now
from learnspace_core.models import FileEntry
from learnspace_people import store as people
from learnspace_people.models import Person
from learnspace_people.tables import EnrolmentRow
from tests.learnspace_assignments.conftest import cell

Client = Callable[[str], httpx.AsyncClient]
PROGRESS, CLASS = "assignments/art/doubling/progress", "teach/art/doubling/class"


def _notebook() -> nbformat.NotebookNode:
    cells = [
        cell("markdown", "# Doubling"),
        cell("code", "def double(x):\n    raise NotImplementedError", grade_id="double", solution=True),
        cell("code", "assert double(2) == 4", grade_id="double-tests", grade=True, locked=True, points=2),
        cell("code", "assert double(3) == 6", grade_id="more-tests", grade=True, locked=True, points=1),
        cell("markdown", "## Halving"),
        cell("code", "half = None", grade_id="half", solution=True),
        cell("code", "# All of it is hidden.\n", grade_id="half-tests", grade=True, locked=True, points=1),
        cell("markdown", "Say why.", grade_id="why", grade=True, solution=True, points=3),
    ]
    return nbformat.v4.new_notebook(cells=cells)


@pytest.fixture
def files(blobs: BlobStore) -> list[FileEntry]:
    """The released files: one notebook, and one in a folder, which nbgrader does not look at."""
    blob = blobs.put(nbformat.writes(_notebook()).encode())
    return [
        FileEntry(path="doubling.ipynb", sha256=blob.sha256, size=blob.size),
        FileEntry(path="more/doubling.ipynb", sha256=blob.sha256, size=blob.size),
    ]


@pytest.fixture
def released(school: Database, files: list[FileEntry]) -> Database:
    """The assignment ``doubling`` of ``art``, released."""
    with school.write() as session:
        store.release(session, store.ensure_assignment(session, "art", "doubling", "Doubling"), files, 7)
    return school


def _say(state: str, question: str = "double-tests", notebook: str = "doubling") -> dict[str, Any]:
    return {"questions": [{"notebook": notebook, "question": question, "state": state}]}


def _rows(answer: httpx.Response) -> dict[str, dict[str, Any]]:
    return {learner["username"]: learner for learner in answer.json()["learners"]}


def _person(database: Database, username: str) -> Person:
    with database.read() as session:
        person = people.find_person(session, username)
    assert person is not None
    return person


def _hand_in(database: Database, username: str, state: str = "handed_in", letter: str = "a", **values: object) -> str:
    with database.write() as session:
        row = store.get_assignment(session, "art", "doubling")
        entry = FileEntry(path="doubling.ipynb", sha256=letter * 64, size=1)
        receipt, _ = store.submit(session, _person(database, username), row, [entry], "00" * 32)
        submission = session.get_one(SubmissionRow, receipt.submission)
        submission.state = state
        for name, value in values.items():
            setattr(submission, name, value)
        return receipt.submission


def test_questions_know_their_heading_their_solutions_and_whether_a_learner_can_check_them(
    files: list[FileEntry], blobs: BlobStore
) -> None:
    double = {"double": "def double(x):\n    raise NotImplementedError"}
    assert [(one.id, one.title, one.checkable, one.solutions) for one in questions_of(files, blobs)] == [
        ("double-tests", "Doubling", True, double),
        ("more-tests", "Doubling", True, double),
        ("half-tests", "Halving", False, {"half": "half = None"}),
        ("why", "Halving", False, {}),
    ]


def test_a_damaged_notebook_has_no_questions_and_harms_nothing(blobs: BlobStore) -> None:
    blob = blobs.put(b"{")
    missing = FileEntry(path="b.ipynb", sha256="0" * 64, size=1)
    assert questions_of([FileEntry(path="a.ipynb", sha256=blob.sha256, size=1), missing], blobs) == []


async def test_only_questions_that_were_released_are_kept(client: Client, released: Database) -> None:
    amy = client("amy")
    for question, notebook in [("invented", "doubling"), ("double-tests", "more/doubling"), ("why", "doubling")]:
        answer = await amy.put(PROGRESS, json=_say("passing", question, notebook))
        assert (answer.status_code, answer.json()["questions"]) == (200, []), question
    answer = await amy.put(PROGRESS, json=_say("passing", "a\x00b"))
    assert (answer.status_code, answer.json()["questions"]) == (200, [])
    with released.read() as session:
        assert session.query(ProgressRow).count() == 0


@pytest.mark.parametrize(
    "body",
    [
        {"questions": [{"notebook": "doubling", "question": "x", "state": "full marks"}]},
        {"questions": [{"notebook": "doubling", "question": "x" * 201, "state": "passing"}]},
        {"questions": [{"notebook": "doubling", "question": "x", "state": "passing"}] * 501},
        {"questions": "all"},
    ],
)
async def test_progress_of_another_shape_is_refused(
    client: Client, released: Database, body: dict[str, object]
) -> None:
    answer = await client("amy").put(PROGRESS, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_request")


async def test_tries_count_until_a_question_passes(client: Client, released: Database) -> None:
    amy, ted = client("amy"), client("ted")
    seen = []
    for state in ("untouched", "failing", "failing", "failing", "passing", "failing"):
        await amy.put(PROGRESS, json=_say(state))
        cell = _rows(await ted.get(CLASS))["amy"]["cells"][0]
        seen.append((cell["state"], cell["tries"]))
    assert seen == [
        ("untouched", 0), ("failing", 1), ("failing", 2), ("stuck", 3), ("passing", 0), ("failing", 1),
    ]  # fmt: skip


async def test_one_check_that_names_a_question_twice_is_one_try(client: Client, released: Database) -> None:
    twice = {"questions": _say("failing")["questions"] * 2}
    assert len((await client("amy").put(PROGRESS, json=twice)).json()["questions"]) == 1
    assert _rows(await client("ted").get(CLASS))["amy"]["cells"][0]["tries"] == 1


def test_who_tried_in_vain_for_long_is_stuck_and_who_closed_the_notebook_is_not() -> None:
    begun = now()
    assert is_stuck("failing", 2, begun, begun + timedelta(minutes=21))
    assert not is_stuck("failing", 2, begun, begun + timedelta(minutes=20))
    assert not is_stuck("failing", 1, begun - timedelta(days=1), begun - timedelta(days=1))
    assert not is_stuck("passing", 9, begun, begun + timedelta(hours=1))


async def test_rows_say_where_each_learner_stands(client: Client, released: Database) -> None:
    amy, bob, ted = client("amy"), client("bob"), client("ted")

    async def states() -> tuple[str, str]:
        rows = _rows(await ted.get(CLASS))
        assert list(rows) == ["amy", "bob"]
        return rows["amy"]["state"], rows["bob"]["state"]

    assert await states() == ("not_started", "not_started")
    await amy.post("assignments/art/doubling/fetched")
    for _ in range(3):
        await bob.put(PROGRESS, json=_say("failing"))
    assert await states() == ("working", "stuck")
    for question in ("double-tests", "more-tests"):
        await amy.put(PROGRESS, json=_say("passing", question))
    assert await states() == ("passing", "stuck")
    _hand_in(released, "bob")
    assert await states() == ("passing", "handed_in")


async def test_marks_take_the_place_of_what_the_space_says(client: Client, released: Database) -> None:
    question = {"notebook": "doubling", "title": "", "manual": False, "needs_mark": False, "comment": ""}
    marks = {
        "score": 2.5,
        "max_score": 7,
        "questions": [
            question | {"id": "double-tests", "score": 2, "max_score": 2},
            question | {"id": "more-tests", "score": 0.5, "max_score": 1},
            question | {"id": "half-tests", "score": 0, "max_score": 1},
            question | {"id": "why", "score": 0, "max_score": 3, "needs_mark": True},
        ],
    }
    await client("amy").put(PROGRESS, json=_say("failing"))
    submission = _hand_in(released, "amy", "needs_marks", marks=marks, formgrader_id="f1")
    with released.write() as session:
        store.get_assignment(session, "art", "doubling").due_at = now() - timedelta(days=1)
    view = (await client("ted").get(CLASS)).json()
    amy = view["learners"][0]
    assert [cell["state"] for cell in amy["cells"]] == ["full", "part", "none", "to_mark"]
    assert (amy["submission"], amy["formgrader_id"], amy["score"], amy["late"]) == (submission, "f1", 2.5, True)
    assert [(one["graded"], one["full"], one["failing"]) for one in view["questions"]] == [
        (1, 1, 0), (1, 0, 0), (1, 0, 0), (0, 0, 0),
    ]  # fmt: skip
    # A newer version has no marks yet: the row tells of that one.
    _hand_in(released, "amy", letter="b")
    assert _rows(await client("ted").get(CLASS))["amy"]["cells"][0]["state"] == "failing"


async def test_a_teams_submission_is_each_members(client: Client, released: Database) -> None:
    with released.write() as session:
        row = store.get_assignment(session, "art", "doubling")
        row.team_size = 2
        session.add(TeamRow(id="t", assignment_id=row.id, name="Blue"))
        session.flush()
        for username in ("amy", "bob"):
            session.add(TeamMemberRow(assignment_id=row.id, person_id=_person(released, username).id, team_id="t"))
    _hand_in(released, "amy")
    rows = _rows(await client("ted").get(CLASS))
    assert [rows[name]["state"] for name in ("amy", "bob")] == ["handed_in", "handed_in"]
    assert [rows[name]["team"] for name in ("amy", "bob")] == ["Blue", "Blue"]
    assert [(one["kind"], one["count"]) for one in (await client("ted").get("teach/inbox")).json()] == [("to_grade", 1)]


async def test_the_class_has_only_its_own_learners_with_their_sections(client: Client, released: Database) -> None:
    with released.write() as session:
        held = session.query(EnrolmentRow).filter_by(person_id=_person(released, "bob").id, course_id="art").one()
        held.section = "7b"
    view = (await client("ted").get(CLASS)).json()
    assert [(one["username"], one["section"]) for one in view["learners"]] == [("amy", ""), ("bob", "7b")]
    assert view["sections"] == ["7b"]


async def test_the_number_of_queries_does_not_grow_with_the_class(released: Database, client: Client, app: Any) -> None:
    from sqlalchemy import event

    counted: list[str] = []
    event.listen(app.state.database.engine, "before_cursor_execute", lambda *args: counted.append(args[2]))
    ted = client("ted")
    await ted.get(CLASS)
    few = len(counted)
    with released.write() as session:
        enrolment = _person(released, "amy").enrolments[0]
        for number in range(20):
            people.ensure_enrolment(session, people.ensure_person(session, f"p{number}", "P").id, enrolment)
    counted.clear()
    assert len((await ted.get(CLASS)).json()["learners"]) == 22
    assert len(counted) == few


async def test_the_inbox_lists_what_waits_the_oldest_first(client: Client, released: Database) -> None:
    ted, amy = client("ted"), client("amy")
    assert (await ted.get("teach/inbox")).json() == []
    at = now()
    _hand_in(released, "amy", "graded", handed_in_at=at - timedelta(days=2))
    _hand_in(released, "bob", "withheld", handed_in_at=at - timedelta(days=3))
    await amy.post("assignments/art/doubling/messages", json={"text": "How?", "question": "why"})
    waiting = (await ted.get("teach/inbox")).json()
    assert [(one["kind"], one["count"], one["username"]) for one in waiting] == [
        ("withheld", 1, ""), ("to_return", 1, ""), ("to_answer", 1, "amy"),
    ]  # fmt: skip
    home = (await ted.get("home")).json()["teaching"]
    assert [(one["to_look_at"], one["to_return"], one["to_answer"], one["to_grade"]) for one in home] == [(1, 1, 1, 0)]
    # Only the newest version of each learner waits.
    _hand_in(released, "bob", letter="b")
    kinds = [one["kind"] for one in (await ted.get("teach/inbox")).json()]
    assert sorted(kinds) == ["to_answer", "to_grade", "to_return"]
    assert (await client("una").get("teach/inbox")).json() == []


async def test_an_archived_assignment_waits_for_nobody(client: Client, released: Database) -> None:
    _hand_in(released, "amy")
    with released.write() as session:
        session.query(AssignmentRow).one().archived_at = now()
    assert (await client("ted").get("teach/inbox")).json() == []
