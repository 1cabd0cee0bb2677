"""HTTP of assignments on the hub's side: one module for each part, with its rights on top."""

from learnspace_assignments.service import (
    classview,
    learning,
    marksheet,
    overview,
    practice,
    preparing,
    previews,
    receipts,
    regrades,
    report,
    settings,
    solutions,
    talk,
    teaching,
    teams,
    versions,
)

PARTS = (
    learning,
    practice,
    solutions,
    overview,
    previews,
    receipts,
    teaching,
    marksheet,
    preparing,
    classview,
    talk,
    settings,
    versions,
    regrades,
    report,
    teams,
)
