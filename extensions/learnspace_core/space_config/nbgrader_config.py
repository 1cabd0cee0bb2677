"""nbgrader in a space: our exchange for everyone, the first course of who teaches.

Another course is chosen by working in its directory, or by the formgrader's ``?path=courses/<course>``: this file
steps back there. A course's own ``nbgrader_config.py`` is read after this one and wins.
"""

from pathlib import Path

from learnspace_core.taught import taught_courses

c = get_config()  # type: ignore[name-defined]  # noqa: F821  # given by traitlets

_exchange = "learnspace_assignments.exchange"
c.ExchangeFactory.exchange = f"{_exchange}.Exchange"
c.ExchangeFactory.fetch_assignment = f"{_exchange}.ExchangeFetchAssignment"
c.ExchangeFactory.fetch_feedback = f"{_exchange}.ExchangeFetchFeedback"
c.ExchangeFactory.release_assignment = f"{_exchange}.ExchangeReleaseAssignment"
c.ExchangeFactory.release_feedback = f"{_exchange}.ExchangeReleaseFeedback"
c.ExchangeFactory.list = f"{_exchange}.ExchangeList"
c.ExchangeFactory.submit = f"{_exchange}.ExchangeSubmit"
c.ExchangeFactory.collect = f"{_exchange}.ExchangeCollect"
c.Exchange.assignment_dir = str(Path.home() / "assignments")
c.Exchange.path_includes_course = True

# What is there now: a course that one came to teach while the space runs is found too.
_courses = taught_courses(Path.home())
_here = Path.cwd().name
if _courses:
    _course = _here if _here in _courses else _courses[0]
    c.CourseDirectory.root = str(Path.home() / "courses" / _course)
    c.CourseDirectory.course_id = _course
    c.CourseDirectory.groupshared = True
