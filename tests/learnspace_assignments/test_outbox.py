"""The outbox of a space as a place on its disk: full, linked, changed, senseless."""

from pathlib import Path

import pytest

from learnspace_assignments.models import Receipt
from learnspace_assignments.space import outbox as outbox_module
from learnspace_assignments.space.outbox import Outbox
from learnspace_core.errors import LearnspaceError, NotFound
from tests.learnspace_assignments.badline import delivery_in, folder, hand_in, handed_in, lena, line, service

__all__ = ["folder", "lena", "line", "service"]

pytest_plugins = ["pytest_jupyter.jupyter_server"]


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
