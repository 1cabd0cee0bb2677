from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from learnspace_core import claims, jobs
from learnspace_core.blobs import BlobStore
from learnspace_core.database import Database, now
from learnspace_core.errors import LearnspaceError
from learnspace_core.settings import Settings
from learnspace_core.tables import JobRow

done: list[str] = []


@jobs.job("test_note")
def _note(work: jobs.Work) -> None:
    if work.payload.get("fail") == "known":
        raise LearnspaceError("broken_file", "The file is broken.")
    if work.payload.get("fail") == "unknown":
        raise RuntimeError("secret path in a traceback")
    work.progress(1, 2)
    done.append(work.job_id)


@pytest.fixture
def queue(settings: Settings, database: Database, blobs: BlobStore) -> jobs.Queue:
    done.clear()
    return jobs.Queue(settings, "background", database, blobs)


def _add(database: Database, **payload: object) -> str:
    with database.write() as session:
        return jobs.add(session, "background", "test_note", payload).id


def _row(database: Database, job_id: str) -> JobRow:
    with database.read() as session:
        return session.get_one(JobRow, job_id)


def test_a_job_is_done_once_however_often_it_is_woken(queue: jobs.Queue, database: Database) -> None:
    job_id = _add(database)
    queue.run(job_id)
    queue.run(job_id)
    row = _row(database, job_id)
    assert done == [job_id]
    assert (row.state, row.attempt, row.done, row.total) == ("done", 1, 1, 2)


def test_a_woken_worker_takes_the_job_from_the_queue(queue: jobs.Queue, database: Database) -> None:
    job_id = _add(database)
    queue.wake(job_id)
    task = queue.huey.dequeue()
    queue.huey.execute(task)
    assert _row(database, job_id).state == "done"


def test_jobs_that_ended_long_ago_are_removed_and_a_run_only_as_a_whole(
    queue: jobs.Queue, database: Database, settings: Settings
) -> None:
    long_ago = now() - timedelta(days=settings.jobs.keep_days, seconds=1)
    lately = long_ago + timedelta(minutes=1)

    def job(name: str, state: str, finished_at: datetime | None, run_id: str | None = None) -> JobRow:
        times = {"created_at": long_ago, "finished_at": finished_at}
        return JobRow(id=name, queue="grading", kind="test_note", payload={}, state=state, run_id=run_id, **times)

    kept = [
        job("waits", "waiting", None),
        job("runs", "running", None),
        job("ended lately", "done", lately),
        job("run", "done", lately),
        job("first of the run", "done", long_ago, "run"),
        job("last of the run", "failed", lately, "run"),
    ]
    removed = [
        job("done", "done", long_ago),
        job("failed", "failed", long_ago),
        job("cancelled", "cancelled", long_ago),
        job("old run", "done", long_ago),
        *(job(f"one of the old run {number}", "done", long_ago, "old run") for number in range(1_200)),
    ]
    names = {row.id for row in kept}
    with database.write() as session:
        session.add_all([*kept, *removed])
    for _ in range(2):
        queue.clear()
        with database.read() as session:
            assert set(session.scalars(select(JobRow.id))) == names


def test_a_failed_job_says_why_in_words(queue: jobs.Queue, database: Database) -> None:
    known, unknown = _add(database, fail="known"), _add(database, fail="unknown")
    queue.run(known)
    queue.run(unknown)
    assert (_row(database, known).code, _row(database, known).message) == ("broken_file", "The file is broken.")
    assert _row(database, unknown).code == "internal_error"
    assert "secret" not in (_row(database, unknown).message or "")


def test_the_job_of_a_killed_worker_is_done_by_another_and_the_attempt_counted(
    queue: jobs.Queue, database: Database
) -> None:
    job_id = _add(database)
    with database.write() as session:
        row = session.get_one(JobRow, job_id)
        row.state, row.attempt, row.lease_until = "running", 1, now() - timedelta(seconds=1)
    queue.wake_waiting()
    queue.huey.execute(queue.huey.dequeue())
    assert (_row(database, job_id).state, _row(database, job_id).attempt) == ("done", 2)


def test_a_job_whose_worker_lives_is_not_taken(queue: jobs.Queue, database: Database) -> None:
    job_id = _add(database)
    with database.write() as session:
        row = session.get_one(JobRow, job_id)
        row.state, row.attempt, row.lease_until = "running", 1, now() + timedelta(minutes=1)
    queue.run(job_id)
    assert done == []


def test_a_job_that_kills_every_worker_is_given_up(queue: jobs.Queue, database: Database) -> None:
    job_id = _add(database)
    with database.write() as session:
        row = session.get_one(JobRow, job_id)
        row.state, row.attempt, row.lease_until = "running", claims.MOST_ATTEMPTS, now() - timedelta(seconds=1)
    queue.run(job_id)
    assert (_row(database, job_id).state, _row(database, job_id).code) == ("failed", "worker_died")
    assert done == []


@jobs.job("test_steps")
def _steps(work: jobs.Work) -> None:
    with work.database.write() as session:
        jobs.cancel(session, session.get_one(JobRow, work.job_id))
    done.append("first")
    getattr(work, work.payload["next"])(*work.payload.get("with", ()))
    done.append("second")


@pytest.mark.parametrize("step", [{"next": "progress", "with": [1, 2]}, {"next": "go_on"}])
def test_a_cancelled_job_stops_at_its_next_step(queue: jobs.Queue, database: Database, step: dict[str, object]) -> None:
    with database.write() as session:
        job_id = jobs.add(session, "background", "test_steps", step).id
    queue.run(job_id)
    assert done == ["first"]
    assert (_row(database, job_id).state, _row(database, job_id).code) == ("cancelled", "cancelled")


_queues: list[jobs.Queue] = []


@jobs.job("test_overtaken")
def _overtaken(work: jobs.Work) -> None:
    if work.attempt > 1:
        with work.ending() as session:
            session.get_one(JobRow, work.job_id).payload = {"by": "the newer one"}
        return
    # The machine stood still for so long that another worker took the work over and ended it.
    with work.database.write() as session:
        session.get_one(JobRow, work.job_id).lease_until = now() - timedelta(seconds=1)
    _queues[0].run(work.job_id)
    with work.ending() as session:
        session.get_one(JobRow, work.job_id).payload = {"by": "the late one"}


def test_a_late_worker_does_not_write_over_the_one_that_took_over(queue: jobs.Queue, database: Database) -> None:
    _queues[:] = [queue]
    with database.write() as session:
        job_id = jobs.add(session, "background", "test_overtaken", {}).id
    queue.run(job_id)
    row = _row(database, job_id)
    assert (row.state, row.attempt, row.payload) == ("done", 2, {"by": "the newer one"})


def test_a_worker_that_lives_keeps_its_claim_however_long_it_takes(
    queue: jobs.Queue, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "LEASE", timedelta(seconds=0.2))
    renewed = threading.Event()

    @jobs.job("test_long")
    def long(work: jobs.Work) -> None:
        first = _row(database, work.job_id).lease_until
        while _row(database, work.job_id).lease_until == first:
            renewed.wait(0.01)
        done.append(work.job_id)

    with database.write() as session:
        job_id = jobs.add(session, "background", "test_long", {}).id
    queue.run(job_id)
    assert done == [job_id]
    assert _row(database, job_id).state == "done"


def test_work_that_is_told_to_stop_is_left_to_the_next_worker_and_does_not_count(
    queue: jobs.Queue, database: Database
) -> None:
    @jobs.job("test_stopped")
    def stopped(work: jobs.Work) -> None:
        done.append(work.job_id)
        if len(done) <= claims.MOST_ATTEMPTS:
            raise KeyboardInterrupt

    with database.write() as session:
        job_id = jobs.add(session, "background", "test_stopped", {}).id
    for _ in range(claims.MOST_ATTEMPTS):
        with pytest.raises(KeyboardInterrupt):
            queue.run(job_id)
    queue.run(job_id)
    assert (_row(database, job_id).state, _row(database, job_id).attempt) == ("done", 1)
