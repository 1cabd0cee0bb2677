"""Release, fetch, hand in, grade and return assignments, with nbgrader as format and book."""
