"""HTTP of the report on how an assignment went.

Rights: the verb here needs the role of a teacher in the course it names.
"""

from __future__ import annotations

from fastapi import Request

from learnspace_assignments import store
from learnspace_assignments.models.report import GradingReport
from learnspace_core.database import Database
from learnspace_core.rights import require_role
from learnspace_core.routers import api_router
from learnspace_core.signin import Caller

api = api_router("teaching")


@api.get("/teach/{course}/{name}/report")
def report(request: Request, caller: Caller, course: str, name: str) -> GradingReport:
    """Say how the newest submissions went, question by question, with the learners behind every number."""
    require_role(caller, "teacher", course)
    database: Database = request.app.state.database
    with database.read() as session:
        return store.grading_report(session, store.get_assignment(session, course, name, released=False))
