"""HTTP of people and courses: one module for each part, with its rights on top."""

from learnspace_people.service import courses, directory, joining

PARTS = (directory, courses, joining)
