"""HTTP of assignments on the hub's side: one module for each part, with its rights on top."""

from fastapi import APIRouter

from learnspace_assignments.service import classview, learning, talk, teaching

api = APIRouter()
pages = APIRouter()
for part in (learning, teaching, classview, talk):
    api.include_router(part.api)
pages.include_router(learning.pages)
