"""The check before release on our own assignments: every test is good, and no deliberate mistake goes unnoticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from learnspace_assignments.preparing.checking import Check
from learnspace_core.settings import Grading, Settings
from tests.course_materials.test_assignments import each_assignment


@pytest.mark.timeout(300)
@each_assignment
def test_every_test_can_be_relied_on(assignment: Path, tmp_path: Path) -> None:
    report = Check(Settings(state=tmp_path, grading=Grading(check_repeats=1))).of(assignment)
    assert {test.id: test.verdict for test in report.tests} == {test.id: "good" for test in report.tests}
    assert all(test.mutants > 5 for test in report.tests)
    assert [(one.cell, one.was, one.became) for one in report.survivors] == []
    assert report.verdict == "ready"
