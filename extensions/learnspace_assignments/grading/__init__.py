"""Grades what learners handed in, in the grader: nbgrader's converters and gradebook, evidence, regrading, returns."""
