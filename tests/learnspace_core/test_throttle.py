"""Guessing gets slower, and only for the one who guesses."""

from __future__ import annotations

import pytest

from learnspace_core.throttle import FORGET_SECONDS, LONGEST_WAIT_SECONDS, Throttle


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def throttle(clock: Clock) -> Throttle:
    return Throttle(free_tries=3, most_keys=2, clock=clock)


def wrong(throttle: Throttle, key: str, times: int) -> float:
    for _ in range(times):
        throttle.count(key)
    return throttle.wait_seconds(key)


def test_the_first_wrong_tries_are_free(throttle: Throttle) -> None:
    assert wrong(throttle, "amy", 2) == 0


def test_each_further_one_waits_twice_as_long(throttle: Throttle) -> None:
    assert [wrong(throttle, "amy", times) for times in (3, 1, 1)] == [5, 10, 20]


def test_the_wait_ends(throttle: Throttle, clock: Clock) -> None:
    wrong(throttle, "amy", 3)
    clock.now += 4
    assert throttle.wait_seconds("amy") == 1
    clock.now += 1
    assert throttle.wait_seconds("amy") == 0


def test_the_wait_has_an_end_however_often(throttle: Throttle) -> None:
    assert wrong(throttle, "amy", 5000) == LONGEST_WAIT_SECONDS


def test_a_right_password_forgets(throttle: Throttle) -> None:
    wrong(throttle, "amy", 4)
    throttle.forget("amy")
    assert wrong(throttle, "amy", 2) == 0


def test_an_hour_without_tries_forgets(throttle: Throttle, clock: Clock) -> None:
    wrong(throttle, "amy", 2)
    clock.now += FORGET_SECONDS + 1
    assert wrong(throttle, "amy", 2) == 0


def test_nobody_else_waits(throttle: Throttle) -> None:
    wrong(throttle, "amy", 9)
    assert throttle.wait_seconds("bob") == 0


def test_the_memory_is_bounded(throttle: Throttle) -> None:
    for key in ("amy", "bob", "eve"):
        wrong(throttle, key, 3)
    assert [throttle.wait_seconds(key) > 0 for key in ("amy", "bob", "eve")] == [False, True, True]
