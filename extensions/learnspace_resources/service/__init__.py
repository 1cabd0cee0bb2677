"""HTTP of the catalogue, and of making courses from what is there."""

from fastapi import APIRouter

from learnspace_resources.service import catalogue, courses

api = APIRouter()
for part in (catalogue, courses):
    api.include_router(part.api)
