"""Handing in from a space on a line that fails in every way: nothing lost, nothing doubled, said as it is."""

import asyncio
import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import nbformat
import pytest
from tornado.httpclient import HTTPClientError

from learnspace_assignments import outbox as outbox_module
from learnspace_assignments import store, submittedview
from learnspace_assignments.delivery import FIRST_WAIT, LONGEST_WAIT, Delivery, wait_after
from learnspace_assignments.models import QueuedHandIn, Receipt
from learnspace_assignments.outbox import Outbox
from learnspace_assignments.receipts import verify
from learnspace_core.app import make_app
from learnspace_core.client import ServiceClient
from learnspace_core.database import Database, upgrade
from learnspace_core.errors import LearnspaceError, NotFound
from learnspace_core.models import FileEntry
from learnspace_core.settings import Settings, Uploads
from learnspace_people import store as people
from learnspace_people.models import Course, Enrolment

pytest_plugins = ["pytest_jupyter.jupyter_server"]
API = ("learnspace", "api")
PS1 = (*API, "assignments", "c1", "ps1")
FOLDER = "assignments/c1/ps1"
SLOW = 3600.0
"""A first wait so long that only what is tested tries again."""
WORK = nbformat.writes(nbformat.v4.new_notebook())


class Line(httpx.AsyncBaseTransport):
    """The line to the service; ``state`` says what becomes of a hand-in on it."""

    def __init__(self, app):
        self.inner = httpx.ASGITransport(app)
        self.state = "up"
        self.reached = 0
        self.held = asyncio.Event()

    async def handle_async_request(self, request):
        if self.state == "down":
            raise httpx.ConnectError("no route")
        if self.state == "proxy":
            return httpx.Response(502, html="<h1>Bad Gateway</h1>")
        if self.state == "portal":
            return httpx.Response(200, html="<h1>Sign in to the school's network</h1>")
        if self.state in ("sick", "tired"):
            status, code = {"sick": (500, "internal_error"), "tired": (401, "not_signed_in")}[self.state]
            return httpx.Response(status, json={"code": code, "message": "Try later."})
        if self.state == "held":
            async for _ in request.stream:
                pass
            self.held.set()
            await asyncio.Event().wait()
        answer = await self.inner.handle_async_request(request)
        if request.method == "POST":
            self.reached += 1
        if self.state == "answer lost":
            raise httpx.ReadTimeout("no answer")
        return answer


@pytest.fixture
def service(tmp_path):
    """The real service, and what it holds."""
    settings = Settings(state=tmp_path / "state")
    settings.state.mkdir()
    upgrade(settings.database_url)
    database = Database(settings.database_url)
    with database.write() as session:
        people.ensure_institution(session, "i", "I")
        people.ensure_course(session, Course(id="c1", title="C", institution="i"))
        person = people.ensure_person(session, "lena", "Lena")
        people.ensure_enrolment(session, person.id, Enrolment(role="learner", institution="i", course="c1"))
        row = store.ensure_assignment(session, "c1", "ps1", "PS 1")
        session.flush()
        store.release(session, row, [FileEntry(path="ps1.ipynb", sha256="0" * 64, size=1)], 3)

    async def identify(token):
        return token or None

    yield make_app(settings, identify)
    database.close()


@pytest.fixture
def line(service):
    return Line(service)


@pytest.fixture
def lena(line):
    return ServiceClient("http://service/services/learnspace", "lena", line)


@pytest.fixture
def folder(jp_root_dir):
    """The assignment in the home, as it was fetched."""
    made = jp_root_dir / FOLDER
    made.mkdir(parents=True)
    (made / "ps1.ipynb").write_text(WORK)
    return made


@pytest.fixture
def home(jp_serverapp, jp_root_dir, lena, folder) -> Path:
    settings = jp_serverapp.web_app.settings
    settings["learnspace_client"] = lena
    settings["learnspace_delivery"] = Delivery(jp_root_dir, lambda: lena, first_wait=SLOW)
    return jp_root_dir


def delivery_in(root, lena, **options) -> Delivery:
    return Delivery(root, lambda: lena, **{"first_wait": SLOW, **options})


async def hand_in(delivery):
    return await delivery.hand_in("c1", "ps1", FOLDER)


async def handed_in(lena) -> list[dict]:
    return (await lena.json("GET", "assignments/c1/ps1"))["submissions"]


async def until(look):
    """Let the background work go on until ``look`` is true."""
    async with asyncio.timeout(20):
        while not (found := await look()):  # noqa: ASYNC110 - the disk tells nobody
            await asyncio.sleep(0.005)
    return found


async def post(jp_fetch, *path):
    answer = await jp_fetch(*path, method="POST", body="{}")
    return answer.code, json.loads(answer.body)


async def get(jp_fetch, *path):
    return json.loads((await jp_fetch(*path)).body)


async def refusal(jp_fetch, *path, **options):
    with pytest.raises(HTTPClientError) as failed:
        await jp_fetch(*path, **options)
    return failed.value.code, json.loads(failed.value.response.body)


# --- on a good line ---------------------------------------------------------------------------------------------------


async def test_a_receipt_comes_at_once_and_stays_in_the_home(jp_fetch, home):
    code, receipt = await post(jp_fetch, *PS1, "submit")
    assert code == 200
    assert receipt["queued_at"] is None
    [kept] = (home / "receipts/c1/ps1").iterdir()
    assert json.loads(kept.read_text()) == receipt
    assert await get(jp_fetch, *API, "outbox") == []
    assert not [path for path in (home / ".learnspace").rglob("*") if path.name != "outbox"]
    code, again = await post(jp_fetch, *PS1, "submit")
    assert again == receipt
    assert len(list((home / "receipts/c1/ps1").iterdir())) == 1


async def test_a_lost_receipt_is_given_out_again(jp_fetch, home):
    _, receipt = await post(jp_fetch, *PS1, "submit")
    [kept] = (home / "receipts/c1/ps1").iterdir()
    kept.unlink()
    assert await get(jp_fetch, *API, "submissions", receipt["submission"], "receipt") == receipt
    assert kept.exists()


async def test_what_will_be_sent_is_said_before(jp_fetch, home, folder):
    (folder / "feedback").mkdir()
    (folder / "feedback" / "old.html").write_text("x")
    (folder / "data.csv").write_text("1,2")
    found = await get(jp_fetch, *PS1, "submit")
    assert [file["path"] for file in found["files"]] == ["data.csv", "ps1.ipynb"]
    assert found["size"] == sum(file["size"] for file in found["files"])
    assert found["warnings"] == []


@pytest.mark.parametrize("limits", [{"file_bytes": 10}, {"total_bytes": 10}, {"files": 1}])
async def test_too_large_is_said_before_in_the_words_of_the_service(jp_fetch, home, folder, service, line, limits):
    (folder / "b.txt").write_text("12")
    service.state.settings = service.state.settings.model_copy(update={"uploads": Uploads(**limits)})
    before = await refusal(jp_fetch, *PS1, "submit")
    assert (before[0], before[1]["code"]) == (413, "too_large")
    line.state = "down"
    assert await refusal(jp_fetch, *PS1, "submit") == before
    line.state = "up"
    assert await refusal(jp_fetch, *PS1, "submit", method="POST", body="{}") == before
    assert await get(jp_fetch, *API, "outbox") == []


async def test_no_notebook_is_said_before_in_the_words_of_the_service(jp_fetch, home, folder):
    (folder / "ps1.ipynb").rename(folder / "ps1.txt")
    before = await refusal(jp_fetch, *PS1, "submit")
    assert before[1]["code"] == "no_notebook"
    assert await refusal(jp_fetch, *PS1, "submit", method="POST", body="{}") == before


# --- on a bad line ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["down", "proxy", "portal", "sick", "tired", "answer lost"])
async def test_on_a_bad_line_it_waits_and_says_so_then_arrives_once(jp_fetch, home, line, lena, state):
    line.state = state
    code, queued = await post(jp_fetch, *PS1, "submit")
    assert code == 202
    assert (queued["state"], queued["tries"]) == ("waiting", 1)
    assert queued["next_try_at"] > queued["queued_at"]
    assert queued["reason"]["code"]
    assert await get(jp_fetch, *API, "outbox") == [queued]
    line.state = "up"
    [listed] = await get(jp_fetch, *API, "assignments")
    assert listed["queued"] == [queued]
    code, receipt = await post(jp_fetch, *API, "outbox", queued["id"], "try")
    assert code == 200
    assert verify(Receipt.model_validate(receipt))
    assert await get(jp_fetch, *API, "outbox") == []
    [submission] = await handed_in(lena)
    assert submission["digest"] == queued["digest"]
    if state != "answer lost":
        assert datetime.fromisoformat(receipt["queued_at"]) == datetime.fromisoformat(queued["queued_at"])
        assert receipt["received_at"] > receipt["queued_at"]
        assert submission["queued_at"] == receipt["queued_at"]


async def test_it_tries_again_by_itself_until_it_arrives(jp_root_dir, folder, line, lena):
    delivery = delivery_in(jp_root_dir, lena, first_wait=0.001)
    line.state = "down"
    queued = await hand_in(delivery)
    assert isinstance(queued, QueuedHandIn)

    async def tried_often():
        return any(one.tries >= 3 for one in await delivery.waiting())

    await until(tried_often)
    line.state = "up"

    async def empty():
        return not await delivery.waiting()

    await until(empty)
    assert [one["digest"] for one in await handed_in(lena)] == [queued.digest]


def test_waits_grow_to_a_bound_and_are_never_the_same():
    waits = [wait_after(tries) for tries in range(1, 60)]
    assert FIRST_WAIT * 0.75 <= waits[0] <= FIRST_WAIT * 1.25
    assert all(wait <= LONGEST_WAIT * 1.25 for wait in waits)
    assert min(waits[10:]) >= LONGEST_WAIT * 0.75
    assert len({wait_after(5) for _ in range(20)}) > 1


async def test_a_restart_of_the_space_loses_nothing(jp_root_dir, folder, line, lena):
    line.state = "down"
    queued = await hand_in(delivery_in(jp_root_dir, lena))
    (folder / "ps1.ipynb").write_text("changed since")
    line.state = "up"
    after = delivery_in(jp_root_dir, lena, first_wait=0.001)
    await after.start()

    async def arrived():
        return await handed_in(lena)

    [submission] = await until(arrived)
    assert submission["digest"] == queued.digest
    assert datetime.fromisoformat(submission["queued_at"]) == queued.queued_at


async def test_a_start_of_the_server_takes_up_what_waits(jp_serverapp, jp_root_dir, folder, lena, monkeypatch):
    from learnspace_assignments import delivery as delivery_module
    from learnspace_core.space import _start_jupyter_server_extension

    monkeypatch.setattr(delivery_module, "FIRST_WAIT", 0.0)
    Outbox(jp_root_dir).put("c1", "ps1", FOLDER, ["ps1.ipynb"])
    settings = jp_serverapp.web_app.settings
    settings["learnspace_client"] = lena
    settings["learnspace_delivery"] = delivery_in(jp_root_dir, lena, first_wait=0.001)
    await _start_jupyter_server_extension(jp_serverapp)

    async def arrived():
        return await handed_in(lena)

    assert len(await until(arrived)) == 1


async def test_killed_between_copy_and_send(jp_root_dir, folder, lena):
    """The copy is whole before anything is sent; one that was cut off is no hand-in and is cleared away."""
    outbox = Outbox(jp_root_dir)
    entry, new = outbox.put("c1", "ps1", FOLDER, ["ps1.ipynb"])
    assert new
    cut_off = jp_root_dir / ".learnspace/outbox/.0123456789abcdef.draft"
    cut_off.mkdir()
    (cut_off / "0").write_text("half")
    delivery = delivery_in(jp_root_dir, lena, first_wait=0.001)
    assert [one.id for one in await delivery.waiting()] == [entry.id]
    await delivery.start()
    assert not cut_off.exists()

    async def arrived():
        return await handed_in(lena)

    assert len(await until(arrived)) == 1


async def test_killed_between_arrival_and_receipt(jp_root_dir, folder, line, lena):
    """The service has it and the space does not know: the second try gets the first receipt."""
    line.state = "answer lost"
    queued = await hand_in(delivery_in(jp_root_dir, lena))
    assert isinstance(queued, QueuedHandIn)
    line.state = "up"
    receipt = await delivery_in(jp_root_dir, lena).try_now(queued.id)
    assert line.reached == 2
    [submission] = await handed_in(lena)
    assert submission["id"] == receipt.submission


@pytest.mark.parametrize("state", ["up", "down"])
async def test_two_submits_at_once_are_one(jp_root_dir, folder, line, lena, state):
    line.state = state
    delivery = delivery_in(jp_root_dir, lena)
    first, second = await asyncio.gather(hand_in(delivery), hand_in(delivery))
    assert first.digest == second.digest
    assert len(await delivery.waiting()) == (state == "down")
    assert len(await handed_in(lena) if state == "up" else []) == (state == "up")


async def test_versions_that_wait_arrive_in_the_order_they_were_handed_in(jp_root_dir, folder, line, lena):
    delivery = delivery_in(jp_root_dir, lena)
    line.state = "down"
    digests = []
    for version in range(3):
        (folder / "notes.txt").write_text(str(version))
        digests.append((await hand_in(delivery)).digest)
    line.state = "up"
    (folder / "notes.txt").write_text("the last")
    receipt = await hand_in(delivery)
    assert [one["digest"] for one in await handed_in(lena)] == [receipt.digest, *reversed(digests)]
    assert await delivery.waiting() == []


async def test_what_waits_are_the_bytes_of_the_moment(jp_root_dir, folder, line, lena):
    line.state = "down"
    delivery = delivery_in(jp_root_dir, lena)
    queued = await hand_in(delivery)
    (folder / "ps1.ipynb").unlink()
    line.state = "up"
    receipt = await delivery.try_now(queued.id)
    assert receipt.digest == queued.digest


async def test_a_learner_can_withdraw(jp_fetch, home, line, lena):
    line.state = "down"
    _, queued = await post(jp_fetch, *PS1, "submit")
    assert await post(jp_fetch, *API, "outbox", queued["id"], "withdraw") == (200, [])
    line.state = "up"
    assert await handed_in(lena) == []
    code, error = await refusal(jp_fetch, *API, "outbox", queued["id"], "withdraw", method="POST", body="{}")
    assert (code, error["code"]) == (404, "not_found")


async def test_withdraw_while_it_is_being_sent(jp_root_dir, folder, line, lena):
    line.state = "held"
    delivery = delivery_in(jp_root_dir, lena)
    handing_in = asyncio.create_task(hand_in(delivery))
    await line.held.wait()
    [sending] = await delivery.waiting()
    assert sending.state == "sending"
    await delivery.withdraw(sending.id)
    with pytest.raises(LearnspaceError, match="withdrew"):
        await handing_in
    assert await delivery.waiting() == []
    line.state = "up"
    assert isinstance(await hand_in(delivery), Receipt)


async def test_a_silent_service_is_not_waited_for_for_ever(jp_root_dir, folder, line, lena):
    line.state = "held"
    delivery = delivery_in(jp_root_dir, lena, patience=0.05)
    queued = await hand_in(delivery)
    assert (queued.state, queued.sent) == ("sending", queued.size)
    await delivery.stop()
    assert [one.state for one in await delivery.waiting()] == ["waiting"]


async def test_refused_at_once_is_told_at_once_and_nothing_waits(jp_fetch, home, folder, lena, service):
    (folder / "ps1.ipynb").rename(folder / "ps1.txt")
    code, error = await refusal(jp_fetch, *PS1, "submit", method="POST", body="{}")
    assert (code, error["code"]) == (400, "no_notebook")
    assert await get(jp_fetch, *API, "outbox") == []


async def test_refused_for_good_is_kept_with_its_reason_until_dismissed(jp_fetch, home, folder, line):
    line.state = "down"
    (folder / "ps1.ipynb").rename(folder / "ps1.txt")
    _, queued = await post(jp_fetch, *PS1, "submit")
    line.state = "up"
    code, refused = await post(jp_fetch, *API, "outbox", queued["id"], "try")
    assert (code, refused["state"], refused["next_try_at"]) == (202, "refused", None)
    assert refused["reason"]["code"] == "no_notebook"
    assert [one["state"] for one in await get(jp_fetch, *API, "outbox")] == ["refused"]
    # It does not stand in the way of a better one.
    (folder / "ps1.ipynb").write_text(WORK)
    code, _ = await post(jp_fetch, *PS1, "submit")
    assert code == 200
    assert await post(jp_fetch, *API, "outbox", queued["id"], "withdraw") == (200, [])


async def test_the_clock_of_the_space_is_wrong_by_a_day(jp_root_dir, folder, line, lena, service, monkeypatch):
    class Tomorrow(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(days=1)

    monkeypatch.setattr(outbox_module, "datetime", Tomorrow)
    due = datetime.now(UTC) + timedelta(hours=1)
    with service.state.database.write() as session:
        store.get_assignment(session, "c1", "ps1").due_at = due
    line.state = "down"
    delivery = delivery_in(jp_root_dir, lena)
    queued = await hand_in(delivery)
    line.state = "up"
    receipt = await delivery.try_now(queued.id)
    assert receipt.queued_at > due > receipt.received_at
    assert [one["late"] for one in await handed_in(lena)] == [False]


@pytest.mark.parametrize(
    "said", ["0001-01-01T00:00:00+14:00", "2026-11-20T10:00:00", "yesterday", "9999-12-31T23:59:59-14:00"]
)
async def test_a_time_that_is_none_is_refused(lena, said):
    files = {"files": ("ps1.ipynb", WORK)}
    with pytest.raises(LearnspaceError) as failed:
        await lena.request("POST", "assignments/c1/ps1/submissions", params={"queued_at": said}, files=files)
    assert (failed.value.status, failed.value.code) == (422, "bad_request")
    assert await handed_in(lena) == []


# --- the outbox as a place --------------------------------------------------------------------------------------------


async def test_an_outbox_that_is_full_still_lets_a_good_line_through(jp_root_dir, folder, line, lena):
    delivery = delivery_in(jp_root_dir, lena)
    delivery.outbox = Outbox(jp_root_dir, most_entries=1)
    line.state = "down"
    await hand_in(delivery)
    (folder / "notes.txt").write_text("more")
    with pytest.raises(LearnspaceError) as failed:
        await hand_in(delivery)
    assert failed.value.code == "outbox_full"
    line.state = "up"
    assert isinstance(await hand_in(delivery), Receipt)
    assert not list((jp_root_dir / ".learnspace/outbox").glob(".*"))


async def test_an_outbox_takes_no_more_bytes_than_it_may(jp_root_dir, folder, line, lena):
    delivery = delivery_in(jp_root_dir, lena)
    delivery.outbox = Outbox(jp_root_dir, most_bytes=10)
    line.state = "down"
    with pytest.raises(LearnspaceError, match="no room"):
        await hand_in(delivery)
    assert await delivery.waiting() == []


async def test_a_full_home_still_lets_a_good_line_through(jp_root_dir, folder, lena, monkeypatch):
    def full(*_args, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(outbox_module, "write_new", full)
    delivery = delivery_in(jp_root_dir, lena)
    assert isinstance(await hand_in(delivery), Receipt)


@pytest.mark.parametrize("link", [".learnspace", ".learnspace/outbox", "receipts", "receipts/c1"])
async def test_nothing_is_kept_through_a_link_and_the_hand_in_arrives(jp_root_dir, folder, lena, tmp_path, link):
    outside = tmp_path / "outside"
    outside.mkdir()
    (jp_root_dir / link).parent.mkdir(exist_ok=True)
    (jp_root_dir / link).symlink_to(outside)
    assert isinstance(await hand_in(delivery_in(jp_root_dir, lena)), Receipt)
    assert not list(outside.iterdir())
    assert len(await handed_in(lena)) == 1


@pytest.mark.parametrize("harm", [Path.unlink, lambda copy: copy.write_text("{}")])
async def test_a_copy_that_was_changed_in_the_outbox_is_not_passed_off_as_the_work(
    jp_root_dir, folder, line, lena, harm
):
    line.state = "down"
    delivery = delivery_in(jp_root_dir, lena)
    queued = await hand_in(delivery)
    harm(jp_root_dir / ".learnspace/outbox" / queued.id / "0")
    line.state = "up"
    refused = await delivery.try_now(queued.id)
    assert (refused.state, refused.reason.code) == ("refused", "outbox_damaged")


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"id": "00000001-00000000"}'])
async def test_an_entry_that_makes_no_sense_is_passed_over(jp_root_dir, folder, lena, content):
    broken = jp_root_dir / ".learnspace/outbox/00000001-00000000"
    broken.mkdir(parents=True)
    (broken / "entry.json").write_text(content)
    delivery = delivery_in(jp_root_dir, lena)
    await delivery.start()
    assert await delivery.waiting() == []
    assert isinstance(await hand_in(delivery), Receipt)


@pytest.mark.parametrize("name", ["../../etc", "..", "x", "00000001-00000000/..", ".learnspace"])
async def test_an_entry_is_named_by_its_number_only(jp_root_dir, folder, lena, name):
    with pytest.raises(NotFound):
        await delivery_in(jp_root_dir, lena).withdraw(name)


# --- older versions ---------------------------------------------------------------------------------------------------


async def test_an_older_version_comes_back_beside_and_is_not_handed_in_again(jp_fetch, home, folder):
    (folder / "data").mkdir()
    (folder / "data" / "练习.csv").write_text("old")
    _, first = await post(jp_fetch, *PS1, "submit")
    (folder / "data" / "练习.csv").write_text("new")
    there = (*PS1, "submissions", first["submission"], "bring-back")
    code, back = await post(jp_fetch, *there)
    assert code == 200
    assert back["path"].startswith(f"{FOLDER}/handed-in 20")
    assert (home / back["path"] / "data" / "练习.csv").read_text() == "old"
    assert (folder / "data" / "练习.csv").read_text() == "new"
    (home / back["path"] / "data" / "练习.csv").write_text("mine again")
    _, again = await post(jp_fetch, *there)
    assert (again["written"], len(again["kept"])) == ([], 2)
    assert (home / back["path"] / "data" / "练习.csv").read_text() == "mine again"
    _, second = await post(jp_fetch, *PS1, "submit")
    assert [file["path"] for file in second["files"]] == ["data/练习.csv", "ps1.ipynb"]
    [listed] = await get(jp_fetch, *API, "assignments")
    assert [file["path"] for file in listed["local_files"]] == ["data/练习.csv", "ps1.ipynb"]


async def test_a_submission_of_somebody_else_is_not_brought_back(jp_fetch, home):
    code, error = await refusal(jp_fetch, *PS1, "submissions", "0" * 32, "bring-back", method="POST", body="{}")
    assert (code, error["code"]) == (404, "not_found")


async def test_a_preview_waits_for_nobody(jp_fetch, home, monkeypatch):
    """A crowd of previews must not take the service's threads."""
    _, receipt = await post(jp_fetch, *PS1, "submit")
    monkeypatch.setattr(submittedview, "_AT_ONCE", threading.Semaphore(0))
    code, error = await refusal(jp_fetch, *API, "submissions", receipt["submission"], "preview")
    assert (code, error["code"]) == (409, "preview_not_ready")


async def test_a_preview_that_takes_too_long_is_given_up(jp_fetch, home, monkeypatch):
    _, receipt = await post(jp_fetch, *PS1, "submit")
    monkeypatch.setattr(submittedview, "WALL_SECONDS", 0.001)
    code, error = await refusal(jp_fetch, *API, "submissions", receipt["submission"], "preview")
    assert (code, error["code"]) == (413, "too_large_to_show")


async def test_what_was_handed_in_can_be_looked_at_and_does_nothing(jp_fetch, home, folder):
    cell = nbformat.v4.new_markdown_cell("My **words**. <script>alert(1)</script><img src=http://evil/x onerror=go()>")
    (folder / "ps1.ipynb").write_text(nbformat.writes(nbformat.v4.new_notebook(cells=[cell])))
    _, receipt = await post(jp_fetch, *PS1, "submit")
    html = (await get(jp_fetch, *API, "submissions", receipt["submission"], "preview"))["html"]
    assert "<strong>words</strong>" in html
    assert "<script" not in html
    assert "onerror" not in html


@pytest.mark.parametrize(
    "make",
    [
        lambda: WORK + " " * 2_000_001,
        lambda: nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x" * 100_001)])),
    ],
)
async def test_a_notebook_too_large_to_show_says_how_to_see_it(jp_fetch, home, folder, make):
    (folder / "ps1.ipynb").write_text(make())
    _, receipt = await post(jp_fetch, *PS1, "submit")
    code, error = await refusal(jp_fetch, *API, "submissions", receipt["submission"], "preview")
    assert (code, error["code"]) == (413, "too_large_to_show")
    assert "Bring it back" in error["message"]
