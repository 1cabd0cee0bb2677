"""A user renamed; a user removed and another created with the same name."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from learnspace_core.database import Database
from learnspace_core.errors import LearnspaceError
from learnspace_core.signin import Owners
from learnspace_people import store
from learnspace_people.models import Enrolment
from learnspace_people.tables import PersonRow

Client = Callable[[str], httpx.AsyncClient]


def _enrol(database: Database, username: str) -> None:
    with database.write() as session:
        person = store.ensure_person(session, username, username.title())
        store.ensure_enrolment(session, person.id, Enrolment(role="learner", institution="school", course="art"))


def test_a_renamed_person_keeps_id_roles_password_and_name_in_gradebooks(school: Database) -> None:
    with school.write() as session:
        before = store.find_person(session, "amy")
        assert before is not None
        store.set_password(session, before.id, "correct horse")
        store.rename(session, "amy", "amelie")
    with school.read() as session:
        after = store.check_password(session, "amelie", "correct horse")
        assert store.find_person(session, "amy") is None
        assert after is not None
        assert (after.id, after.courses("learner")) == (before.id, ["art"])
        assert store.student_of(session, after.id) == "amy"


@pytest.mark.parametrize(("old", "new", "code"), [("zoe", "zoey", "not_found"), ("amy", "bob", "username_taken")])
def test_a_renaming_that_cannot_be_changes_nothing(school: Database, old: str, new: str, code: str) -> None:
    with pytest.raises(LearnspaceError) as refused, school.write() as session:
        store.rename(session, old, new)
    assert refused.value.code == code


def test_a_removed_person_cannot_sign_in_and_holds_nothing(school: Database) -> None:
    with school.write() as session:
        amy = store.find_person(session, "amy")
        assert amy is not None
        store.set_password(session, amy.id, "correct horse")
        store.remove(session, "amy")
        assert store.find_person(session, "amy") is None
        assert store.check_password(session, "amy", "correct horse") is None
        row = session.get_one(PersonRow, amy.id)
        assert store.find_person(session, row.username) is None
        assert store.check_password(session, row.username, "correct horse") is None
        assert "amy" not in [one.username for one in store.list_people(session, ["school"])]
        assert store.members(session, "art", "learner") == store.members(session, "art", "learner")[-1:]
    with pytest.raises(LearnspaceError, match="Nobody is called 'amy'"), school.write() as session:
        store.remove(session, "amy")


def test_the_longest_username_can_be_removed_twice_over(school: Database) -> None:
    name = "a" * 63
    for _ in range(3):
        _enrol(school, name)
        with school.write() as session:
            store.remove(session, name)
    with school.read() as session:
        assert len(set(session.scalars(select(PersonRow.student).where(PersonRow.student.startswith(name))))) == 3


def test_a_new_person_with_a_freed_name_is_somebody_else_in_gradebooks_and_homes(school: Database) -> None:
    with school.write() as session:
        old = store.remove(session, "amy")
    _enrol(school, "amy")
    with school.read() as session:
        new = store.find_person(session, "amy")
        assert new is not None
        assert new.id != old.id
        assert (store.student_of(session, old.id), store.student_of(session, new.id)) == ("amy", "amy-2")


def test_a_name_for_gradebooks_that_looks_like_a_username_is_never_shared(school: Database) -> None:
    with school.write() as session:
        store.remove(session, "amy")
    _enrol(school, "amy")
    _enrol(school, "amy-2")
    with school.read() as session:
        people = [store.find_person(session, name) for name in ("amy", "amy-2")]
        students = [store.student_of(session, person.id) for person in people if person]
    assert students == ["amy-2", "amy-2-2"]


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_token_of_the_old_person_never_speaks_for_the_new_one(
    app: FastAPI, client: Client, school: Database
) -> None:
    amy = client("amy")
    assert (await amy.get("me")).status_code == 200
    with school.write() as session:
        store.remove(session, "amy")
    assert (await amy.get("me")).status_code == 401
    _enrol(school, "amy")
    # The hub's answer may be remembered for a minute: the same token is still said to be amy's.
    assert (await amy.get("me")).status_code == 401
    assert (await amy.put("courses/art", json={"title": "Mine"})).status_code == 401
    app.state.owners = Owners()
    assert (await amy.get("me")).status_code == 200


def test_tokens_are_forgotten_only_when_there_are_too_many() -> None:
    owners = Owners(most=2)
    assert owners.agree("one", "amy")
    assert owners.agree("two", "bob")
    assert owners.agree("one", "amy")
    assert owners.agree("three", "eve")
    assert not owners.agree("one", "eve")
    assert not owners.agree("one", None)
