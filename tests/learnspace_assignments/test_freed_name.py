"""A user renamed, and a user removed whose name somebody new gets: what each of them sees."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import nbformat
import pytest
from fastapi import FastAPI
from nbgrader.api import Gradebook
from sqlalchemy import select

from learnspace_assignments import store
from learnspace_assignments.coursedir import course_directory
from learnspace_assignments.models import NewAccommodation
from learnspace_assignments.tables import AssignmentRow, SubmissionRow
from learnspace_core.database import Database
from learnspace_core.homes import home_directory
from learnspace_core.settings import Settings
from learnspace_core.signin import Owners
from learnspace_people import store as people
from learnspace_people.models import Enrolment
from tests.learnspace_assignments.conftest import Work, source_notebook

Client = Callable[[str], httpx.AsyncClient]


async def _hand_in(client: httpx.AsyncClient, note: str) -> str:
    notebook = source_notebook()
    notebook.cells[-1].source = note
    content = nbformat.writes(notebook).encode()
    answer = await client.post("assignments/art/doubling/submissions", files=[("files", ("doubling.ipynb", content))])
    assert answer.status_code in (200, 201), answer.text
    return str(answer.json()["submission"])


def _students(settings: Settings) -> list[str]:
    with Gradebook(f"sqlite:///{course_directory(settings, 'art')}/gradebook.db", "art") as book:
        return sorted(str(one.student.id) for one in book.assignment_submissions("doubling"))


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_renamed_learner_keeps_everything_and_is_graded_into_the_same_row(
    client: Client, released: Database, work: Work, settings: Settings
) -> None:
    first = await _hand_in(client("amy"), "because")
    work.do("grade", usernames=None, teacher="ted")
    with released.write() as session:
        people.rename(session, "amy", "amelie")
    again = await _hand_in(client("amelie"), "because it doubles")
    work.do("grade", usernames=["amelie"], teacher="ted")
    assert _students(settings) == ["amy"]
    [assignment] = (await client("amelie").get("assignments")).json()
    assert [one["id"] for one in assignment["submissions"]] == [again, first]
    assert (await client("amelie").get(f"submissions/{first}/files/doubling.ipynb")).status_code == 200
    with released.read() as session:
        row = session.get_one(SubmissionRow, again)
        assert row.marks is not None
        assert row.formgrader_id == session.get_one(SubmissionRow, first).formgrader_id


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_somebody_new_with_the_freed_name_sees_nothing_of_the_old_one(
    app: FastAPI, client: Client, released: Database, work: Work, settings: Settings
) -> None:
    with released.write() as session:
        ted, amy_before = (people.find_person(session, name) for name in ("ted", "amy"))
        assert ted is not None
        assert amy_before is not None
        store.grant(session, "art", NewAccommodation(username="amy", extra_minutes=600, extra_attempts=3), ted.id)
        session.scalars(select(AssignmentRow).filter_by(course_id="art")).one().attempts = 1
        old_home = home_directory(settings, people.student_of(session, amy_before.id))
    old = await _hand_in(client("amy"), "the old one's words")
    work.do("grade", usernames=None, teacher=ted.id)
    with released.write() as session:
        people.remove(session, "amy")
        new = people.ensure_person(session, "amy", "Another Amy")
        people.ensure_enrolment(session, new.id, Enrolment(role="learner", institution="school", course="art"))
        new_home = home_directory(settings, people.student_of(session, new.id))
    app.state.owners = Owners()  # a token of her own, not the old one's
    amy = client("amy")
    [assignment] = (await amy.get("assignments")).json()
    assert (assignment["submissions"], assignment["state"]) == ([], "not_started")
    for path in ("", "/files/doubling.ipynb", "/feedback", "/preview", "/receipt"):
        assert (await amy.get(f"submissions/{old}{path}")).status_code == 404
    assert assignment["attempts_left"] == 1
    assert (await amy.get("portfolio")).json() == []
    assert old_home != new_home
    # The same bytes are a hand-in of her own, graded into a row of her own.
    own = await _hand_in(amy, "the old one's words")
    assert own != old
    work.do("grade", usernames=["amy"], teacher=ted.id)
    assert _students(settings) == ["amy", "amy-2"]
    newest = (await client("ted").get("teach/art/doubling/submissions")).json()
    assert sorted((one["student"], one["id"]) for one in newest) == [("amy", old), ("amy-2", own)]
