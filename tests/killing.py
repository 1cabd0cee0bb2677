"""Kills the service again and again while learners hand in, and compares what it acknowledged with what is on the disk.

The service is a process of its own: uvicorn, a state directory, a port. ``kill -9`` takes from it all that it had not
given to the kernel. A token is good if it is ``token-`` and the username.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import multiprocessing
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess

import uvicorn
from sqlalchemy import select

from learnspace_assignments import store
from learnspace_assignments.models import Receipt
from learnspace_assignments.receipts import verify
from learnspace_assignments.tables import SubmissionRow
from learnspace_core.app import make_app
from learnspace_core.blobs import BlobStore
from learnspace_core.database import Database
from learnspace_core.features import load_all
from learnspace_core.models import FileEntry
from learnspace_core.settings import PREFIX, Settings
from learnspace_core.tables import RecordRow
from learnspace_people import store as people
from learnspace_people.models import Course, Enrolment
from tests.conftest import free_port

CLIENTS = 6
COURSE, ASSIGNMENT = "kills", "work"
SIZES = (100, 20_000, 90_000, 300_000)
"""Bytes of a notebook: some wait in memory until they are whole, some go to the disk piece by piece."""
SHARED = b"the same bytes in every submission"
PATIENCE = 120.0
NEVER = datetime(1970, 1, 1, tzinfo=UTC)

# New processes come from one that has everything imported and nothing opened: a start takes a moment then.
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.killing"])
load_all("service")


def _serve(settings: Settings, port: int) -> None:
    async def identify(token: str) -> str | None:
        return token.removeprefix("token-") if token.startswith("token-") else None

    uvicorn.run(make_app(settings, identify), host="127.0.0.1", port=port, log_level="critical")


class Killed:
    """A service that is killed, its learners, and what they were told.

    Args:
        settings: of the service; its database is at the newest schema and empty.
        seed: of what is random here.
    """

    def __init__(self, settings: Settings, seed: int) -> None:
        self.settings = settings
        self.counts: Counter[str] = Counter(
            kills=0, acknowledged=0, cut_off=0, arrived_all_the_same=0, lost=0, partial=0
        )
        self._chance = random.Random(seed)
        self._port = free_port()
        self._process: BaseProcess | None = None
        self._blobs = BlobStore(settings.state / "blobs")
        self._database = Database(settings.database_url)
        self._learners = [f"learner{number}" for number in range(CLIENTS)]
        self._lock = threading.Lock()
        self._told: dict[str, dict[str, object]] = {}
        """What was acknowledged and not compared yet: submission to receipt."""
        self._seen: set[str] = set()
        self._blobs_seen: set[str] = set()
        self._compared_to = NEVER
        self._end = threading.Event()
        self._troubles: list[str] = []

    @contextmanager
    def under_load(self) -> Iterator[None]:
        """Let learners hand in all the time, until they are told to stop."""
        self._enrol()
        self.start()
        threads = [threading.Thread(target=self._learn, args=(name,), daemon=True) for name in self._learners]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._end.set()
            for thread in threads:
                thread.join(PATIENCE)
            if self._process is not None:
                self._process.kill()
                self._process.join()
            self._database.close()
        assert self._troubles == []

    def start(self) -> None:
        """Start the service; it does not answer at once."""
        self._process = _processes.Process(target=_serve, args=(self.settings, self._port), daemon=True)
        self._process.start()

    def kill(self) -> None:
        """Kill the service at a random instant, start it again, and compare."""
        assert self._process is not None
        # One in five is killed while it starts, the others at work.
        if self._chance.random() > 0.2:
            self._wait_until_it_answers()
        threading.Event().wait(self._chance.uniform(0, 0.4))
        self._process.kill()
        self._process.join()
        self.counts["kills"] += 1
        # While nobody writes: what is there is what the killed one left.
        self.compare()
        self.start()

    def compare(self) -> None:
        """Compare what is new: receipts with rows, rows with their blobs and the record, blobs with their names."""
        with self._lock:
            told, self._told = self._told, {}
        with self._database.read() as session:
            new = select(SubmissionRow).where(SubmissionRow.received_at > self._compared_to)
            rows = {row.id: row for row in session.scalars(new)}
            statements = select(RecordRow.object_id).where(RecordRow.at > self._compared_to)
            noted = Counter(session.scalars(statements.filter_by(verb="submitted")))
        for submission, receipt in told.items():
            row = rows.get(submission)
            good = submission in self._seen or (row is not None and row.receipt == receipt)
            self.counts["lost"] += not (good and verify(Receipt.model_validate(receipt)))
        for row in rows.values():
            whole = all(self._is_whole(file["sha256"], file["size"]) for file in row.files) and noted[row.id] == 1
            self.counts["partial"] += not whole
        for path in self._blobs.directory.glob("??/*"):
            if path.name not in self._blobs_seen:
                self.counts["partial"] += not self._is_whole(path.name, path.stat().st_size)
        self._seen |= set(rows)
        # Whoever was at work at this moment is dead: what comes later has a later time.
        self._compared_to = max([self._compared_to, *(row.received_at for row in rows.values())])

    def compare_all(self) -> None:
        """Compare everything once more, also as a learner sees it, and see that nothing half-written is left."""
        self._end.set()
        self._wait_until_it_answers()
        self._seen, self._blobs_seen, self._compared_to = set(), set(), NEVER
        self.compare()
        visible = set()
        for name in self._learners:
            status, answer = self._ask(name, "GET", f"assignments/{COURSE}/{ASSIGNMENT}")
            assert status == 200, answer
            visible |= {one["id"] for one in answer["submissions"]}
        self.counts["partial"] += len(visible ^ self._seen)
        self.counts["submissions"] = len(visible)

    def _is_whole(self, sha256: str, size: int) -> bool:
        if sha256 not in self._blobs_seen:
            try:
                content = self._blobs.read(sha256)
            except FileNotFoundError:
                return False
            if hashlib.sha256(content).hexdigest() != sha256 or len(content) != size:
                return False
            self._blobs_seen.add(sha256)
        return True

    def _enrol(self) -> None:
        with self._database.write() as session:
            people.ensure_course(session, Course(id=COURSE, title="Kills", institution="school"))
            role = Enrolment(role="learner", institution="school", course=COURSE)
            for name in self._learners:
                people.ensure_enrolment(session, people.ensure_person(session, name, name).id, role)
            row = store.ensure_assignment(session, COURSE, ASSIGNMENT, "Work")
            store.release(session, row, [FileEntry(path="work.ipynb", sha256="0" * 64, size=1)], 5)

    def _learn(self, name: str) -> None:
        chance = random.Random(name)
        number = 0
        try:
            while not self._end.is_set():
                number += 1
                text = f"{name} {number} ".encode()
                files = {"work.ipynb": text * (chance.choice(SIZES) // len(text) + 1), "data.csv": SHARED}
                self._hand_in(name, files)
        except Exception as error:  # the test asks for it at the end
            self._troubles.append(f"{name}: {error!r}")

    def _hand_in(self, name: str, files: dict[str, bytes]) -> None:
        """Hand in the same bytes until they are acknowledged."""
        cut_off = 0
        while True:
            try:
                status, answer = self._ask(name, "POST", f"assignments/{COURSE}/{ASSIGNMENT}/submissions", files)
                break
            except (OSError, http.client.HTTPException) as error:
                # Nobody listens while it starts.
                if not isinstance(error, ConnectionRefusedError):
                    cut_off += 1
                if self._end.wait(0.02):
                    return
        assert status in (200, 201), answer
        sent = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
        assert {file["path"]: file["sha256"] for file in answer["files"]} == sent
        with self._lock:
            self._told[answer["submission"]] = answer
            self.counts["acknowledged"] += 1
            self.counts["cut_off"] += cut_off
            self.counts["arrived_all_the_same"] += status == 200

    def _ask(self, name: str, method: str, path: str, files: dict[str, bytes] | None = None) -> tuple[int, dict]:  # type: ignore[type-arg]
        headers, body = {"Authorization": f"Bearer token-{name}"}, b""
        if files is not None:
            headers["Content-Type"] = "multipart/form-data; boundary=kill"
            body = b"".join(
                b'--kill\r\nContent-Disposition: form-data; name="files"; filename="%b"\r\n\r\n%b\r\n'
                % (path.encode(), content)
                for path, content in files.items()
            )
            body += b"--kill--\r\n"
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        try:
            line.request(method, f"{PREFIX}/api/{path}", body, headers)
            answer = line.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            line.close()

    def _wait_until_it_answers(self) -> None:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                assert self._ask("", "GET", "health")[0] == 200
                return
            except OSError:
                assert time.monotonic() < end, "the service did not start"
                assert self._process is not None
                assert self._process.is_alive(), "the service ended by itself"
                threading.Event().wait(0.02)


def kill_often(settings: Settings, times: int, seed: int) -> dict[str, int]:
    """Kill the service so many times under load and return what came of it."""
    killed = Killed(settings, seed)
    with killed.under_load():
        for _ in range(times):
            killed.kill()
        killed.compare_all()
    killed.counts["drafts_left"] = len(list((settings.state / "blobs" / "drafts").iterdir()))
    return dict(killed.counts)
