"""The words of the assignment flow on the wire; what one part alone says stands in that part's module."""

from learnspace_assignments.models.assignments import (
    Assignment,
    Fetched,
    LearnerState,
    LocalAssignment,
    Marks,
    Question,
    Receipt,
    Submission,
    SubmissionState,
)
from learnspace_assignments.models.teaching import DueDate, TaughtAssignment, TaughtSubmission

__all__ = [
    "Assignment",
    "DueDate",
    "Fetched",
    "LearnerState",
    "LocalAssignment",
    "Marks",
    "Question",
    "Receipt",
    "Submission",
    "SubmissionState",
    "TaughtAssignment",
    "TaughtSubmission",
]
