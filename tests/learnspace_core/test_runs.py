"""Runs of many jobs: in which order, how far, cancelled, and never two at once on the same subject."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from learnspace_core import claims, jobs, runs
from learnspace_core.blobs import BlobStore
from learnspace_core.database import Database, now
from learnspace_core.errors import LearnspaceError
from learnspace_core.settings import Settings
from learnspace_core.tables import JobRow
from tests.conftest import Clock

done: list[str] = []
given_up: list[str] = []
KINDS = ("test_run", "test_part")


@jobs.job("test_part", gave_up=lambda _session, row: given_up.append(row.payload["name"]))
def _part(work: jobs.Work) -> None:
    done.append(work.payload["name"])
    if work.payload.get("fail"):
        raise LearnspaceError("broken_file", "The file is broken.")


@pytest.fixture
def queue(settings: Settings, database: Database, blobs: BlobStore) -> jobs.Queue:
    done.clear()
    given_up.clear()
    return jobs.Queue(settings, "grading", database, blobs)


def _begin(database: Database, *names: str, fail: tuple[str, ...] = ()) -> str:
    parts = [runs.Part(name, {"name": name, "fail": name in fail}) for name in names]
    with database.write() as session:
        return runs.begin_run(session, "grading", KINDS, {}, parts, "art").id


def _told(database: Database, run_id: str) -> tuple[str, int, int, int, int]:
    with database.read() as session:
        job = runs.told(session, session.get_one(JobRow, run_id))
    return job.state, job.done, job.running, job.failed, job.total


def _work(queue: jobs.Queue) -> None:
    """Do what woken workers do, until the queue of calls is empty."""
    queue.wake()
    while (task := queue.huey.dequeue()) is not None:
        queue.huey.execute(task)


def _claim(database: Database) -> claims.Claim | None:
    with database.write() as session:
        return claims.claim_next(session, "grading", lambda _session, _row: None)


def test_one_call_does_a_whole_run_and_the_failed_are_counted(queue: jobs.Queue, database: Database) -> None:
    run_id = _begin(database, "a", "b", "c", fail=("b",))
    assert _told(database, run_id) == ("running", 0, 0, 0, 3)
    _work(queue)
    assert done == ["a", "b", "c"]
    assert _told(database, run_id) == ("done", 3, 0, 1, 3)


def test_a_run_of_nothing_is_done(database: Database, queue: jobs.Queue) -> None:
    run_id = _begin(database)
    assert _told(database, run_id) == ("done", 0, 0, 0, 0)


def test_two_thousand_jobs_are_asked_for_in_one_transaction_with_one_call(
    queue: jobs.Queue, database: Database
) -> None:
    run_id = _begin(database, *map(str, range(2000)))
    queue.wake(run_id)
    assert queue.huey.pending_count() == 1
    with database.read() as session:
        assert session.scalar(select(func.count()).where(JobRow.run_id == run_id)) == 2000


def test_each_worker_that_begins_calls_one_more_until_all_are_awake(queue: jobs.Queue, database: Database) -> None:
    _begin(database, "a", "b", "c")
    queue.wake()
    first = queue.huey.dequeue()
    queue.huey.execute(first)
    assert queue.huey.pending_count() == 1


def test_a_single_job_and_a_small_run_do_not_wait_for_a_whole_class(queue: jobs.Queue, database: Database) -> None:
    _begin(database, "big-1", "big-2", "big-3", "big-4")
    _begin(database, "small-1", "small-2")
    with database.write() as session:
        jobs.add(session, "grading", "test_part", {"name": "single"}, "art")
    _work(queue)
    assert done == ["big-1", "small-1", "single", "big-2", "small-2", "big-3", "big-4"]


def test_one_subject_is_never_worked_on_twice_at_once(queue: jobs.Queue, database: Database) -> None:
    _begin(database, "a")
    held = _claim(database)
    assert held is not None
    again = _begin(database, "a", "b")
    assert _told(database, again) == ("running", 0, 0, 0, 2)
    # The other one of the run is taken; this one has to wait for the one that runs.
    other = _claim(database)
    assert other is not None
    assert other.payload["name"] == "b"
    assert _claim(database) is None
    with database.write() as session:
        claims.end(session, held.job_id, held.attempt, "done")
    then = _claim(database)
    assert then is not None
    assert then.payload["name"] == "a"


def test_a_second_run_leaves_what_waits_already_to_the_first(queue: jobs.Queue, database: Database) -> None:
    first = _begin(database, "a", "b")
    second = _begin(database, "b", "c")
    assert _told(database, second)[-1] == 1
    _work(queue)
    assert sorted(done) == ["a", "b", "c"]
    assert _told(database, first)[:2] == ("done", 2)
    assert _told(database, second)[:2] == ("done", 1)


def test_a_cancelled_run_begins_nothing_more_and_lets_what_runs_end(queue: jobs.Queue, database: Database) -> None:
    run_id = _begin(database, "a", "b", "c")
    held = _claim(database)
    assert held is not None
    with database.write() as session:
        runs.cancel(session, session.get_one(JobRow, run_id))
    assert _told(database, run_id) == ("cancelled", 0, 1, 0, 3)
    _work(queue)
    assert done == []
    work = jobs.Work(queue.settings, database, queue.blobs, held.job_id, held.payload, held.attempt)
    with pytest.raises(LearnspaceError, match="cancelled"):
        work.go_on()
    # What is finished all the same is kept.
    with work.ending():
        pass
    assert _told(database, run_id) == ("cancelled", 1, 0, 0, 3)


def test_a_cancelled_job_whose_worker_died_is_not_begun_again(queue: jobs.Queue, database: Database) -> None:
    run_id = _begin(database, "a")
    held = _claim(database)
    assert held is not None
    with database.write() as session:
        runs.cancel(session, session.get_one(JobRow, run_id))
        session.get_one(JobRow, held.job_id).lease_until = now() - timedelta(seconds=1)
    _work(queue)
    assert done == []
    assert _told(database, run_id) == ("cancelled", 1, 0, 0, 1)


def test_a_part_at_which_every_worker_dies_is_given_up_and_the_rest_goes_on(
    queue: jobs.Queue, database: Database
) -> None:
    run_id = _begin(database, "killer", "b")
    for _ in range(claims.MOST_ATTEMPTS):
        held = _claim(database)
        assert held is not None
        assert held.payload["name"] == "killer"
        with database.write() as session:
            session.get_one(JobRow, held.job_id).lease_until = now() - timedelta(seconds=1)
    _work(queue)
    assert (given_up, done) == (["killer"], ["b"])
    assert _told(database, run_id) == ("done", 2, 0, 1, 2)


def test_the_time_left_follows_the_runs_own_pace(queue: jobs.Queue, database: Database, clock: Clock) -> None:
    run_id = _begin(database, *"abcdef")

    def left() -> float | None:
        with database.read() as session:
            return runs.told(session, session.get_one(JobRow, run_id)).seconds_left

    assert left() is None
    for _ in range(3):
        held = _claim(database)
        assert held is not None
        clock.at += timedelta(seconds=2)
        with database.write() as session:
            claims.end(session, held.job_id, held.attempt, "done")
    assert left() == 6
    # Nothing ends any more: it is not said that it takes six seconds.
    clock.at += timedelta(seconds=60)
    assert left() == 96
