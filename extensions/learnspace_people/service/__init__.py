"""HTTP of people and courses: one module for each part, with its rights on top."""

from fastapi import APIRouter

from learnspace_people.service import courses, directory, joining

api = APIRouter()
pages = APIRouter()
for part in (directory, courses, joining):
    api.include_router(part.api)
for room in (directory, joining):
    pages.include_router(room.pages)
