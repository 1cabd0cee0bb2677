"""HTTP of receipts.

Rights: a receipt is read by who handed in, by who was in the team that did, and by the teachers of the course; the key
that verifies receipts, and what may be handed in, are for everyone, the key without a sign-in.
"""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from learnspace_assignments.models import Receipt, ReceiptKey
from learnspace_assignments.receipts import public_key
from learnspace_assignments.service.learning import find_submission
from learnspace_core.database import Database
from learnspace_core.keys import secret
from learnspace_core.rendering import SECURITY_HEADERS, page
from learnspace_core.routers import api_router, page_router
from learnspace_core.settings import Uploads
from learnspace_core.signin import Caller, Reader
from learnspace_people.models import Person
from learnspace_people.tables import CourseRow, PersonRow

api = api_router("assignments")
pages = page_router()


@api.get("/receipt-key")
def receipt_key(request: Request) -> ReceiptKey:
    """Return the public key with which anyone can verify this platform's receipts."""
    return _key(request)


@api.get("/limits")
def limits(request: Request, caller: Caller) -> Uploads:
    """Return what may be handed in: bytes of a file, bytes of all files, how many files."""
    uploads: Uploads = request.app.state.settings.uploads
    return uploads


@api.get("/submissions/{submission_id}/receipt")
def receipt(request: Request, caller: Caller, submission_id: str) -> Receipt:
    """Return the receipt of a submission, as it was signed."""
    return _receipt(request, caller, submission_id)


@pages.get("/receipt-key")
def receipt_key_page(request: Request) -> HTMLResponse:
    """Show the key, and how to verify a receipt, to anyone."""
    return page(request, "receipt_key.html", person=None, key=_key(request))


@pages.get("/submissions/{submission_id}/receipt")
def receipt_page(request: Request, reader: Reader, submission_id: str) -> HTMLResponse:
    """Show a receipt, to be printed."""
    found = _receipt(request, reader, submission_id)
    row, assignment = find_submission(request, reader, submission_id)
    database: Database = request.app.state.database
    with database.read() as session:
        learner = session.get_one(PersonRow, row.person_id).name
        course = session.get_one(CourseRow, assignment.course_id).title
    return page(
        request,
        "receipt.html",
        person=reader,
        receipt=found,
        learner=learner,
        course=course,
        title=assignment.title,
    )


@pages.get("/submissions/{submission_id}/receipt.json")
def receipt_file(request: Request, reader: Reader, submission_id: str) -> Response:
    """Give a receipt as a file to keep."""
    found = _receipt(request, reader, submission_id)
    headers = SECURITY_HEADERS | {"Content-Disposition": f'attachment; filename="receipt-{found.digest[:12]}.json"'}
    return Response(f"{found.model_dump_json(indent=2)}\n", media_type="application/json", headers=headers)


def _receipt(request: Request, person: Person, submission_id: str) -> Receipt:
    row, _ = find_submission(request, person, submission_id)
    return Receipt.model_validate(row.receipt)


def _key(request: Request) -> ReceiptKey:
    raw = public_key(secret(request.app.state.settings.state, "receipt_key"))
    pem = Ed25519PublicKey.from_public_bytes(raw).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return ReceiptKey(public_key=base64.b64encode(raw).decode(), pem=pem.decode())
