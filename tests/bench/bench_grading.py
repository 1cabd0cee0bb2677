"""Submissions a minute, and what one hand-in waits for its marks: stock ``nbgrader autograde`` against ours.

Both grade the same submissions of two notebooks with eight tests each, in one go on this machine. Stock runs as a
teacher runs it: one command for the class, here for a sample of it; what the command takes where nothing is left to
grade is taken off. Ours is the real platform: service, queue, grader processes, sandbox containers. Prints a table;
the last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sysconfig
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import psutil
from nbgrader.api import Gradebook, SubmittedNotebook
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from learnspace_assignments import store
from learnspace_assignments.coursedir import place_source
from learnspace_assignments.gradebook import CourseBook
from learnspace_assignments.models import LatePolicy
from learnspace_assignments.models.whengraded import GradingPolicy
from learnspace_assignments.tables import WHOLE_NOTEBOOK, SubmissionRow
from learnspace_assignments.times import Times
from learnspace_core.blobs import BlobStore
from learnspace_core.database import Database
from learnspace_core.keys import secret
from learnspace_core.models import FileEntry
from learnspace_people import store as people
from learnspace_people.models import Course, Enrolment
from learnspace_sandbox.engine import make_run
from learnspace_sandbox.models import Request, Result
from tests.bench import classroom
from tests.bench.classroom import ASSIGNMENT, DUE, PERCENT_A_DAY, HandedIn
from tests.bench.platform import COURSE, Platform

TEACHER = "teacher"
IN_PROCESS = 10
STOCK_CONFIG = f"""
from nbgrader.plugins import BasePlugin

class Late(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        days = -(-int(total_seconds_late) // 86400)
        return min(score, round(score * min(100, days * {PERCENT_A_DAY}) / 100, 2)) or None

c = get_config()
c.CourseDirectory.course_id = "{COURSE}"
c.AssignLatePenalties.plugin_class = Late
"""
Row = tuple[Any, ...]


class Run(NamedTuple):
    """A run of the graders over so many submissions, in a class that then has ``size``."""

    size: int
    number: int
    seconds: float
    cpu: float

    @property
    def each(self) -> float:
        """Seconds from one to the next."""
        return self.seconds / self.number


class Stock(NamedTuple):
    """What stock took: seconds for one submission with the start of the command, and for each further one."""

    number: int
    first: float
    each: float
    rows: dict[str, set[Row]]


def autograde_with_stock(handed: list[HandedIn]) -> Stock:
    """Grade these submissions with stock nbgrader."""
    scripts = sysconfig.get_path("scripts")
    environment = {**os.environ, "PATH": f"{scripts}:{os.environ['PATH']}"}
    with tempfile.TemporaryDirectory(prefix="learnspace-stock-") as name:
        root = Path(name)
        classroom.write_source(root / "source" / ASSIGNMENT)
        (root / "nbgrader_config.py").write_text(STOCK_CONFIG)

        def nbgrader(*arguments: str) -> float:
            began = time.perf_counter()
            subprocess.run(["nbgrader", *arguments], cwd=root, env=environment, check=True, capture_output=True)
            return time.perf_counter() - began

        nbgrader("db", "assignment", "add", ASSIGNMENT, f"--duedate={DUE:%Y-%m-%d %H:%M:%S} UTC")
        nbgrader("generate_assignment", ASSIGNMENT)

        def submit(some: list[HandedIn]) -> None:
            for one in some:
                place = root / "submitted" / one.student / ASSIGNMENT
                shutil.copytree(one.folder, place)
                (place / "timestamp.txt").write_text(f"{one.received_at:%Y-%m-%d %H:%M:%S.%f} UTC")

        submit(handed[:1])
        first = nbgrader("autograde", ASSIGNMENT)
        submit(handed[1:])
        # What is graded already is skipped.
        rest = nbgrader("autograde", ASSIGNMENT)
        start = nbgrader("autograde", ASSIGNMENT)
        rows = rows_of(root / "gradebook.db", {one.student for one in handed})
    return Stock(len(handed), first, (rest - start) / (len(handed) - 1), rows)


def rows_of(path: Path, students: set[str]) -> dict[str, set[Row]]:
    """Return everything that a gradebook says of these students' submissions, row by row."""
    with Gradebook(f"sqlite:///{path}", COURSE) as book:
        grades, comments, notebooks = set(), set(), set()
        for notebook in book.db.query(SubmittedNotebook):
            student = notebook.assignment.student.id
            if student not in students:
                continue
            where = (student, notebook.name)
            notebooks.add(
                (*where, notebook.late_submission_penalty, notebook.score, str(notebook.assignment.timestamp))
            )
            for grade in notebook.grades:
                marks = (grade.auto_score, grade.manual_score, grade.score, grade.max_score, grade.needs_manual_grade)
                grades.add((*where, grade.name, *marks))
            for comment in notebook.comments:
                comments.add((*where, comment.name, comment.auto_comment, comment.manual_comment))
        return {"grades": grades, "comments": comments, "notebooks": notebooks}


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
        cpu = self.cpu()
        began = time.perf_counter()
        self.wait_for(self.ask("grade", {}))
        return Run(size, number, time.perf_counter() - began, self.cpu() - cpu)

    def cpu(self) -> float:
        """Return the CPU seconds of the grader processes so far (the sandboxes' are not theirs)."""
        family = graders(self.platform)
        return sum(sum(process.cpu_times()[:2]) for process in family)

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


def graders(platform: Platform) -> list[psutil.Process]:
    """Return the grader's processes, with the clients of its containers."""
    parent = psutil.Process(platform.processes["grader"].pid)
    return [parent, *parent.children(recursive=True)]


@contextmanager
def memory_of_the_grader(platform: Platform) -> Iterator[list[float]]:
    """Note the PSS in MB, twice a second, of all grader processes and of all that runs in their sandbox containers."""
    seen: list[float] = []
    end = threading.Event()
    containers: dict[str, psutil.Process] = {}

    def everyone() -> Iterator[psutil.Process]:
        for process in graders(platform):
            yield process
            words = process.cmdline()
            if "--name" not in words or "docker" not in words[0]:
                continue
            name = words[words.index("--name") + 1]
            if name not in containers:
                found = subprocess.run(
                    ["docker", "inspect", "-f", "{{.State.Pid}}", name], capture_output=True, text=True, check=False
                ).stdout.strip()
                if not found or found == "0":
                    continue
                containers[name] = psutil.Process(int(found))
            with suppress(psutil.NoSuchProcess):
                yield containers[name]
                yield from containers[name].children(recursive=True)

    def watch() -> None:
        while not end.wait(0.5):
            total = 0.0
            with suppress(psutil.NoSuchProcess, FileNotFoundError):
                for process in everyone():
                    with suppress(psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
                        total += process.memory_full_info().pss / 1e6
                seen.append(total)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        end.set()
        thread.join()


class Split(NamedTuple):
    """Where the seconds of one submission go, in one process that does nothing else."""

    wall: float
    cpu: float
    sandbox: float
    cells: float


def split(school: School, handed: list[HandedIn]) -> Split:
    """Grade in this process, on a copy of the course, with a stopwatch around the sandbox."""
    settings = school.settings
    real = make_run(settings.sandbox_kind, settings.sandbox)
    sandbox = cells = 0.0

    def run(request: Request) -> Result:
        nonlocal sandbox, cells
        began = time.perf_counter()
        result = real(request)
        sandbox += time.perf_counter() - began
        cells += sum(cell.seconds for cell in result.cells)
        return result

    with tempfile.TemporaryDirectory(prefix="learnspace-split-") as name:
        course = settings.state / "courses" / COURSE
        for part in ("source", "release"):
            shutil.copytree(course / part, Path(name) / part)
        shutil.copy(course / "gradebook.db", name)
        book = CourseBook(settings, COURSE, run, root=Path(name))
        times = Times(due_at=DUE, late=LatePolicy(kind="penalty", percent=PERCENT_A_DAY))

        def grade(one: HandedIn) -> None:
            files = {path.name: path for path in one.folder.iterdir()}
            book.place_submission(ASSIGNMENT, one.student, files, one.received_at)
            book.autograde(ASSIGNMENT, one.student, one.student, times)
            book.settle(ASSIGNMENT, one.student, DUE, times)
            book.marks(ASSIGNMENT, one.student)

        grade(handed[0])  # warms up
        sandbox = cells = 0.0
        began, cpu = time.perf_counter(), time.process_time()
        for one in handed[1:]:
            grade(one)
        count = len(handed) - 1
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    return Split(*(seconds / count for seconds in (wall, cpu, sandbox, cells)))


def main() -> None:
    """Measure both and print."""
    parser = argparse.ArgumentParser(description="Grade a class with stock nbgrader and with ours.")
    parser.add_argument("--submissions", type=int, default=200, help="size of the class")
    parser.add_argument("--stock", type=int, default=20, help="how many of them stock grades")
    parser.add_argument("--singles", type=int, default=15, help="hand-ins one after the other")
    parser.add_argument("--image", default="learnspace/grader:latest", help="image of the sandbox")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    sizes = [size for size in (20, 200, 2_000) if size < options.submissions] + [options.submissions]
    with tempfile.TemporaryDirectory(prefix="learnspace-bench-", ignore_cleanup_errors=True) as name:
        platform = Platform(Path(name) / "state", sandbox={"kind": "docker", "image": options.image})
        # Only who leaves the written answer empty is graded without a person: every third.
        school = School(platform, options.submissions, 3 * options.singles)
        try:
            for process in ("proxy", "hub", "service", "grader"):
                platform.start(process)
            school.open()
            handed = school.write(range(options.submissions))
            runs = []
            with memory_of_the_grader(platform) as memory:
                for before, size in zip([0, *sizes], sizes, strict=False):
                    school.hand_in(handed[before:size])
                    runs.append(school.grade(size, size - before))
            own_code = school.own_code()
            later = range(options.submissions, options.submissions + 3 * options.singles)
            singles = school.one_after_the_other(school.write(number for number in later if number % 3 == 0))
            sample = [handed[index * 37 % len(handed)] for index in range(min(options.stock, len(handed)))]
            sample = list({one.student: one for one in sample}.values())
            stock = autograde_with_stock(sample)
            ours = rows_of(
                platform.settings.state / "courses" / COURSE / "gradebook.db", {one.student for one in sample}
            )
            parts = split(school, handed[: IN_PROCESS + 1])
        except BaseException:
            for log in (platform.settings.state / "logs").iterdir():
                print(f"--- {log.name}", log.read_text()[-3000:], sep="\n")
            raise
        finally:
            platform.stop()
    report(options, load, stock, ours, runs, singles, memory, own_code, parts)


def report(
    options: argparse.Namespace,
    load: float,
    stock: Stock,
    ours: dict[str, set[Row]],
    runs: list[Run],
    singles: list[float],
    memory: list[float],
    own_code: float,
    parts: Split,
) -> None:
    """Print the table and the last line."""
    whole = runs[-1]
    different = {kind: sorted(map(str, ours[kind] ^ stock.rows[kind])) for kind in ours}
    identical = not any(different.values())
    table = Table("", "nbgrader", "ours", title="Grading two notebooks with eight tests each")

    def row(what: str, mine: str, other: str = "") -> None:
        table.add_row(what, other, mine)

    row(f"submissions a minute (stock: {stock.number} of them, its start taken off)", f"{60 / whole.each:.0f}",
        f"{60 / stock.each:.1f}")  # fmt: skip
    row("  one alone with stock's command, s", "", f"{stock.first:.1f}")
    for run in runs:
        row(f"  {run.number} graded, in a class of {run.size}: seconds from one to the next", f"{run.each:.3f}")
        row("    CPU of the grader processes for each, s (without the sandboxes)", f"{run.cpu / run.number:.3f}")
    for kind, rows in ours.items():
        row(f"rows in the gradebook: {kind} (different: {len(different[kind])})", str(len(rows)),
            str(len(stock.rows[kind])))  # fmt: skip
    row(
        f"{len(singles)} alone, from hand-in to marks that the learner sees: median s",
        f"{statistics.median(singles):.2f}",
    )
    row("  slowest, s", f"{max(singles):.2f}")
    row("memory of grader processes and sandbox containers (PSS), at most, MB", f"{max(memory):.0f}")
    row("all cells of a submission run, s (learners' code and tests, without probes)", f"{own_code:.3f}")
    row(f"in one process alone, {IN_PROCESS} submissions: s each", f"{parts.wall:.3f}")
    row("  in the sandbox", f"{parts.sandbox:.3f}")
    row("    of that the cells themselves", f"{parts.cells:.3f}")
    row("  beside it: nbgrader's converters, gradebook, files", f"{parts.wall - parts.sandbox:.3f}")
    row("    of that CPU", f"{parts.cpu:.3f}")
    row("load average of the machine before and after (1 minute)", f"{load:.1f} {os.getloadavg()[0]:.1f}")
    Console(width=130).print(table)
    for kind, texts in different.items():
        for text in texts[:10]:
            print(f"different {kind}: {text}")
    print(
        json.dumps(
            {
                "bench": "grading",
                "submissions": options.submissions,
                "ratio_vs_nbgrader": round(stock.each / whole.each, 1),
                "identical": identical,
                "single_s": round(statistics.median(singles), 2),
                "memory_mb": round(max(memory)),
                "own_code_share": round(parts.cells / parts.wall, 3),
            }
        )
    )


if __name__ == "__main__":
    main()
