"""Two machines grade one class from one PostgreSQL queue, and one of them is killed in the middle of a submission."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from time import monotonic, sleep
from typing import NamedTuple

import nbformat
import pytest
from sqlalchemy import text

from learnspace_assignments import gradingruns, store
from learnspace_core.blobs import BlobStore
from learnspace_core.database import Database
from learnspace_core.models import FileEntry
from learnspace_core.runs import told
from learnspace_core.settings import Settings
from learnspace_core.tables import JobRow
from learnspace_people import store as people

pytestmark = [pytest.mark.postgres, pytest.mark.parametrize("settings", ["postgresql"], indirect=True)]
LEARNERS = 30

MACHINE = """
from datetime import timedelta
from learnspace_core import claims, jobs
from learnspace_core.processes import serve
from learnspace_core.settings import load_settings
# A dead machine is noticed in seconds here, not in a minute; all else is as it is in production.
claims.LEASE = timedelta(seconds=5)
jobs._Sweeper.periodic_task_seconds = 1
serve("grader", load_settings())
"""

LOG = """
CREATE TABLE seen (place serial, at timestamptz DEFAULT clock_timestamp(), what text, id text, attempt int, state text,
                   worker text);
CREATE FUNCTION note_job() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.run_id IS NOT NULL AND (NEW.state, NEW.attempt) <> (OLD.state, OLD.attempt) THEN
        INSERT INTO seen (what, id, attempt, state, worker)
        VALUES ('job', NEW.subject, NEW.attempt, NEW.state, NEW.worker);
    END IF; RETURN NEW; END $$;
CREATE FUNCTION note_marks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO seen (what, id, state) VALUES ('marks', NEW.id, NEW.state); RETURN NEW; END $$;
CREATE TRIGGER note_job AFTER UPDATE ON job FOR EACH ROW EXECUTE FUNCTION note_job();
CREATE TRIGGER note_marks AFTER UPDATE ON submission FOR EACH ROW
    WHEN (NEW.marks::text IS DISTINCT FROM OLD.marks::text) EXECUTE FUNCTION note_marks();
"""
"""The database itself writes down what happens to jobs and submissions, whoever does it."""


class Span(NamedTuple):
    """A time in which a worker had a job."""

    begin: datetime
    end: datetime
    worker: str
    attempt: int


class Machine:
    """``learnspace serve grader`` with one process, in a process group of its own."""

    def __init__(self, settings: Settings, log: Path) -> None:
        config = settings.state / "learnspace.toml"
        config.write_text(f'[database]\nurl = "{settings.database_url}"\n[grading]\nworkers = 1\n')
        environment = {**os.environ, "LEARNSPACE_STATE": str(settings.state), "LEARNSPACE_CONFIG": str(config)}
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", MACHINE], env=environment, stdout=output, stderr=output, start_new_session=True
            )

    def signal(self, number: int) -> None:
        """Send a signal to every process of the machine."""
        os.killpg(self.process.pid, number)

    def has(self, worker: str) -> bool:
        """Tell whether a worker, named in a job's row, is of this machine."""
        assert self.process.poll() is None, self.log.read_text()
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return worker.rpartition(":")[2] in children


@pytest.fixture
def machines(settings: Settings, tmp_path: Path) -> Iterator[Callable[[], Machine]]:
    """Start machines, and end them with the test."""
    started: list[Machine] = []

    def start() -> Machine:
        started.append(Machine(settings, tmp_path / f"machine-{len(started)}.log"))
        return started[-1]

    yield start
    for machine in started:
        if machine.process.poll() is None:
            machine.signal(signal.SIGKILL)
            machine.process.wait(20)


@pytest.fixture
def run_id(released: Database, blobs: BlobStore) -> str:
    """A run over a class whose learners all handed in; every third one's answer is wrong."""
    with released.write() as session:
        row = store.get_assignment(session, "art", "doubling")
        (file,) = row.files
        notebook = nbformat.reads(blobs.read(file["sha256"]).decode(), as_version=4)
        for number in range(LEARNERS):
            person = people.ensure_person(session, f"learner{number}", f"Learner {number}")
            notebook.cells[1].source = f"def double(x):\n    return {'4' if number % 3 == 0 else 'x * 2'}  # {number}"
            blob = blobs.put(nbformat.writes(notebook).encode())
            entry = FileEntry(path="doubling.ipynb", sha256=blob.sha256, size=blob.size)
            store.submit(session, person, row, [entry], "00" * 32)
    with released.write() as session:
        session.execute(text(LOG))
        return gradingruns.ask_all(session, store.get_assignment(session, "art", "doubling"), "ted").id


def test_two_machines_grade_a_class_and_one_is_killed(
    released: Database, run_id: str, machines: Callable[[], Machine]
) -> None:
    first, second = machines(), machines()
    killed_at, killed = _kill_in_the_middle_of_a_job(released, first)
    _wait_for(released, f"SELECT state FROM job WHERE id = '{run_id}'", lambda rows: rows == [("done",)])

    with released.read() as session:
        job = told(session, session.get_one(JobRow, run_id))
        assert (job.done, job.failed, job.total) == (LEARNERS, 0, LEARNERS)
        row = store.get_assignment(session, "art", "doubling")
        scores = [
            submission.marks and submission.marks["score"] for submission, _ in store.newest_submissions(session, row)
        ]
        assert Counter(scores) == {2: LEARNERS - 10, 0: 10}
        # What was begun is done once by the other, with the attempt counted; nothing else was begun twice.
        attempts = dict(session.execute(text("SELECT subject, attempt FROM job WHERE run_id IS NOT NULL")).all())
        assert {subject for subject, attempt in attempts.items() if attempt > 1} == {killed}
        assert attempts[killed] == 2
        marked = session.execute(text("SELECT count(*) FROM seen WHERE what = 'marks' GROUP BY id")).all()
        assert [count for (count,) in marked] == [1] * LEARNERS
    spans = _spans(released, killed, killed_at)
    workers = {span.worker for each in spans.values() for span in each}
    assert len(workers) == 2
    assert any(second.has(worker) for worker in workers)
    # Nothing was graded twice at once, and no process did two things at once.
    for each in spans.values():
        assert not _overlaps(each)
    for worker in workers:
        assert not _overlaps([span for each in spans.values() for span in each if span.worker == worker])


def _kill_in_the_middle_of_a_job(database: Database, machine: Machine) -> tuple[datetime, str]:
    """Kill a machine that has graded some already while it grades another; return when, and what it was grading."""
    query = "SELECT worker, state, subject FROM job WHERE run_id IS NOT NULL AND worker <> ''"

    def its_own(rows: list[tuple[str, ...]], state: str) -> list[str]:
        return [subject for worker, is_in, subject in rows if is_in == state and machine.has(worker)]

    while True:
        _wait_for(database, query, lambda rows: len(its_own(rows, "done")) > 1 and its_own(rows, "running"))
        # It stands still first: what it has now it has when it dies.
        machine.signal(signal.SIGSTOP)
        with database.read() as session:
            rows = [tuple(row) for row in session.execute(text(query))]
        if running := its_own(rows, "running"):
            at = datetime.now(UTC)
            machine.signal(signal.SIGKILL)
            machine.process.wait(20)
            return at, running[0]
        machine.signal(signal.SIGCONT)


def _wait_for(database: Database, query: str, is_so: Callable[[list[tuple[str, ...]]], object]) -> None:
    end = monotonic() + 120
    while True:
        with database.read() as session:
            if is_so([tuple(row) for row in session.execute(text(query))]):
                return
        assert monotonic() < end, query
        sleep(0.02)


def _spans(database: Database, killed: str, killed_at: datetime) -> dict[str, list[Span]]:
    """Return, by what was graded, when which worker had it; a dead one had it until it died."""
    query = "SELECT at, id, attempt, state, worker FROM seen WHERE what = 'job' ORDER BY place"
    found: dict[str, list[Span]] = defaultdict(list)
    begun: dict[str, tuple[datetime, str, int]] = {}
    with database.read() as session:
        for at, subject, attempt, state, worker in session.execute(text(query)):
            if state == "running":
                if subject in begun:
                    assert subject == killed
                    found[subject].append(Span(begun[subject][0], killed_at, *begun[subject][1:]))
                begun[subject] = (at, worker, attempt)
            else:
                assert state == "done"
                found[subject].append(Span(begun[subject][0], at, *begun.pop(subject)[1:]))
    assert not begun
    assert len(found) == LEARNERS
    return found


def _overlaps(spans: list[Span]) -> bool:
    ordered = sorted(spans)
    return any(later.begin < earlier.end for earlier, later in pairwise(ordered))
