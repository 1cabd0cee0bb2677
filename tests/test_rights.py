"""Walks every verb of the service: no token, wrong role, right role, another person's data; and the one error shape."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI

from learnspace_assignments import store
from learnspace_assignments.coursedir import ensure_course_directory
from learnspace_assignments.models import NewAccommodation, Regrade
from learnspace_assignments.tables import TeamRow
from learnspace_core import jobs
from learnspace_core.blobs import BlobStore
from learnspace_core.database import Database, now
from learnspace_core.models import FileEntry
from learnspace_core.settings import PREFIX, Settings
from learnspace_people import store as people
from learnspace_people.models import Enrolment
from learnspace_people.tables import CourseRow, JoinCodeRow
from learnspace_resources import store as resources

Client = Callable[[str], httpx.AsyncClient]

# amy and bob learn and ted teaches in the course; eve and una are in another; max manages; nobody has no role.
LEARNERS, TEACHER, OTHERS, MANAGER = {"amy", "bob"}, {"ted"}, {"eve", "una", "nobody"}, {"max"}
EVERYONE = LEARNERS | TEACHER | OTHERS | MANAGER
MEMBERS = LEARNERS | TEACHER
STAFF = {"ted", "una", "max"}
C = "/courses/{course}"
A = "/assignments/{course}/{name}"
T = "/teach/{course}/{name}"
S = "/submissions/{submission_id}"
G = "/teach/{course}/accommodations/{accommodation_id}"
SETTINGS = {
    "title": "Doubling", "opens_at": None, "due_at": None, "closes_at": None, "late": {}, "attempts": None,
    "shows": {}, "team_size": 1, "team_signup": False,
}  # fmt: skip
UPLOAD = {"files": [("files", ("doubling.ipynb", b'{"cells":[],"metadata":{},"nbformat":4,"nbformat_minor":5}'))]}

# verb: who may, and what is sent along
VERBS: dict[str, tuple[set[str], dict[str, object]]] = {
    "GET /me": (EVERYONE, {}),
    "GET /home": (EVERYONE, {}),
    "GET /portfolio": (EVERYONE, {}),
    "GET /people": (MANAGER, {}),
    "GET /resources": (EVERYONE, {}),
    "GET /resources/{resource_id}": (MEMBERS, {}),
    "GET /resources/{resource_id}/preview": (MEMBERS, {}),
    "GET /resources/{resource_id}/files/{path}": (MEMBERS, {}),
    "POST /resources/{resource_id}/opened": (MEMBERS, {}),
    "GET /assignments": (EVERYONE, {}),
    f"GET {A}": (MEMBERS, {}),
    f"GET {A}/files/{{path}}": (MEMBERS, {}),
    f"POST {A}/fetched": (MEMBERS, {}),
    f"POST {A}/submissions": (LEARNERS, UPLOAD),
    f"GET {A}/practice": (LEARNERS, {}),
    f"POST {A}/practice": (LEARNERS, UPLOAD),
    f"GET {A}/versions/{{number}}": (MEMBERS, {}),
    f"GET {A}/versions/{{number}}/files/{{path}}": (MEMBERS, {}),
    f"PUT {A}/versions/{{number}}/fetched": (MEMBERS, {}),
    f"GET {A}/teams": (LEARNERS, {}),
    f"POST {A}/teams": (LEARNERS, {"json": {"name": "Green"}}),
    f"PUT {A}/team": (LEARNERS, {"json": {"team": "blue"}}),
    f"DELETE {A}/team": (LEARNERS, {}),
    f"GET {T}/teams": (TEACHER, {}),
    f"POST {T}/teams": (TEACHER, {"json": {"name": "Green"}}),
    f"POST {T}/teams/random": (TEACHER, {"json": {"size": 2}}),
    f"PUT {T}/teams/{{team_id}}": (TEACHER, {"json": {"name": "Red"}}),
    f"DELETE {T}/teams/{{team_id}}": (TEACHER, {}),
    f"PUT {T}/teams/{{team_id}}/members/{{username}}": (TEACHER, {}),
    f"DELETE {T}/teams/{{team_id}}/members/{{username}}": (TEACHER, {}),
    f"GET {T}/versions": (TEACHER, {}),
    f"POST {T}/regrade": (TEACHER, {}),
    f"GET {T}/regrade": (TEACHER, {}),
    f"POST {T}/regrade/apply": (TEACHER, {"json": {"made_at": "2026-11-24T00:00:00Z"}}),
    f"PUT {T}/versions/{{number}}": (TEACHER, {"json": {"note": "x"}}),
    f"PUT {A}/release": (TEACHER, UPLOAD),
    f"DELETE {A}/release": (TEACHER, {}),
    f"GET {S}": ({"amy", "ted"}, {}),
    f"GET {S}/files/{{path}}": ({"amy", "ted"}, {}),
    f"GET {S}/receipt": ({"amy", "ted"}, {}),
    f"GET {S}/preview": ({"amy", "ted"}, {}),
    "GET /limits": (EVERYONE, {}),
    f"GET {S}/feedback": ({"amy", "ted"}, {}),
    f"GET {S}/feedback/{{notebook}}": ({"amy", "ted"}, {}),
    "GET /teach": (EVERYONE, {}),
    "GET /teach/{course}/marks.csv": (TEACHER, {}),
    f"GET {T}/submissions": (TEACHER, {}),
    f"GET {T}/submissions/{{submission_id}}/marks": (TEACHER, {}),
    f"POST {T}/grade": (TEACHER, {"json": {}}),
    f"POST {T}/return": (TEACHER, {"json": {}}),
    f"POST {C}/assignments": (TEACHER, {"json": {"name": "new"}}),
    f"GET {T}/release": (TEACHER, {}),
    f"POST {T}/release": (TEACHER, {"json": {"note": "Clearer words"}}),
    f"GET {T}/check": (TEACHER, {}),
    f"POST {T}/check": (TEACHER, {}),
    "POST /jobs/{job_id}/cancel": (TEACHER, {}),
    f"GET {A}/questions": (MEMBERS, {}),
    f"PUT {A}/progress": (LEARNERS, {"json": {"questions": []}}),
    f"GET {A}/messages": (LEARNERS, {}),
    f"POST {A}/messages": (LEARNERS, {"json": {"text": "Why?"}}),
    f"GET {T}/class": (TEACHER, {}),
    f"GET {T}/report": (TEACHER, {}),
    f"GET {T}/messages": (TEACHER, {}),
    f"POST {T}/messages/{{username}}": (TEACHER, {"json": {"text": "Because."}}),
    "GET /teach/inbox": (EVERYONE, {}),
    f"GET {T}/settings": (TEACHER, {}),
    f"PUT {T}/settings": (TEACHER, {"json": SETTINGS}),
    f"DELETE {T}": (TEACHER, {}),
    f"GET {A}/solution": ({"ted"}, {}),
    "GET /teach/{course}/accommodations": (TEACHER, {}),
    "POST /teach/{course}/accommodations": (TEACHER, {"json": {"username": "amy", "extra_minutes": 60}}),
    f"PUT {G}": (TEACHER, {"json": {"username": "bob", "extra_attempts": 1}}),
    f"DELETE {G}": (TEACHER, {}),
    "GET /jobs/{job_id}": (TEACHER, {}),
    "GET /teach/courses": (EVERYONE, {}),
    "POST /courses": (STAFF, {"json": {"id": "new", "title": "New", "institution": "school"}}),
    f"PUT {C}": (TEACHER, {"json": {"title": "Art"}}),
    f"GET {C}/members": (TEACHER, {}),
    f"POST {C}/teachers": (TEACHER, {"json": {"username": "una"}}),
    f"DELETE {C}/teachers/{{username}}": (TEACHER, {}),
    f"DELETE {C}/learners/{{username}}": (TEACHER, {}),
    f"PUT {C}/sections": (TEACHER, {"json": {"usernames": ["amy"], "section": "A"}}),
    f"POST {C}/learners/preview": (TEACHER, {"json": {"text": "zoe,Zoe"}}),
    f"POST {C}/learners": (TEACHER, {"json": {"text": "zoe,Zoe"}}),
    f"POST {C}/codes": (TEACHER, {"json": {}}),
    f"DELETE {C}/codes/{{code}}": (TEACHER, {}),
    "GET /courses/open": (EVERYONE, {}),
    "POST /courses/join": (EVERYONE - TEACHER, {"json": {"code": "abcdefghjk"}}),
    f"POST {C}/join": (EVERYONE - TEACHER, {}),
    f"POST {C}/leave": (EVERYONE, {}),
}
ONCE = {"POST /courses", f"POST {A}/teams"}
"""What cannot be done by a second person after the first."""
OPEN = {"GET /health", "GET /receipt-key"}


@pytest.fixture
def place(school: Database, blobs: BlobStore, settings: Settings) -> dict[str, str]:
    """A resource, a released assignment, amy's returned submission and a job; their identifiers."""
    blob = blobs.put(b'{"cells":[],"metadata":{},"nbformat":4,"nbformat_minor":5}')
    entry = FileEntry(path="doubling.ipynb", sha256=blob.sha256, size=blob.size)
    source = ensure_course_directory(settings, "art") / "source/doubling"
    source.mkdir(exist_ok=True)
    (source / "doubling.ipynb").write_bytes(blobs.read(blob.sha256))
    with school.write() as session:
        row = store.ensure_assignment(session, "art", "doubling", "Doubling")
        row.practice = {"tests": "visible"}
        store.release(session, row, [entry], 5)
        amy = people.find_person(session, "amy")
        assert amy is not None
        receipt, _ = store.submit(session, amy, row, [entry], "00" * 32)
        submission, _ = store.get_submission(session, receipt.submission)
        submission.marks = {"score": 1, "max_score": 5, "questions": []}
        store.note_returned(session, submission, row, {"doubling": blob.sha256}, "ted")
        values: dict[str, object] = {
            "unit": "One", "position": 0, "title": "Doubling", "summary": "", "language": "en", "licence": "CC-BY-4.0",
            "text": "", "outline": [], "files": [entry.model_dump()],
        }  # fmt: skip
        resource, _ = resources.put_resource(session, "art", "doubling.ipynb", values)
        resource.preview_sha256 = blob.sha256
        made_at = datetime(2026, 11, 24, tzinfo=UTC)
        numbers = {"raised": 0, "lowered": 0, "old_sum": 0, "new_sum": 0}
        body = Regrade(made_at=made_at, learners=[], **numbers).model_dump(mode="json")
        store.save_report(session, row, "regrade", body)
        together = store.ensure_assignment(session, "art", "together", "Together", 1)
        store.release(session, together, [entry], 5)
        together.team_size, together.team_signup = 2, True
        session.add(TeamRow(id="blue", assignment_id=together.id, name="Blue"))
        job = jobs.add(session, "grading", "grade", {}, course_id="art")
        ted = people.find_person(session, "ted")
        assert ted is not None
        wanted = NewAccommodation(username="amy", assignment="doubling", extra_minutes=30)
        accommodation_id, _ = store.grant(session, "art", wanted, ted.id)
        # The course is open to all; pat, who teaches and learns in it, is there to be removed.
        session.get_one(CourseRow, "art").open_to_all = True
        pat = people.ensure_person(session, "pat", "Pat")
        for role in ("teacher", "learner"):
            enrolment = Enrolment.model_validate({"role": role, "institution": "school", "course": "art"})
            people.ensure_enrolment(session, pat.id, enrolment)
        session.add(JoinCodeRow(code="abcdefghjk", course_id="art", made_at=now()))
        return {
            "course": "art", "name": "doubling", "path": "doubling.ipynb", "resource_id": str(resource.id),
            "submission_id": receipt.submission, "notebook": "doubling.html", "job_id": job.id, "number": "1",
            "accommodation_id": accommodation_id,
            "team_id": "blue", "username": "pat", "code": "abcdefghjk",
        }  # fmt: skip


def _operations(app: FastAPI) -> set[str]:
    paths = app.openapi()["paths"]
    return {
        f"{method.upper()} {path.removeprefix(f'{PREFIX}/api')}" for path, verbs in paths.items() for method in verbs
    }


@pytest.fixture(autouse=True)
def source(settings: Settings) -> None:
    """The teacher's version of the assignment, of which the solution is made."""
    folder = settings.state / "courses" / "art" / "source" / "doubling"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "doubling.ipynb").write_bytes(UPLOAD["files"][0][1][1])


async def _ask(client: Client, username: str, verb: str, place: dict[str, str]) -> httpx.Response:
    method, _, path = verb.partition(" ")
    sent = VERBS[verb][1]
    if "/team" in path.removeprefix("/teach"):
        place = {**place, "name": "together"}
    return await client(username).request(method, path.lstrip("/").format(**place), **sent)  # type: ignore[arg-type]


def test_every_verb_is_in_the_table(app: FastAPI) -> None:
    assert _operations(app) == set(VERBS) | OPEN


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_nobody_comes_in_without_a_token(client: Client, place: dict[str, str]) -> None:
    for verb in VERBS:
        answer = await _ask(client, "", verb, place)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in"), verb


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
@pytest.mark.parametrize("verb", VERBS)
async def test_only_who_may_do_it_can(client: Client, place: dict[str, str], verb: str) -> None:
    allowed, _ = VERBS[verb]
    for username in sorted(EVERYONE - allowed):
        answer = await _ask(client, username, verb, place)
        assert answer.status_code in (403, 404), f"{username}: {answer.text}"
        assert set(answer.json()) == {"code", "message"}
    for username in sorted(allowed):
        answer = await _ask(client, username, verb, place)
        assert answer.status_code < 300, f"{username}: {answer.text}"
        if verb.startswith("DELETE") or verb in ONCE:
            break


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "nothing", 404),
        ("PATCH", "home", 405),
        ("GET", "resources/not-a-number", 422),
        ("GET", "resources/99999999999999999999", 422),
        ("GET", "submissions/unknown", 404),
        ("GET", "jobs/unknown", 404),
        ("GET", "assignments/art/%00", 404),
        ("GET", "resources/1/files/..%2f..%2fetc%2fpasswd", 404),
        ("POST", "teach/art/doubling/grade", 422),
    ],
)
async def test_every_failure_has_the_one_shape(
    client: Client, place: dict[str, str], method: str, path: str, status: int
) -> None:
    answer = await client("ted").request(method, path)
    assert answer.status_code == status
    assert set(answer.json()) == {"code", "message"}
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_fault_of_ours_shows_no_traceback(client: Client, app: FastAPI) -> None:
    app.state.database = None
    answer = await client("amy").get("home")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "Traceback" not in answer.text
