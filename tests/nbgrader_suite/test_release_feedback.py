from nbgrader.tests.apps.test_nbgrader_releasefeedback import TestNbGraderReleaseFeedback  # noqa: F401
