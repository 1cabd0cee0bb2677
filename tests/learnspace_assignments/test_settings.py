"""Settings, accommodations and the gate of handing in, as HTTP on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import select

from learnspace_assignments import store
from learnspace_core.database import Database
from learnspace_core.models import FileEntry
from learnspace_core.settings import Settings
from learnspace_core.tables import JobRow, RecordRow
from learnspace_people.tables import EnrolmentRow, PersonRow
from tests.conftest import Clock

Client = Callable[[str], httpx.AsyncClient]
HERE = "assignments/art/doubling"
SETTINGS = "teach/art/doubling/settings"
GRANTS = "teach/art/accommodations"
DUE = datetime(2026, 11, 24, 18, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


@pytest.fixture
def released(school: Database) -> Database:
    """The assignment ``doubling``, released without nbgrader: enough for verbs that only move bytes."""
    with school.write() as session:
        row = store.ensure_assignment(session, "art", "doubling", "Doubling", 3)
        store.release(session, row, [FileEntry(path="doubling.ipynb", sha256="0" * 64, size=1)], 5)
        for username, section in (("amy", "A"), ("bob", "B")):
            person = session.scalars(select(PersonRow).filter_by(username=username)).one()
            session.scalars(select(EnrolmentRow).filter_by(person_id=person.id)).one().section = section
    return school


async def _set(client: Client, **values: object) -> dict[str, object]:
    held = (await client("ted").get(SETTINGS)).json()
    answer = await client("ted").put(SETTINGS, json={**held, **values})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def _grant(client: Client, **values: object) -> str:
    answer = await client("ted").post(GRANTS, json=values)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def _hand_in(client: Client, username: str, body: str = "{}") -> httpx.Response:
    files = [("files", ("doubling.ipynb", body.encode()))]
    return await client(username).post(f"{HERE}/submissions", files=files)


async def _mine(client: Client, username: str) -> dict[str, object]:
    return dict((await client(username).get(HERE)).json())


async def test_settings_are_kept_in_utc_and_recorded(client: Client, released: Database) -> None:
    held = await _set(
        client,
        title="Doubling again",
        due_at="2026-12-01T18:00:00+08:00",
        late={"kind": "penalty", "percent": 10, "max_percent": 50},
    )
    assert held["due_at"] == "2026-12-01T10:00:00Z"
    assert (await client("ted").get(SETTINGS)).json() == held
    await _set(client)
    with released.read() as session:
        rows = list(session.scalars(select(RecordRow).filter_by(verb="changed")))
    assert [row.context for row in rows] == [
        {
            "title": "Doubling again",
            "due_at": "2026-12-01T10:00:00+00:00",
            "late": "{'kind': 'penalty', 'percent': 10.0, 'per': 'day', 'max_percent': 50.0, 'grace_minutes': 0}",
        }
    ]


async def test_settings_with_a_field_missing_or_wrong_change_nothing(client: Client, released: Database) -> None:
    held = (await client("ted").get(SETTINGS)).json()
    for wrong, named in (
        ({name: value for name, value in held.items() if name != "closes_at"}, "closes_at"),
        ({**held, "due_at": "2026-12-01T18:00:00"}, "due_at"),
        ({**held, "due_at": "tomorrow"}, "due_at"),
        ({**held, "opens_at": "2026-12-02T00:00:00Z", "due_at": "2026-12-01T00:00:00Z"}, "due_at"),
    ):
        answer = await client("ted").put(SETTINGS, json=wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_request")
        assert named in answer.json()["message"]
    assert (await client("ted").get(SETTINGS)).json() == held


async def test_early_by_one_second(client: Client, released: Database, clock: Clock) -> None:
    await _set(client, due_at=DUE.isoformat(), late={"kind": "refuse"})
    clock.at = DUE - SECOND
    assert (await _hand_in(client, "amy")).status_code == 201
    clock.at = DUE
    assert (await _hand_in(client, "bob")).status_code == 201
    for username in ("amy", "bob"):
        (submission,) = (await _mine(client, username))["submissions"]  # type: ignore[misc]
        assert submission["late"] is False  # type: ignore[index]


async def test_late_by_one_second(client: Client, released: Database, clock: Clock) -> None:
    await _set(client, due_at=DUE.isoformat())
    clock.at = DUE + SECOND
    assert (await _hand_in(client, "amy")).status_code == 201
    (submission,) = (await _mine(client, "amy"))["submissions"]  # type: ignore[misc]
    assert submission["late"] is True  # type: ignore[index]
    await _set(client, late={"kind": "refuse"})
    refused = await _hand_in(client, "bob")
    assert (refused.status_code, refused.json()["code"]) == (409, "late_not_taken")
    assert "2026-11-24 18:00:00 UTC" in refused.json()["message"]
    assert (await _mine(client, "bob"))["submissions"] == []


async def test_closed_by_one_second(client: Client, released: Database, clock: Clock) -> None:
    await _set(client, due_at=DUE.isoformat(), closes_at=(DUE + DAY).isoformat())
    clock.at = DUE + DAY
    first = await _hand_in(client, "amy")
    assert first.status_code == 201
    clock.at += SECOND
    refused = await _hand_in(client, "bob")
    assert (refused.status_code, refused.json()["code"]) == (409, "closed")
    assert "2026-11-25 18:00:00 UTC" in refused.json()["message"]
    # What was acknowledged stays acknowledged, however often it is asked.
    again = await _hand_in(client, "amy")
    assert (again.status_code, again.json()) == (200, first.json())


async def test_attempts_used_up(client: Client, released: Database) -> None:
    await _set(client, attempts=2)
    assert (await _mine(client, "amy"))["attempts_left"] == 2
    first = await _hand_in(client, "amy", "1")
    assert (await _hand_in(client, "amy", "1")).status_code == 200
    assert (await _hand_in(client, "amy", "2")).status_code == 201
    refused = await _hand_in(client, "amy", "3")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_attempts_left")
    assert (await _hand_in(client, "amy", "1")).json() == first.json()
    mine = await _mine(client, "amy")
    assert (mine["attempts_left"], mine["refusal"]) == (0, "no_attempts_left")
    await _grant(client, username="amy", assignment="doubling", extra_attempts=1)
    assert (await _hand_in(client, "amy", "3")).status_code == 201
    assert (await _hand_in(client, "amy", "4")).status_code == 409


async def test_an_unopened_assignment_does_not_exist_for_learners(
    client: Client, released: Database, clock: Clock
) -> None:
    await _set(client, opens_at=DUE.isoformat(), due_at=(DUE + DAY).isoformat())
    learner = client("amy")
    answers = [
        await learner.get(HERE),
        await learner.get(f"{HERE}/files/doubling.ipynb"),
        await learner.post(f"{HERE}/fetched"),
        await learner.get(f"{HERE}/solution"),
        await _hand_in(client, "amy"),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "not_found")] * 5
    assert (await learner.get("assignments")).json() == []
    home = (await learner.get("home")).json()
    assert (home["due"], home["next"]) == ([], None)
    assert (await client("ted").get(HERE)).status_code == 200
    clock.at = DUE
    assert (await learner.get(HERE)).status_code == 200
    assert [one["name"] for one in (await learner.get("assignments")).json()] == ["doubling"]


@pytest.mark.parametrize("to", [{"username": "amy"}, {"section": "A"}])
@pytest.mark.parametrize("where", [{"assignment": "doubling"}, {}])
async def test_granted_before_handing_in(
    client: Client, released: Database, clock: Clock, to: dict[str, str], where: dict[str, str]
) -> None:
    await _set(
        client, due_at=DUE.isoformat(), closes_at=(DUE + DAY).isoformat(),
        late={"kind": "penalty", "percent": 10, "max_percent": 50},
    )  # fmt: skip
    await _grant(client, **to, **where, extra_minutes=24 * 60)
    amy, bob = await _mine(client, "amy"), await _mine(client, "bob")
    assert (amy["due_at"], amy["closes_at"], amy["extended"]) == ("2026-11-25T18:00:00Z", "2026-11-26T18:00:00Z", True)
    assert (bob["due_at"], bob["closes_at"], bob["extended"]) == ("2026-11-24T18:00:00Z", "2026-11-25T18:00:00Z", False)
    assert (await client("amy").get("home")).json()["due"][0]["due_at"] == "2026-11-25T18:00:00Z"
    clock.at = DUE + timedelta(hours=1)
    amy, bob = await _mine(client, "amy"), await _mine(client, "bob")
    assert (amy["late_now"], amy["late_percent_now"]) == (False, 0)
    assert (bob["late_now"], bob["late_percent_now"]) == (True, 10)
    clock.at = DUE + DAY + SECOND
    assert (await _hand_in(client, "amy")).status_code == 201
    assert (await _hand_in(client, "bob")).status_code == 409


async def test_granted_after_handing_in(client: Client, released: Database, clock: Clock) -> None:
    await _set(client, due_at=DUE.isoformat())
    clock.at = DUE + timedelta(hours=1)
    await _hand_in(client, "amy")
    (late,) = (await client("ted").get("teach")).json()[0]["submissions"]
    assert (late["late"], late["extended"]) == (True, False)
    granted = await _grant(client, username="amy", assignment="doubling", due_at=(DUE + DAY).isoformat(), note="ill")
    (in_time,) = (await client("ted").get("teach")).json()[0]["submissions"]
    assert (in_time["late"], in_time["extended"]) == (False, True)
    assert (await _mine(client, "amy"))["submissions"][0]["late"] is False  # type: ignore[index]
    assert (await client("ted").delete(f"{GRANTS}/{granted}")).status_code == 204
    assert (await _mine(client, "amy"))["submissions"][0]["late"] is True  # type: ignore[index]
    with released.read() as session:
        verbs = list(session.scalars(select(RecordRow.verb).filter_by(object_type="accommodation")))
        # Nothing is graded, so nothing is to be written through.
        assert list(session.scalars(select(JobRow).filter_by(kind="times"))) == []
    assert verbs == ["granted", "took_back"]


async def test_the_same_grant_twice_is_one(client: Client, released: Database) -> None:
    wanted = {"username": "amy", "extra_minutes": 30}
    first, second = [await client("ted").post(GRANTS, json=wanted) for _ in range(2)]
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    changed = await client("ted").put(f"{GRANTS}/{first.json()['id']}", json={"section": "B", "extra_attempts": 1})
    assert (changed.json()["section"], changed.json()["username"]) == ("B", None)
    held = (await client("ted").get(GRANTS)).json()
    assert [one["id"] for one in held["granted"]] == [first.json()["id"]]
    assert held["sections"] == ["A", "B"]
    assert [one["username"] for one in held["learners"]] == ["amy", "bob"]


@pytest.mark.parametrize(
    ("wanted", "status", "named"),
    [
        ({"extra_minutes": 5}, 422, "username"),
        ({"username": "amy", "section": "A", "extra_minutes": 5}, 422, "username"),
        ({"username": "amy"}, 422, "extra_minutes"),
        ({"username": "amy", "due_at": DUE.isoformat()}, 422, "due_at"),
        ({"username": "amy", "assignment": "doubling", "due_at": "2026-11-24T18:00:00"}, 422, "due_at"),
        ({"username": "amy", "extra_minutes": -5}, 422, "extra_minutes"),
        ({"username": "eve", "extra_minutes": 5}, 422, "username"),
        ({"username": "ted", "extra_minutes": 5}, 422, "username"),
        ({"section": "Z", "extra_minutes": 5}, 422, "section"),
        ({"username": "amy", "assignment": "other", "extra_minutes": 5}, 404, "assignment"),
    ],
)
async def test_a_wrong_grant_names_its_field_and_changes_nothing(
    client: Client, released: Database, wanted: dict[str, object], status: int, named: str
) -> None:
    answer = await client("ted").post(GRANTS, json=wanted)
    assert answer.status_code == status
    assert named in answer.json()["message"]
    assert (await client("ted").get(GRANTS)).json()["granted"] == []


async def test_anothers_accommodation_by_every_verb(client: Client, released: Database) -> None:
    granted = await _grant(client, username="bob", assignment="doubling", extra_minutes=60, note="private")
    body = {"username": "amy", "extra_minutes": 600}
    for username, course, status in (
        ("amy", "art", 403),
        ("bob", "art", 403),
        ("una", "art", 404),
        ("una", "biology", 404),
    ):
        one = f"teach/{course}/accommodations/{granted}"
        for answer in (
            await client(username).put(one, json=body),
            await client(username).delete(one),
            await client(username).get(f"teach/{course}/accommodations"),
            await client(username).post(f"teach/{course}/accommodations", json=body),
        ):
            if course == "biology" and answer.request.url.path.endswith("accommodations"):
                assert "private" not in answer.text
                continue
            assert answer.status_code == status, f"{username}: {answer.text}"
    held = (await client("ted").get(GRANTS)).json()["granted"]
    assert [(one["id"], one["username"], one["extra_minutes"]) for one in held] == [(granted, "bob", 60)]
    # And what a learner reads of the assignment tells nothing of others.
    assert "private" not in (await client("amy").get(HERE)).text


async def test_deleted_is_gone_from_sight_and_release_brings_it_back_whole(client: Client, released: Database) -> None:
    receipt = (await _hand_in(client, "amy")).json()
    await _set(client, title="My title", due_at=DUE.isoformat())
    assert (await client("ted").delete("teach/art/doubling")).status_code == 204
    assert (await client("ted").delete("teach/art/doubling")).status_code == 404
    assert (await client("ted").get("teach")).json() == (await client("amy").get("assignments")).json() == []
    assert (await _hand_in(client, "bob")).status_code == 404
    assert (await client("amy").get(f"submissions/{receipt['submission']}")).status_code == 200
    files = [("files", ("doubling.ipynb", b'{"cells":[],"metadata":{},"nbformat":4,"nbformat_minor":5}'))]
    back = (await client("ted").put(f"{HERE}/release", files=files)).json()
    assert (back["title"], back["due_at"]) == ("My title", "2026-11-24T18:00:00Z")
    assert [one["username"] for one in back["submissions"]] == ["amy"]
    assert (await _mine(client, "amy"))["submissions"][0]["id"] == receipt["submission"]  # type: ignore[index]


async def _returned(client: Client, released: Database, username: str = "amy") -> str:
    submission_id = (await _hand_in(client, username)).json()["submission"]
    with released.write() as session:
        submission, row = store.get_submission(session, submission_id)
        submission.marks = {"score": 4, "max_score": 5, "questions": []}
        store.note_returned(session, submission, row, {}, "ted")
    return str(submission_id)


@pytest.mark.parametrize(
    ("marks", "feedback", "before", "after"),
    [
        ("when_returned", "when_returned", (True, True), (True, True)),
        ("when_returned", "after_due", (True, False), (True, True)),
        ("after_due", "after_due", (False, False), (True, True)),
        ("after_due", "never", (False, False), (True, False)),
        ("never", "never", (False, False), (False, False)),
    ],
)
async def test_marks_and_feedback_are_shown_only_when_they_may_be(
    client: Client, released: Database, clock: Clock, marks: str, feedback: str, before: tuple[bool, bool],
    after: tuple[bool, bool],
) -> None:  # fmt: skip
    await _set(client, due_at=DUE.isoformat(), shows={"marks": marks, "feedback": feedback})
    await _grant(client, username="amy", extra_minutes=60)
    submission_id = await _returned(client, released)
    for at, seen in ((DUE + SECOND, before), (DUE + timedelta(minutes=61), after)):
        clock.at = at
        (mine,) = (await _mine(client, "amy"))["submissions"]  # type: ignore[misc]
        assert (mine["marks"] is not None, mine["feedback"]) == seen  # type: ignore[index]
        assert mine == (await client("amy").get(f"submissions/{submission_id}")).json()
        assert (mine["state"] == "returned") == any(seen)  # type: ignore[index]
        assert (mine["returned_at"] is not None) == any(seen)  # type: ignore[index]
        news = (await client("amy").get("home")).json()["news"]
        assert [(one["kind"], one["at"]) for one in news] == (
            [("feedback", mine["returned_at"])] if any(seen) else []  # type: ignore[index]
        )
        status = (await client("amy").get(f"submissions/{submission_id}/feedback")).status_code
        assert status == (200 if seen[1] else 404)
        assert (await client("ted").get(f"submissions/{submission_id}/feedback")).status_code == 200
        due = (await client("amy").get("home")).json()["due"][0]
        assert (due["score"] is not None) == seen[0]
    # What is in the portfolio was written when it was returned.
    texts = [entry["sentence"] for entry in (await client("amy").get("portfolio")).json()]
    assert ("Got Doubling back: 4 of 5 points" in texts) == before[0]


SOURCE = (
    '{"cells":[{"cell_type":"code","execution_count":1,"id":"a","metadata":{},"outputs":[],'
    '"source":["assert double(2) == 4\\n","# BEGIN HIDDEN TESTS\\n","assert double(21) == 42\\n",'
    '"# END HIDDEN TESTS\\n","answer = 2 * x"]}],"metadata":{},"nbformat":4,"nbformat_minor":5}'
)


@pytest.fixture
def source(settings: Settings) -> None:
    """The teacher's version of the assignment, with a hidden test."""
    folder = settings.state / "courses" / "art" / "source" / "doubling"
    folder.mkdir(parents=True)
    (folder / "doubling.ipynb").write_text(SOURCE)


async def test_a_solution_is_never_shown_while_somebody_can_still_hand_in(
    client: Client, released: Database, clock: Clock, source: None
) -> None:
    await _set(client, due_at=DUE.isoformat(), late={"kind": "refuse"}, shows={"solutions": "after_due"})
    # For one of them the end is a day later, for another section two.
    await _grant(client, username="bob", assignment="doubling", extra_minutes=24 * 60)
    section = await _grant(client, section="B", extra_minutes=2 * 24 * 60)
    for at, username, seen in (
        (DUE, "amy", False),
        (DUE + SECOND, "amy", False),
        (DUE + DAY + SECOND, "amy", False),
        (DUE + 2 * DAY, "amy", False),
        (DUE + 2 * DAY + SECOND, "amy", True),
        (DUE + 2 * DAY + SECOND, "bob", True),
    ):
        clock.at = at
        answer = await client(username).get(f"{HERE}/solution")
        assert (answer.status_code == 200) == seen, at
        assert (await _mine(client, username))["solution"] == seen
    html = answer.json()["html"]
    assert "answer" in html
    assert "double" in html
    assert "42" not in html
    assert "HIDDEN" not in html
    # More time afterwards closes it again.
    await _grant(client, username="bob", assignment="doubling", extra_minutes=9 * 24 * 60)
    assert (await client("amy").get(f"{HERE}/solution")).json()["code"] == "no_solution_yet"
    assert section


async def test_a_solution_waits_for_ones_own_work_if_so_chosen(
    client: Client, released: Database, clock: Clock, source: None
) -> None:
    await _set(client, closes_at=DUE.isoformat(), shows={"solutions": "when_returned"})
    await _returned(client, released)
    assert (await client("amy").get(f"{HERE}/solution")).status_code == 404
    clock.at = DUE + SECOND
    assert (await client("amy").get(f"{HERE}/solution")).status_code == 200
    assert (await client("bob").get(f"{HERE}/solution")).status_code == 404
    await _set(client, shows={"solutions": "never"})
    assert (await client("amy").get(f"{HERE}/solution")).status_code == 404
