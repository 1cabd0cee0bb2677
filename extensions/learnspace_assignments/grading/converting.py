"""nbgrader's converter of submissions, with our execution, and with its gradebook opened once."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearOutput,
    DeduplicateIds,
    IgnorePattern,
    LimitOutput,
    NbGraderPreprocessor,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from traitlets import Callable as CallableTrait
from traitlets.config import Config

from learnspace_assignments.grading.execute import SandboxExecute
from learnspace_assignments.grading.penalties import LatePolicyPlugin
from learnspace_assignments.grading.repairs import RepairCells

MOST_KNOWN = 1000
Writing = Callable[[], AbstractContextManager[None]]


class OneSubmission(Autograde):
    """nbgrader's autograding of one submission.

    Args:
        begin: what else to write first, in one transaction with what nbgrader does.
        writing: the transaction of what is written inside.
    """

    def __init__(self, begin: Callable[[], None], writing: Writing, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._begin, self._writing = begin, writing

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Write the learner and the submission, and bring the files together."""
        with self._writing():
            self._begin()
            super().init_assignment(assignment_id, student_id)


class SaveGrades(NbGraderPreprocessor):
    """nbgrader's two steps that write, in one transaction."""

    writing = CallableTrait(help="The transaction of what is written inside.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Save scores, then the penalty for lateness that they bring; of what no file may hold, none."""
        nbformat.validate(nb, relax_add_props=True)
        with self.writing():
            for step in (SaveAutoGrades, AssignLatePenalties):
                nb, resources = step(parent=self.parent).preprocess(nb, resources)
        return nb, resources


class CheckMetadata(CheckCellMetadata):
    """nbgrader's check of its metadata, which says the same of the same: what passed is not read again.

    A class hands in the same cells over and over, and jsonschema takes longer for them than their tests.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Check the metadata of the notebook's cells.

        Raises:
            ValidationError: as nbgrader does.
        """
        marked = [(cell.cell_type, cell.metadata.nbgrader) for cell in nb.cells if "nbgrader" in cell.metadata]
        seen = json.dumps(marked, sort_keys=True)
        if seen not in _passed:
            nb, resources = super().preprocess(nb, resources)
            if len(_passed) >= MOST_KNOWN:
                _passed.clear()
            _passed.add(seen)
        return nb, resources


_passed: set[str] = set()


def grading_steps(config: Config) -> None:
    """Set what a submission goes through: nbgrader's own steps in its own order, and before them the repairs."""
    config.Autograde.sanitize_preprocessors = [
        RepairCells,
        ClearOutput,
        DeduplicateIds,
        OverwriteKernelspec,
        OverwriteCells,
        CheckMetadata,
    ]
    config.Autograde.autograde_preprocessors = [SandboxExecute, IgnorePattern, LimitOutput, SaveGrades, CheckMetadata]
    config.AssignLatePenalties.plugin_class = LatePolicyPlugin
    # nbconvert validates what came out of all steps, instead of nearly the same after each of them.
    config.NotebookExporter.optimistic_validation = True
