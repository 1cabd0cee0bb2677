from __future__ import annotations

import asyncio
import threading

import pytest

from learnspace_core.batches import MOST, Batches


async def test_what_waits_meanwhile_is_done_together() -> None:
    seen: list[list[int]] = []
    began, may_go_on = threading.Event(), threading.Event()

    def double(items: list[int]) -> list[int | Exception]:
        seen.append(items)
        began.set()
        may_go_on.wait(30)
        return [2 * item for item in items]

    batches = Batches("test", double)
    first = asyncio.create_task(batches.run(1))
    await asyncio.to_thread(began.wait, 30)
    rest = [asyncio.create_task(batches.run(number)) for number in range(2, MOST + 4)]
    await asyncio.sleep(0)
    may_go_on.set()
    assert await asyncio.gather(first, *rest) == [2 * number for number in range(1, MOST + 4)]
    assert [len(items) for items in seen] == [1, MOST, 2]


async def test_an_error_is_of_its_item_alone() -> None:
    def work(items: list[int]) -> list[int | Exception]:
        return [ValueError(item) if item % 2 else item for item in items]

    batches = Batches("test", work)
    answers = await asyncio.gather(*(batches.run(number) for number in range(4)), return_exceptions=True)
    assert [isinstance(answer, ValueError) for answer in answers] == [False, True, False, True]


async def test_a_batch_that_fails_fails_for_all_of_it_and_the_next_one_works() -> None:
    broken = True

    def work(items: list[int]) -> list[int | Exception]:
        if broken:
            raise OSError("the database is away")
        return list(items)

    batches = Batches("test", work)
    answers = await asyncio.gather(*(batches.run(number) for number in range(3)), return_exceptions=True)
    assert all(isinstance(answer, OSError) for answer in answers)
    broken = False
    assert await batches.run(7) == 7


async def test_who_goes_away_keeps_nobody_else_from_an_answer() -> None:
    began, may_go_on = threading.Event(), threading.Event()

    def work(items: list[int]) -> list[int | Exception]:
        began.set()
        may_go_on.wait(30)
        return list(items)

    batches = Batches("test", work)
    gone, stays = asyncio.create_task(batches.run(1)), asyncio.create_task(batches.run(2))
    await asyncio.to_thread(began.wait, 30)
    gone.cancel()
    may_go_on.set()
    assert await stays == 2
    with pytest.raises(asyncio.CancelledError):
        await gone
