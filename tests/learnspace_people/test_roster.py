from __future__ import annotations

from pathlib import Path

import pytest

from learnspace_core.database import Database
from learnspace_core.errors import LearnspaceError
from learnspace_people import store
from learnspace_people.roster import import_roster, read_roster

GOOD = """username,name,institution,course,role,term
amy,Amy,school,art,learner,2026
ming,小明,school,art,learner,2026
ted,Ted,school,art,teacher,2026
max,Max,school,,manager,
"""


def _file(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    file = tmp_path / "roster.csv"
    file.write_text(text, encoding=encoding)
    return file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_people_and_roles_are_there_afterwards(tmp_path: Path, database: Database, encoding: str) -> None:
    rows = read_roster(_file(tmp_path, GOOD, encoding))
    with database.write() as session:
        assert import_roster(session, rows) == (4, 4)
    with database.read() as session:
        ming, manager = store.find_person(session, "ming"), store.find_person(session, "max")
    assert ming is not None
    assert manager is not None
    assert (ming.name, ming.courses("learner")) == ("小明", ["art"])
    assert manager.institutions() == ["school"]


def test_the_second_import_changes_nothing(tmp_path: Path, database: Database) -> None:
    rows = read_roster(_file(tmp_path, GOOD))
    with database.write() as session:
        import_roster(session, rows)
        before = store.find_person(session, "amy")
    with database.write() as session:
        assert import_roster(session, rows).new_roles == 0
        assert store.find_person(session, "amy") == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "column 'username' is missing"),
        ("username,name\namy,Amy\n", "column 'role' is missing"),
        (GOOD.replace("term", "class"), "unknown column 'class'"),
        (GOOD + "bob,Bob,school,art,boss,\n", "line 6, role"),
        (GOOD + "../bob,Bob,school,art,learner,\n", "line 6, username"),
        (GOOD + "bob,Bob,,art,learner,\n", "line 6: institution is empty"),
        (GOOD + "bob,Bob,school,,learner,\n", "line 6: a learner needs a course"),
        (GOOD + "bob,Bob,school,art,manager,\n", "line 6: a manager belongs to an institution"),
        (GOOD + "bob,Bob,school\n", "line 6: has not as many fields"),
    ],
)
def test_a_broken_roster_names_line_and_column(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(LearnspaceError) as refused:
        read_roster(_file(tmp_path, text))
    assert said in refused.value.message
    assert "nothing was changed" in refused.value.message


def test_a_roster_in_another_encoding_says_how_to_save_it(tmp_path: Path) -> None:
    with pytest.raises(LearnspaceError, match="CSV UTF-8"):
        read_roster(_file(tmp_path, GOOD, "gb18030"))


def test_a_wrong_password_and_an_unknown_name_are_nobody(database: Database) -> None:
    with database.write() as session:
        person = store.ensure_person(session, "amy", "Amy")
        store.set_password(session, person.id, "correct horse")
        assert store.check_password(session, "amy", "correct horse") == person
        assert store.check_password(session, "amy", "wrong") is None
        assert store.check_password(session, "nobody", "correct horse") is None
