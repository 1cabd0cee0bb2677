from nbgrader.tests.apps.test_nbgrader_fetchfeedback import TestNbGraderFetchFeedback  # noqa: F401
