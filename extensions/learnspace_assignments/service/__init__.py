"""HTTP of assignments on the hub's side: one module for each part, with its rights on top."""

from fastapi import APIRouter

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

api = APIRouter()
pages = APIRouter()
PARTS = (
    learning,
    practice,
    solutions,
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
for part in PARTS:
    api.include_router(part.api)
for shown in (learning, solutions, overview, receipts):
    pages.include_router(shown.pages)
