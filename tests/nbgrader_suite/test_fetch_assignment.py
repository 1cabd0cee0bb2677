from nbgrader.tests.apps.test_nbgrader_fetch_assignment import TestNbGraderFetch  # noqa: F401
