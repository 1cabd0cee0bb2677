from nbgrader.tests.apps.test_nbgrader_collect import TestNbGraderCollect  # noqa: F401
