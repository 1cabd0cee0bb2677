from nbgrader.tests.apps.test_nbgrader_zip_collect import TestNbGraderZipCollect, archive_dir  # noqa: F401
