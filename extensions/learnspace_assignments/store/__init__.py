"""The only room that touches the tables of assignments; what one part alone keeps stands in that part's module."""

from learnspace_assignments.store.assignments import (
    ensure_assignment,
    get_assignment,
    list_assignments,
    note,
    note_fetched,
    release,
)
from learnspace_assignments.store.submissions import (
    all_for_learner,
    for_learner,
    get_submission,
    is_late,
    newest_submissions,
    note_graded,
    note_returned,
    note_withheld,
    submission_for_learner,
    submissions_of,
    submit,
)

__all__ = [
    "all_for_learner",
    "ensure_assignment",
    "for_learner",
    "get_assignment",
    "get_submission",
    "is_late",
    "list_assignments",
    "newest_submissions",
    "note",
    "note_fetched",
    "note_graded",
    "note_returned",
    "note_withheld",
    "release",
    "submission_for_learner",
    "submissions_of",
    "submit",
]
