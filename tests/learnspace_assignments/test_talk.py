"""The talk between a learner and their teachers about an assignment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import httpx
import nbformat
import pytest

from learnspace_assignments import store
from learnspace_assignments.store import talk
from learnspace_assignments.tables import MessageRow
from learnspace_core.blobs import BlobStore
from learnspace_core.database import Database, now
from learnspace_core.models import FileEntry
from learnspace_people.tables import EnrolmentRow
from tests.learnspace_assignments.conftest import source_notebook

Client = Callable[[str], httpx.AsyncClient]
MINE, CLASS = "assignments/art/doubling/messages", "teach/art/doubling/messages"


@pytest.fixture
def released(school: Database, blobs: BlobStore) -> Database:
    """The assignment ``doubling`` of ``art``, released."""
    blob = blobs.put(nbformat.writes(source_notebook()).encode())
    with school.write() as session:
        row = store.ensure_assignment(session, "art", "doubling", "Doubling")
        store.release(session, row, [FileEntry(path="doubling.ipynb", sha256=blob.sha256, size=blob.size)], 5)
    return school


async def test_a_learner_asks_and_hears_the_answer_and_nobody_else_does(client: Client, released: Database) -> None:
    amy, bob, ted = client("amy"), client("bob"), client("ted")
    asked = await amy.post(MINE, json={"text": " Why <b>4</b>?\r\n", "question": "double-tests"})
    assert asked.status_code == 201
    said = asked.json()[0]
    assert (said["text"], said["question_title"], said["from_teacher"]) == ("Why <b>4</b>?", "Doubling", False)
    talks = (await ted.get(CLASS)).json()
    assert [(one["username"], one["waits"], len(one["messages"])) for one in talks] == [("amy", True, 1)]
    assert (await ted.post(f"{CLASS}/amy", json={"text": "2 times 2."})).status_code == 201
    assert [(one["author"], one["from_teacher"], one["text"]) for one in (await amy.get(MINE)).json()] == [
        ("Amy", False, "Why <b>4</b>?"), ("Ted", True, "2 times 2."),
    ]  # fmt: skip
    assert [one["waits"] for one in (await ted.get(CLASS)).json()] == [False]
    assert (await bob.get(MINE)).json() == []
    news = [(one["kind"], one["target"]) for one in (await amy.get("home")).json()["news"]]
    assert news == [("answer", "art/doubling")]
    assert (await bob.get("home")).json()["news"] == []


async def test_who_spoke_last_waits_for_nothing_new(client: Client, released: Database) -> None:
    amy, ted = client("amy"), client("ted")
    await ted.post(f"{CLASS}/amy", json={"text": "Look at the second line."})
    await amy.post(MINE, json={"text": "Thank you. And the third?"})
    assert (await amy.get("home")).json()["news"] == []
    assert [one["kind"] for one in (await ted.get("teach/inbox")).json()] == ["to_answer"]


async def test_who_waits_longest_is_answered_first(client: Client, released: Database) -> None:
    await client("bob").post(MINE, json={"text": "First"})
    await client("amy").post(MINE, json={"text": "Second"})
    talks = (await client("ted").get(CLASS)).json()
    assert [one["username"] for one in talks] == ["bob", "amy"]


async def test_the_same_words_twice_are_one_message(client: Client, released: Database) -> None:
    amy = client("amy")
    answers = [await amy.post(MINE, json={"text": "Why?"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert len((await amy.get(MINE)).json()) == 1
    with released.write() as session:
        session.query(MessageRow).one().sent_at = now() - timedelta(minutes=2)
    assert len((await amy.post(MINE, json={"text": "Why?"})).json()) == 2


@pytest.mark.parametrize(
    "body",
    [
        {"text": ""},
        {"text": " \n "},
        {"text": "a" * 4001},
        {"text": "a\x00b"},
        {"text": "\x1b[31mred"},
        {"text": "Why?", "question": "invented"},
        {"text": "Why?", "question": "a\x00"},
        {"text": ["Why?"]},
        {},
    ],
)
async def test_what_is_no_plain_text_is_refused(client: Client, released: Database, body: dict[str, object]) -> None:
    for username, url in (("amy", MINE), ("ted", f"{CLASS}/amy")):
        answer = await client(username).post(url, json=body)
        assert answer.status_code == 422, answer.text
        assert set(answer.json()) == {"code", "message"}
    assert (await client("amy").get(MINE)).json() == []


async def test_half_a_character_is_refused(client: Client, released: Database) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await client("amy").post(MINE, content=b'{"text": "\\ud800"}', headers=headers)
    assert answer.status_code == 422


async def test_a_message_of_4000_characters_in_any_script_arrives_whole(client: Client, released: Database) -> None:
    text = "为什么？\n" * 800
    answer = await client("amy").post(MINE, json={"text": text})
    assert answer.json()[0]["text"] == text.strip()


async def test_a_flood_is_refused_and_says_so(
    client: Client, released: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(talk, "LEARNER_AN_HOUR", 2)
    amy = client("amy")
    for number in range(2):
        assert (await amy.post(MINE, json={"text": f"Message {number}"})).status_code == 201
    answer = await amy.post(MINE, json={"text": "One more"})
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_messages")
    with released.write() as session:
        session.query(MessageRow).update({"sent_at": now() - timedelta(minutes=61)})
    assert (await amy.post(MINE, json={"text": "One more"})).status_code == 201


async def test_a_teacher_writes_only_to_learners_of_the_course(client: Client, released: Database) -> None:
    ted = client("ted")
    for username in ("eve", "max", "ted", "unknown"):
        answer = await ted.post(f"{CLASS}/{username}", json={"text": "Hello"})
        assert answer.status_code == 404, username


async def test_who_left_the_course_is_still_answered(client: Client, released: Database) -> None:
    await client("amy").post(MINE, json={"text": "Why?"})
    with released.write() as session:
        session.query(EnrolmentRow).filter_by(course_id="art", role="learner").delete()
    assert (await client("ted").post(f"{CLASS}/amy", json={"text": "Because."})).status_code == 201
    assert (await client("ted").post(f"{CLASS}/bob", json={"text": "Because."})).status_code == 404
    assert (await client("amy").get(MINE)).status_code == 404


async def test_asking_and_answering_are_on_the_record(client: Client, released: Database) -> None:
    await client("amy").post(MINE, json={"text": "Why?"})
    await client("ted").post(f"{CLASS}/amy", json={"text": "Because."})
    for username, sentence in (("amy", "Asked about Doubling"), ("ted", "Answered about Doubling")):
        assert [one["sentence"] for one in (await client(username).get("portfolio")).json()] == [sentence]
