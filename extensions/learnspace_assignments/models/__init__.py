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
from learnspace_assignments.models.handin import (
    BroughtBack,
    HandIn,
    QueuedAt,
    QueuedHandIn,
    ReceiptKey,
    Refusal,
    Warned,
)
from learnspace_assignments.models.teaching import DueDate, TaughtAssignment, TaughtSubmission

__all__ = [
    "Assignment",
    "BroughtBack",
    "DueDate",
    "Fetched",
    "HandIn",
    "LearnerState",
    "LocalAssignment",
    "Marks",
    "Question",
    "QueuedAt",
    "QueuedHandIn",
    "Receipt",
    "ReceiptKey",
    "Refusal",
    "Submission",
    "SubmissionState",
    "TaughtAssignment",
    "TaughtSubmission",
    "Warned",
]
