"""The table of ``docs/nbgrader-suite.md`` and the tests, held together."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from tests.nbgrader_suite.conftest import API_TESTS, ROW, TABLE, differing

HERE = Path(__file__).parent
OURS = re.compile(r"`(test_\w+)` \|$", re.MULTILINE)


def _suite() -> dict[str, int]:
    """Return each test of nbgrader's that is run, and how often with other parameters."""
    found = {}
    for module in sorted(HERE.glob("test_*.py")):
        for name, kind in vars(importlib.import_module(f"tests.nbgrader_suite.{module.stem}")).items():
            if not name.startswith("Test"):
                continue
            for test, function in vars(kind).items():
                if test.startswith("test_") and (name != "TestNbGraderAPI" or test in API_TESTS):
                    marks = [mark for mark in getattr(function, "pytestmark", ()) if mark.name == "parametrize"]
                    found[f"{name}::{test}"] = len(marks[0].args[1]) if marks else 1
    return found


def test_every_listed_test_is_run():
    suite = _suite()
    assert {name.split("[")[0] for name in differing()} <= set(suite)
    assert len(ROW.findall(TABLE.read_text(encoding="utf-8"))) == len(differing()), "a test is listed twice"


def test_the_numbers_are_right():
    total, listed = sum(_suite().values()), len(differing())
    said = re.search(r"Of (\d+) tests (\d+) pass. The other (\d+) ", TABLE.read_text(encoding="utf-8"))
    assert said is not None
    assert [int(number) for number in said.groups()] == [total, total - listed, listed]


@pytest.mark.parametrize("name", sorted(set(OURS.findall(TABLE.read_text(encoding="utf-8")))))
def test_our_test_of_the_same_promise_is_there(name):
    places = (HERE.parent / "learnspace_assignments").glob("test_*.py")
    assert any(f"def {name}(" in place.read_text(encoding="utf-8") for place in places)
