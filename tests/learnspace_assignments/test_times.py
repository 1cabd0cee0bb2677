"""The rules of time, against arbitrary times: more is never less, late is never cheaper, and the clock may change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from learnspace_assignments.grading.penalties import LatePolicyPlugin, penalised
from learnspace_assignments.models import AssignmentSettings, LatePolicy, Marks, Question, Shows
from learnspace_assignments.times import Grant, Times, points_off

DUE = datetime(2026, 11, 24, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)

moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
policies = st.builds(
    LatePolicy,
    kind=st.sampled_from(["accept", "penalty", "refuse"]),
    percent=st.integers(1, 50),
    max_percent=st.integers(50, 100),
    per=st.sampled_from(["day", "hour"]),
    grace_minutes=st.integers(0, 600),
)
grants = st.builds(
    Grant, due_at=st.none() | moments, extra_minutes=st.integers(0, 10**5), extra_attempts=st.integers(0, 5)
)


@st.composite
def some_times(draw: st.DrawFn) -> Times:
    due = draw(st.none() | moments)
    closes = draw(st.none() | (moments if due is None else st.timedeltas(timedelta(0), timedelta(90)).map(due.__add__)))
    return Times(due_at=due, closes_at=closes, attempts=draw(st.none() | st.integers(1, 5)), late=draw(policies))


@given(some_times(), st.lists(grants), grants, moments, st.integers(0, 9))
def test_more_granted_is_never_less(times: Times, held: list[Grant], another: Grant, at: datetime, used: int) -> None:
    before, after = times.with_grants(held), times.with_grants([*held, another])
    if before.due_at is not None:
        assert after.due_at is not None
        assert times.due_at is not None
        assert after.due_at >= before.due_at >= times.due_at
    if before.closes_at is not None:
        assert after.closes_at is not None
        assert after.closes_at >= before.closes_at
    assert (after.attempts or 99) >= (before.attempts or 99)
    assert after.percent_off(at) <= before.percent_off(at)
    assert after.is_late(at) <= before.is_late(at)
    if before.refusal(at, used) is None:
        assert after.refusal(at, used) is None
    # Who can hand in longer keeps the solution from everybody longer.
    assert after.is_over(at) <= before.is_over(at)


@given(some_times(), st.lists(grants), st.randoms())
def test_the_order_of_grants_changes_nothing(times: Times, held: list[Grant], random: object) -> None:
    assert times.with_grants(held) == times.with_grants(reversed(held)) == times.with_grants([*held, *held])
    assert times.with_grants([]) == times


@given(some_times(), st.lists(grants))
def test_nothing_closes_before_it_is_due(times: Times, held: list[Grant]) -> None:
    found = times.with_grants(held)
    if found.due_at is not None and found.closes_at is not None:
        assert found.closes_at >= found.due_at


@given(some_times(), moments, st.timedeltas(timedelta(0), timedelta(100)), st.floats(0, 1000))
def test_later_is_never_cheaper_and_never_costs_more_than_there_is(
    times: Times, at: datetime, later: timedelta, score: float
) -> None:
    first, second = times.percent_off(at), times.percent_off(at + later)
    assert 0 <= first <= second <= times.late.max_percent
    assert 0 <= points_off(score, first) <= points_off(score, second) <= score
    if not times.is_late(at):
        assert first == 0


@given(some_times(), moments, st.integers(0, 9))
def test_over_is_when_nothing_more_is_taken(times: Times, at: datetime, used: int) -> None:
    if times.is_over(at):
        assert times.refusal(at, used) is not None
    elif times.attempts is None:
        assert times.refusal(at, used) is None


@pytest.mark.parametrize(
    ("after", "percent"),
    [
        (timedelta(0), 0), (timedelta(microseconds=999_999), 0), (SECOND, 10), (timedelta(days=1), 10),
        (timedelta(days=1, seconds=1), 20), (timedelta(days=4, hours=1), 50), (timedelta(days=400), 50),
    ],
)  # fmt: skip
def test_ten_percent_a_day_at_most_fifty(after: timedelta, percent: float) -> None:
    times = Times(due_at=DUE, late=LatePolicy(kind="penalty", percent=10, max_percent=50))
    assert times.percent_off(DUE + after) == percent


def test_grace_forgives_and_then_counts_from_the_due_time() -> None:
    times = Times(due_at=DUE, late=LatePolicy(kind="penalty", percent=5, per="hour", grace_minutes=90))
    assert not times.is_late(DUE + timedelta(minutes=90))
    assert times.percent_off(DUE + timedelta(minutes=90)) == 0
    assert times.percent_off(DUE + timedelta(minutes=90, seconds=1)) == 10


def test_nbgraders_plugin_takes_off_the_same() -> None:
    policy = LatePolicy(kind="penalty", percent=10, max_percent=50)
    plugin = LatePolicyPlugin(policy=policy.model_dump())
    assert plugin.late_submission_penalty("amy", 5, 0) is None
    assert plugin.late_submission_penalty("amy", 5, 1) == 0.5
    assert plugin.late_submission_penalty("amy", 5, 10 * 86400) == 2.5


def test_a_penalty_replaces_the_one_before_it() -> None:
    question = Question(notebook="a", id="q", score=4, max_score=5, manual=False, needs_mark=False)
    marks = Marks(
        score=9, max_score=10, questions=[question, question.model_copy(update={"notebook": "b", "score": 5})]
    )
    once = penalised(marks, 10)
    assert (once.score, once.penalty) == (8.1, 0.9)
    assert penalised(once, 10) == once
    assert penalised(once, 0) == marks


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai"])
@given(day=st.integers(0, 800), minute=st.integers(0, 1439))
def test_local_times_round_trip_through_utc_over_changes_of_daylight_saving(zone: str, day: int, minute: int) -> None:
    there = ZoneInfo(zone)
    typed = datetime(2026, 1, 1, tzinfo=there) + timedelta(days=day, minutes=minute)
    # An hour that the clocks skip does not exist: nobody can type it and read it again.
    real = typed.astimezone(UTC).astimezone(there)
    settings = _settings(due_at=real.isoformat())
    assert settings.due_at is not None
    stored = settings.due_at.astimezone(UTC)
    assert stored.astimezone(there).replace(tzinfo=None) == real.replace(tzinfo=None)


def test_six_in_the_evening_stays_six_in_the_evening_in_winter() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    for month, hour in ((10, 16), (11, 17)):
        typed = datetime(2026, month, 20, 18, tzinfo=berlin)
        due = _settings(due_at=typed.isoformat()).due_at
        assert due is not None
        assert due.astimezone(UTC).hour == hour


VALID = {
    "title": "Doubling", "opens_at": None, "due_at": None, "closes_at": None, "late": {}, "attempts": None,
    "shows": {}, "team_size": 1, "team_signup": False,
}  # fmt: skip


def _settings(**values: object) -> AssignmentSettings:
    return AssignmentSettings.model_validate({**VALID, **values})


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"due_at": "2026-12-01T18:00:00"}, "due_at"),
        ({"due_at": "0001-01-01T00:00:00+14:00"}, "due_at"),
        ({"closes_at": "2200-01-01T00:00:00Z"}, "closes_at"),
        ({"opens_at": "2026-12-01T18:00:00Z", "due_at": "2026-12-01T18:00:00Z"}, "due_at"),
        ({"due_at": "2026-12-01T18:00:00Z", "closes_at": "2026-12-01T17:59:59Z"}, "closes_at"),
        ({"opens_at": "2026-12-01T18:00:00Z", "closes_at": "2026-12-01T17:00:00Z"}, "closes_at"),
        ({"title": " \n "}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"attempts": 0}, "attempts"),
        ({"team_size": 0}, "team_size"),
        ({"late": {"kind": "penalty"}}, "percent"),
        ({"late": {"kind": "penalty", "percent": 60, "max_percent": 50}}, "max_percent"),
        ({"late": {"kind": "refuse"}}, "late"),
        ({"late": {"kind": "forgive"}}, "late.kind"),
        ({"late": {"grace_minutes": -1}}, "grace_minutes"),
        ({"shows": {"marks": "after_due", "feedback": "when_returned"}}, "feedback"),
        ({"shows": {"marks": "after_due", "feedback": "after_due"}}, "shows"),
        ({"shows": {"solutions": "after_due"}, "due_at": "2026-12-01T18:00:00Z"}, "shows.solutions"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_wrong_settings_name_their_field(values: dict[str, object], field: str) -> None:
    with pytest.raises(ValidationError) as failed:
        _settings(**values)
    (error,) = failed.value.errors()
    assert field in f"{'.'.join(map(str, error['loc']))}: {error['msg']}"


def test_solutions_wait_for_an_end() -> None:
    closing = _settings(
        due_at="2026-12-01T18:00:00Z", closes_at="2026-12-02T18:00:00Z", shows={"solutions": "after_due"}
    )
    assert closing.shows == Shows(solutions="after_due")
