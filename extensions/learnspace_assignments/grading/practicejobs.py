"""Background work of the grader: a check of work that is not handed in."""

from __future__ import annotations

import logging

from sqlalchemy.orm import Session

from learnspace_assignments import store
from learnspace_assignments.grading.practising import Practising
from learnspace_assignments.models.practice import PracticePolicy, PracticeResult
from learnspace_assignments.practicefiles import PracticeFiles
from learnspace_assignments.store.practice import KIND
from learnspace_core.jobs import Work, job
from learnspace_core.models import FileEntry
from learnspace_core.tables import JobRow
from learnspace_sandbox.engine import make_run

log = logging.getLogger(__name__)


def give_up(session: Session, row: JobRow) -> None:
    """End a check at which the grader died each time; it counts, or a notebook could do so all day."""
    store.end_practice(session, row.payload["practice"], PracticeResult(passing=0, total=0, ended="grader_died"))


@job(KIND, gave_up=give_up)
def practice(work: Work) -> None:
    """Check a learner's files, keep what may be told, and forget the files."""
    practice_id = work.payload["practice"]
    with work.database.read() as session:
        row, assignment = store.get_practice(session, practice_id)
    files = PracticeFiles(work.settings, practice_id)
    released = {file["path"]: work.blobs.path(file["sha256"]) for file in assignment.files}
    settings, result = work.settings, None
    try:
        practising = Practising(
            settings,
            assignment.course_id,
            assignment.name,
            make_run(settings.sandbox_kind, settings.sandbox),
            files.paths([FileEntry.model_validate(file) for file in row.files]),
            released,
        )
        result = practising.check(PracticePolicy.model_validate(row.policy))
    except Exception:  # Whatever it was: the learner is told, and it does not count.
        log.exception("the check %s of %s failed", practice_id, assignment.name)
    with work.ending("" if result else "internal_error") as session:
        store.end_practice(session, practice_id, result)
    files.remove()
