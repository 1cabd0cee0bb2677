from nbgrader.tests.apps.test_nbgrader_releaseassignment import TestNbGraderRelease  # noqa: F401
