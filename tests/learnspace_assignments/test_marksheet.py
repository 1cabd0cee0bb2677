from __future__ import annotations

import csv
import io
from collections.abc import Callable

import httpx
import pytest

from learnspace_assignments import store
from learnspace_assignments.marksheet import Column, Marksheet, Row, as_csv
from learnspace_assignments.store.marksheet import marksheet
from learnspace_assignments.tables import TeamMemberRow, TeamRow
from learnspace_core.blobs import BlobStore
from learnspace_core.database import Database
from learnspace_core.models import FileEntry
from learnspace_people import store as people

SHEET = Marksheet(
    columns=[Column(1, "ps1", "Sums", 10), Column(2, "ps2", "=Loops", 2.5)],
    rows=[Row("amy", "艾米", "amy@example.org", "A", [7.5, None]), Row("bob", "@Bob", "", "", [0, 2.25])],
)


def _rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_moodle_shape() -> None:
    assert _rows(as_csv(SHEET, "moodle")) == [
        ["Username", "Email address", "Full name", "Sums", "'=Loops"],
        ["amy", "amy@example.org", "艾米", "7.5", "-"],
        ["bob", "", "'@Bob", "0", "2.25"],
    ]


def test_canvas_shape() -> None:
    assert _rows(as_csv(SHEET, "canvas")) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Sums", "'=Loops"],
        ["    Points Possible", "", "", "", "", "10", "2.5"],
        ["艾米", "", "amy", "amy", "A", "7.5", ""],
        ["'@Bob", "", "bob", "bob", "", "0", "2.25"],
    ]


def test_a_name_is_never_a_formula() -> None:
    for shape in ("plain", "moodle", "canvas"):
        for row in _rows(as_csv(SHEET, shape)):  # type: ignore[arg-type]
            assert not any(cell.startswith(("=", "+", "@")) for cell in row)


@pytest.fixture
def graded(school: Database, blobs: BlobStore) -> Database:
    """Amy handed in alone and got 3 of 5; bob and amy are a team whose work got 4."""
    blob = blobs.put(b"{}")
    entry = FileEntry(path="a.ipynb", sha256=blob.sha256, size=blob.size)
    with school.write() as session:
        amy, bob = people.find_person(session, "amy"), people.find_person(session, "bob")
        assert amy is not None
        assert bob is not None
        for number, (name, score) in enumerate((("alone", 3), ("together", 4))):
            row = store.ensure_assignment(session, "art", name, name.title(), number)
            store.release(session, row, [entry], 5)
            if name == "together":
                row.team_size = 2
                session.add(TeamRow(id="t", assignment_id=row.id, name="T"))
                session.flush()
                for person in (amy, bob):
                    session.add(TeamMemberRow(assignment_id=row.id, person_id=person.id, team_id="t"))
            receipt, _ = store.submit(session, amy, row, [entry], "00" * 32)
            submission, _ = store.get_submission(session, receipt.submission)
            submission.marks, submission.state = {"score": score, "max_score": 5, "questions": []}, "graded"
    return school


def test_a_teams_marks_are_each_members(graded: Database) -> None:
    with graded.read() as session:
        sheet = marksheet(session, "art")
    assert [(row.username, row.scores) for row in sheet.rows] == [("amy", [3, 4]), ("bob", [None, 4])]


async def test_it_comes_as_a_file(client: Callable[[str], httpx.AsyncClient], graded: Database) -> None:
    answer = await client("ted").get("teach/art/marks.csv", params={"shape": "canvas"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    assert _rows(answer.text)[2][0] == "Amy"
    assert (await client("ted").get("teach/art/marks.csv", params={"shape": "xls"})).status_code == 422
