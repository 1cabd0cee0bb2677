from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnspace_core.errors import LearnspaceError
from learnspace_core.paths import check_distinct, check_path


@pytest.mark.parametrize("path", ["a.ipynb", "data/walk.csv", "练习/第一课.ipynb", "a b.txt", "émile.py", "📊.csv"])
def test_plain_names_in_any_script_are_good(path: str) -> None:
    assert check_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "", "/etc/passwd", "../x", "a/../b", "a//b", "./a", "a\\b", "a\x00b", "a\nb", "x" * 300, "con.ipynb", "a/NUL",
        "a\u202eb", "a\u200bb", ".hidden", "a/.git/config", "a ", "a.", "a:b", "a*b", "\ud800",
    ],
)  # fmt: skip
def test_bad_names_are_refused(path: str) -> None:
    with pytest.raises(LearnspaceError, match="Rename it"):
        check_path(path)


@pytest.mark.parametrize("pair", [["a.txt", "A.txt"], ["é.txt", "e\u0301.txt"], ["ǰ.txt", "J\u030c.txt"]])
def test_names_that_differ_only_in_case_or_form_are_refused(pair: list[str]) -> None:
    with pytest.raises(LearnspaceError, match="differ only"):
        check_distinct(pair)


@pytest.mark.parametrize("pair", [["a.ipynb", "a.ipynb/b"], ["A/b/c.txt", "a"]])
def test_a_file_cannot_be_a_folder_too(pair: list[str]) -> None:
    with pytest.raises(LearnspaceError, match="folder"):
        check_distinct(pair)


@given(st.text())
def test_a_good_path_never_leaves_its_folder(path: str) -> None:
    try:
        check_path(path)
    except LearnspaceError:
        return
    parts = PurePosixPath(path).parts
    assert not PurePosixPath(path).is_absolute()
    assert ".." not in parts
