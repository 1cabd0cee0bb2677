"""Roles from a provider's groups come and go with them; those of rosters stay."""

from __future__ import annotations

from learnspace_core.database import Database
from learnspace_people import store
from learnspace_people.claims import TERM, apply
from learnspace_people.models import Person


def sign_in(database: Database, username: str, *roles: str, name: str = "", institution: str = "school") -> Person:
    with database.write() as session:
        return apply(session, username, name, "", roles, institution)


def found(database: Database, username: str) -> Person:
    with database.read() as session:
        person = store.find_person(session, username)
    assert person is not None
    return person


def test_a_new_person_is_made_with_the_roles(school: Database) -> None:
    sign_in(school, "tara", "teacher:art", "manager", name="Tara")
    tara = found(school, "tara")
    assert (tara.name, tara.courses("teacher"), tara.institutions()) == ("Tara", ["art"], ["school"])


def test_a_second_sign_in_changes_nothing(school: Database) -> None:
    once = sign_in(school, "tara", "teacher:art", "teacher:art", "manager")
    assert sign_in(school, "tara", "manager", "teacher:art") == once
    assert len(once.enrolments) == 2


def test_a_role_taken_away_is_gone_at_the_next_sign_in(school: Database) -> None:
    sign_in(school, "tara", "teacher:art", "learner:biology")
    sign_in(school, "tara", "learner:biology")
    assert [(e.role, e.course, e.term) for e in found(school, "tara").enrolments] == [("learner", "biology", TERM)]
    sign_in(school, "tara")
    assert found(school, "tara").enrolments == []


def test_another_role_in_the_same_course_replaces_the_old_one(school: Database) -> None:
    sign_in(school, "tara", "teacher:art")
    sign_in(school, "tara", "learner:art")
    assert [e.role for e in found(school, "tara").enrolments] == ["learner"]


def test_a_change_of_the_institution_moves_the_roles(school: Database) -> None:
    sign_in(school, "tara", "manager", institution="old")
    sign_in(school, "tara", "manager", institution="new")
    assert found(school, "tara").institutions() == ["new"]


def test_a_role_of_a_roster_is_never_taken(school: Database) -> None:
    sign_in(school, "ted", "teacher:art")
    sign_in(school, "ted")
    assert found(school, "ted").has("teacher", "art")


def test_nobody_elses_roles_are_touched(school: Database) -> None:
    sign_in(school, "tara", "teacher:art")
    sign_in(school, "uwe", "teacher:art")
    sign_in(school, "tara")
    assert found(school, "uwe").has("teacher", "art")


def test_a_course_that_does_not_exist_yet_is_made_empty(school: Database) -> None:
    sign_in(school, "tara", "teacher:chemistry", institution="elsewhere")
    with school.read() as session:
        course = store.get_course(session, "chemistry")
    assert course is not None
    assert (course.title, course.institution) == ("chemistry", "elsewhere")


def test_a_course_that_exists_keeps_its_title_and_institution(school: Database) -> None:
    sign_in(school, "tara", "teacher:art", institution="elsewhere")
    with school.read() as session:
        course = store.get_course(session, "art")
    assert course is not None
    assert (course.title, course.institution) == ("Art", "school")


def test_a_name_that_the_provider_does_not_tell_stays(school: Database) -> None:
    sign_in(school, "tara", name="Tara")
    assert sign_in(school, "tara").name == "Tara"
