from nbgrader.tests.apps.test_api import TestNbGraderAPI  # noqa: F401
