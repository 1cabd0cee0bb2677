"""HTTP of a course's marks as CSV. Rights: teachers of the course."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response

from learnspace_assignments.marksheet import Shape, as_csv
from learnspace_assignments.store.marksheet import marksheet
from learnspace_core.database import Database
from learnspace_core.rights import require_role
from learnspace_core.routers import api_router
from learnspace_core.signin import Caller

api = api_router("teaching")


@api.get("/teach/{course}/marks.csv", response_class=Response)
def marks_csv(request: Request, caller: Caller, course: str, shape: Shape = "plain") -> Response:
    """Return the graded marks of all learners of the course, in the shape that another system reads."""
    require_role(caller, "teacher", course)
    database: Database = request.app.state.database
    with database.read() as session:
        body = as_csv(marksheet(session, course), shape)
    # A course's id is a safe file name by the rules of its creation, but not all scripts fit into a header.
    name = f"marks-{shape}.csv"
    return Response(
        body,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"},
    )
