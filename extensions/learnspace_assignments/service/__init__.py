"""HTTP of assignments on the hub's side: one module for each part, with its rights on top."""

from fastapi import APIRouter

from learnspace_assignments.service import classview, learning, overview, previews, receipts, talk, teaching

api = APIRouter()
pages = APIRouter()
for part in (learning, previews, receipts, teaching, classview, talk):
    api.include_router(part.api)
for shown in (learning, overview, receipts):
    pages.include_router(shown.pages)
