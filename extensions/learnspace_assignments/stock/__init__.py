"""Courses that come from stock nbgrader, or leave for it."""
