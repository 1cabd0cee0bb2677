"""Handing in from a space on a line that fails in every way: nothing lost, nothing doubled, said as it is."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from learnspace_assignments import store
from learnspace_assignments.models import QueuedHandIn, Receipt
from learnspace_assignments.receipts import verify
from learnspace_assignments.space import outbox as outbox_module
from learnspace_assignments.space.delivery import FIRST_WAIT, LONGEST_WAIT, wait_after
from learnspace_assignments.space.outbox import Outbox
from learnspace_core.errors import LearnspaceError
from tests.learnspace_assignments.badline import (
    API,
    FOLDER,
    PS1,
    WORK,
    delivery_in,
    folder,
    get,
    hand_in,
    handed_in,
    home,
    lena,
    line,
    post,
    refusal,
    service,
    until,
)

__all__ = ["folder", "home", "lena", "line", "service"]

pytest_plugins = ["pytest_jupyter.jupyter_server"]


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
    from learnspace_assignments.space import delivery as delivery_module
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
