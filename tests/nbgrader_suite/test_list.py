from nbgrader.tests.apps.test_nbgrader_list import TestNbGraderList  # noqa: F401
