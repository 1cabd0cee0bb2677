"""A class on the real platform: its course, its teacher, what its learners hand in, and a stopwatch around grading."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterable
from typing import NamedTuple

import httpx
from sqlalchemy import select

from learnspace_assignments import store
from learnspace_assignments.coursedir import place_source
from learnspace_assignments.models import LatePolicy
from learnspace_assignments.models.whengraded import GradingPolicy
from learnspace_assignments.tables import WHOLE_NOTEBOOK, SubmissionRow
from learnspace_core.blobs import BlobStore
from learnspace_core.database import Database
from learnspace_core.keys import secret
from learnspace_core.models import FileEntry
from learnspace_core.tables import JobRow
from learnspace_people import store as people
from learnspace_people.models import Course, Enrolment
from tests.bench import classroom
from tests.bench.classroom import ASSIGNMENT, DUE, PERCENT_A_DAY, HandedIn
from tests.bench.graderusage import Usage, usage_of_the_grader
from tests.bench.platform import COURSE, Platform

TEACHER = "teacher"


class Run(NamedTuple):
    """A run of the graders over so many submissions, in a class that then has ``size``.

    ``first`` and ``last`` are the seconds from one to the next in the first and the last tenth of the run.
    """

    size: int
    number: int
    seconds: float
    first: float
    last: float
    usage: Usage

    @property
    def each(self) -> float:
        """Seconds from one to the next."""
        return self.seconds / self.number

    @property
    def cpu(self) -> float:
        """CPU seconds of grader and sandboxes for each; a busy machine changes them little."""
        return (self.usage.processes_cpu + self.usage.sandboxes_cpu) / self.number


class School:
    """The platform with a course, a teacher, and learners who hand in.

    Args:
        platform: its processes.
        size: how many learners the class has.
        singles: how many more there are, who hand in alone.
    """

    def __init__(self, platform: Platform, size: int, singles: int) -> None:
        self.platform = platform
        self.settings = platform.settings
        self.database = Database(self.settings.database_url)
        self.blobs = BlobStore(self.settings.state / "blobs")
        self.names = [f"learner{number:04}" for number in range(size + singles)]
        self.singles = self.names[size:]
        with self.database.write() as session:
            people.ensure_course(session, Course(id=COURSE, title="Bench", institution="school"))
            for name in [TEACHER, *self.names]:
                role = "teacher" if name == TEACHER else "learner"
                person = people.ensure_person(session, name, name)
                people.ensure_enrolment(session, person.id, Enrolment(role=role, institution="school", course=COURSE))
            assert people.student_of(session, person.id) == person.username
            store.ensure_assignment(session, COURSE, ASSIGNMENT, "Problem set 1")
        classroom.write_source(self.settings.state / "written")
        place_source(self.settings, COURSE, self.settings.state / "written", ASSIGNMENT)

    def open(self) -> None:
        """Get tokens and release the assignment, as a teacher does."""
        self.tokens = self.platform.tokens([TEACHER, *self.singles])
        self.teacher = self._client(TEACHER)
        self.wait_for(self.ask("release", {"note": ""}))
        with self.database.write() as session:
            row = store.get_assignment(session, COURSE, ASSIGNMENT)
            row.due_at = DUE
            row.late = LatePolicy(kind="penalty", percent=PERCENT_A_DAY).model_dump()

    def _client(self, username: str) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.tokens[username]}"}
        return httpx.Client(base_url=self.platform.api + "/", headers=headers, trust_env=False, timeout=60)

    def ask(self, verb: str, body: dict[str, object]) -> str:
        """Ask for background work as the teacher; return the job."""
        answer = self.teacher.post(f"teach/{COURSE}/{ASSIGNMENT}/{verb}", json=body)
        answer.raise_for_status()
        job: str = answer.json()["id"]
        return job

    def wait_for(self, job: str) -> None:
        """Wait until a job has ended, and say so if it failed."""
        while (now := self.teacher.get(f"jobs/{job}").json())["state"] in ("waiting", "running"):
            time.sleep(0.1)
        assert (now["state"], now["failed"]) == ("done", 0), now

    def write(self, numbers: Iterable[int]) -> list[HandedIn]:
        """Let learners write their notebooks."""
        release = self.settings.state / "courses" / COURSE / "release" / ASSIGNMENT
        return [classroom.hand_in(release, number, self.settings.state / "homes") for number in numbers]

    def hand_in(self, handed: list[HandedIn]) -> None:
        """Take work in as the service does when it comes over HTTP, which ``bench_exchange`` measures."""
        seed = secret(self.settings.state, "receipt_key")
        for one in handed:
            files = []
            for path in sorted(one.folder.iterdir()):
                with path.open("rb") as file:
                    blob = self.blobs.put(file)
                files.append(FileEntry(path=path.name, sha256=blob.sha256, size=blob.size))
            with self.database.write() as session:
                row = store.get_assignment(session, COURSE, ASSIGNMENT)
                person = people.find_person(session, one.student)
                assert person is not None
                store.submit(session, person, row, files, seed, one.received_at)

    def grade(self, size: int, number: int) -> Run:
        """Let the graders grade what waits."""
        began = time.perf_counter()
        with usage_of_the_grader(self.platform) as usage:
            run = self.ask("grade", {})
            self.wait_for(run)
            seconds = time.perf_counter() - began
        return Run(size, number, seconds, *self._ends(run), usage)

    def _ends(self, run: str) -> tuple[float, float]:
        """Return the seconds from one submission to the next in the first and the last tenth of a run."""
        with self.database.read() as session:
            query = select(JobRow.finished_at).filter_by(run_id=run).order_by(JobRow.finished_at)
            times = [at for at in session.scalars(query) if at is not None]
        steps = max(len(times) // 10, 1)
        first, last = times[steps] - times[0], times[-1] - times[-1 - steps]
        return first.total_seconds() / steps, last.total_seconds() / steps

    def one_after_the_other(self, handed: list[HandedIn]) -> list[float]:
        """Hand in over HTTP, each when the one before has its marks; return the seconds until the learner sees them."""
        with self.database.write() as session:
            row = store.get_assignment(session, COURSE, ASSIGNMENT)
            row.grading = GradingPolicy(when="on_hand_in", returns=True).model_dump()
        taken = []
        for one in handed:
            with self._client(one.student) as learner:
                files = [("files", (path.name, path.read_bytes())) for path in sorted(one.folder.iterdir())]
                began = time.perf_counter()
                learner.post(f"assignments/{COURSE}/{ASSIGNMENT}/submissions", files=files).raise_for_status()
                while not learner.get(f"assignments/{COURSE}/{ASSIGNMENT}").json()["submissions"][0]["marks"]:
                    assert time.perf_counter() - began < 120, "no marks came"
                    time.sleep(0.02)
                taken.append(time.perf_counter() - began)
        return taken

    def own_code(self) -> float:
        """Return how many seconds all cells of a submission ran, in the middle: the learners' code and the tests."""
        with self.database.read() as session:
            rows = session.scalars(select(SubmissionRow))
            return statistics.mean(
                sum(notebook[WHOLE_NOTEBOOK] for notebook in row.seconds.values()) for row in rows if row.seconds
            )
