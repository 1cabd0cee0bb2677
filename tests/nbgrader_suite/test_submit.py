from nbgrader.tests.apps.test_nbgrader_submit import TestNbGraderSubmit  # noqa: F401
