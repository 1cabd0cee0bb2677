"""The words of the assignment flow on the wire; what one part alone says stands in that part's module."""

from learnspace_assignments.models.accommodations import Accommodation, Accommodations, NewAccommodation
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
from learnspace_assignments.models.settings import AssignmentSettings, LatePolicy, Shows, Terms, WhyRefused
from learnspace_assignments.models.teaching import TaughtAssignment, TaughtSubmission

__all__ = [
    "Accommodation",
    "Accommodations",
    "Assignment",
    "AssignmentSettings",
    "BroughtBack",
    "Fetched",
    "HandIn",
    "LatePolicy",
    "LearnerState",
    "LocalAssignment",
    "Marks",
    "NewAccommodation",
    "Question",
    "QueuedAt",
    "QueuedHandIn",
    "Receipt",
    "ReceiptKey",
    "Refusal",
    "Shows",
    "Submission",
    "SubmissionState",
    "TaughtAssignment",
    "TaughtSubmission",
    "Terms",
    "Warned",
    "WhyRefused",
]
