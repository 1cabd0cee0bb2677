"""HTTP of the catalogue, and of making courses from what is there."""

from learnspace_resources.service import catalogue, courses

PARTS = (catalogue, courses)
