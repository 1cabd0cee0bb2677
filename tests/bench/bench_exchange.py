"""Hand-ins a second, and what a class at its deadline meets: ngshare against ours.

Both run in one go on this machine, in alternating rounds, over real HTTP on loopback; the load comes from a process of
its own. ngshare's sign-in is patched out and it syncs nothing; ours asks a real JupyterHub, syncs files and database
before it answers, and signs a receipt. At the end the service is killed, started again, and asked for every file that
it gave a receipt for. Prints a table; the last line is one JSON object.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import psutil
from rich.console import Console
from rich.table import Table

from learnspace_assignments.models import Receipt
from learnspace_assignments.receipts import verify
from learnspace_core import handin
from learnspace_core.client import ServiceClient
from learnspace_core.models import FileEntry
from learnspace_core.settings import PREFIX
from tests.bench import ngshare
from tests.bench.load import Answer, Plan
from tests.bench.platform import COURSE, Platform, running

CLIENTS = 32
ROUNDS = 3
ROUND_SECONDS = 6.0
LEARNERS = 1_000
DEADLINE_SECONDS = 60.0
ASSIGNMENTS = 50
NOTEBOOK_BYTES = 50_000
HAND_INS_FROM_A_SPACE = 30
TRIES = 300
"""How often a service that was just started is asked again for what it cannot say yet."""
BOUNDARY = "a-boundary-of-the-benchmark"


class Load(NamedTuple):
    """What came of a plan."""

    answers: list[Answer]
    took: float
    readings: list[float]

    @property
    def rate(self) -> float:
        """Acknowledged hand-ins a second."""
        return len(self.acknowledged) / self.took

    @property
    def acknowledged(self) -> list[Answer]:
        """The answers that say that it was taken."""
        return [answer for answer in self.answers if answer.status in (200, 201)]

    def quantile(self, share: float) -> float:
        """Seconds within which this share of the answers came."""
        taken = sorted(answer.seconds for answer in self.answers)
        return taken[min(len(taken) - 1, int(share * len(taken)))]


def send(plan: Plan) -> Load:
    """Carry a plan out in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.load"]
    done = subprocess.run(command, input=plan.model_dump_json(), capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    return Load([Answer(*answer) for answer in found["answers"]], found["took"], found["readings"])


def notebook() -> tuple[str, str]:
    """Return what stands before and after the 24 bytes that are different in each hand-in of a 50 kB notebook."""
    cell = {"cell_type": "markdown", "id": "work", "metadata": {}, "source": "@"}
    text = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    before, after = text.split("@")
    # In base64 the 24 bytes begin a group of three.
    before += "x" * (-len(before) % 3)
    return before, "x" * (NOTEBOOK_BYTES - len(before) - 24 - len(after)) + after


def our_plan(platform: Platform, tokens: list[str], assignment: str) -> Plan:
    """Return hand-ins of learners with these tokens, as their spaces send them."""
    before, after = notebook()
    part = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="work.ipynb"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    before, after = part + before, f"{after}\r\n--{BOUNDARY}--\r\n"
    headers = (
        f"POST {PREFIX}/api/assignments/{COURSE}/{assignment}/submissions HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {len(before) + 24 + len(after)}\r\n"
    )
    heads = [f"{headers}Authorization: Bearer {token}\r\n\r\n" for token in tokens]
    return Plan(port=platform.settings.service_port, heads=heads, before=before, after=after, seconds=ROUND_SECONDS)


def their_plan(port: int, students: list[str]) -> Plan:
    """Return hand-ins of these students, as ngshare's client sends them: base64 in JSON in a form."""
    before, after = notebook()

    def quoted(text: str) -> str:
        return base64.b64encode(text.encode()).decode().replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")

    before = "files=" + "[{%22path%22:%22work.ipynb%22,%22content%22:%22" + quoted(before)
    after = quoted(after) + "%22}]"
    path = f"/api/submission/{ngshare.COURSE}/{ngshare.ASSIGNMENT}"
    headers = (
        f"Host: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(before) + 32 + len(after)}\r\n\r\n"
    )
    heads = [f"POST {path}?user={student} HTTP/1.1\r\n{headers}" for student in students]
    return Plan(port=port, heads=heads, before=before, after=after, base64=True, seconds=ROUND_SECONDS)


def reading(token: str) -> str:
    """Return the request of a learner's list of assignments."""
    return f"GET {PREFIX}/api/assignments HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n"


@contextmanager
def memory_of(pid: int) -> Iterator[list[float]]:
    """Note the proportional set size (PSS) in MB of a process and its children, five times a second."""
    seen: list[float] = []
    end = threading.Event()

    def watch() -> None:
        process = psutil.Process(pid)
        while not end.wait(0.2):
            family = [process, *process.children(recursive=True)]
            seen.append(sum(one.memory_full_info().pss for one in family) / 1e6)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        end.set()
        thread.join()


def disk_limit(directory: Path) -> float:
    """Return how many commits of one row SQLite syncs to this disk in a second, one after the other."""
    connection = sqlite3.connect(directory / "disk.db", isolation_level=None)
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (x)")
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < 2:
        connection.execute("INSERT INTO t VALUES ('x')")
        count += 1
    connection.close()
    return count / (time.perf_counter() - began)


def lost(platform: Platform, acknowledged: list[Answer], tokens: dict[str, str]) -> int:
    """Return how many acknowledged hand-ins the service cannot show byte by byte, with a good receipt.

    A service that was just started asks the hub for a thousand tokens: an answer that it cannot say just now (503) says
    nothing of what it has, and is asked for again.
    """
    before, after = notebook()

    async def is_there(client: httpx.AsyncClient, answer: Answer) -> bool:
        receipt = Receipt.model_validate_json(answer.body)
        headers = {"Authorization": f"Bearer {tokens[receipt.username]}"}
        there = f"{platform.api}/submissions/{receipt.submission}/files/work.ipynb"
        found = await client.get(there, headers=headers)
        for _ in range(TRIES):
            if found.status_code != 503:
                break
            await asyncio.sleep(0.2)
            found = await client.get(there, headers=headers)
        if found.status_code != 200:
            print(f"{there}: {found.status_code} {found.text[:200]}", file=sys.stderr)
        sent = (before + answer.sent + after).encode()
        [file] = receipt.files
        return found.content == sent and file.sha256 == hashlib.sha256(sent).hexdigest() and verify(receipt)

    async def count() -> int:
        missing, todo = 0, iter(acknowledged)
        async with httpx.AsyncClient(trust_env=False, timeout=60) as client:

            async def work() -> None:
                nonlocal missing
                for answer in todo:
                    missing += not await is_there(client, answer)

            await asyncio.gather(*(work() for _ in range(8)))
        return missing

    return asyncio.run(count())


def from_a_space(platform: Platform, token: str) -> float:
    """Return the median seconds from a folder of a space to the receipt and the comparison with what is on disk."""
    before, after = notebook()

    async def hand_in(root: Path, number: int) -> float:
        (root / "work" / "work.ipynb").write_text(f"{before}{number:024}{after}")
        client = ServiceClient(platform.api.removesuffix("/api"), token)
        began = time.perf_counter()
        answer = await handin.send(client, "POST", f"assignments/{COURSE}/a2/submissions", root, "work")
        await handin.compare(root, "work", [FileEntry.model_validate(file) for file in answer["files"]])
        took = time.perf_counter() - began
        await client.close()
        return took

    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "work").mkdir()
        return statistics.median(asyncio.run(hand_in(Path(name), number)) for number in range(HAND_INS_FROM_A_SPACE))


def import_seconds(module: str) -> float:
    """Return the median seconds that a new Python needs to import a module and end."""

    def once() -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", f"import {module}"], check=True)
        return time.perf_counter() - began

    return statistics.median(once() for _ in range(3))


def repeated(ours: Callable[[], Load], theirs: Callable[[], Load]) -> tuple[list[Load], list[Load]]:
    """Carry both out in turn."""
    rounds = [(theirs(), ours()) for _ in range(ROUNDS)]
    return [mine for _, mine in rounds], [other for other, _ in rounds]


def main() -> None:
    """Measure both and print."""
    before_us = os.getloadavg()[0]
    usernames = [f"learner{number:04}" for number in range(LEARNERS)]
    with running(usernames, ASSIGNMENTS) as (platform, by_name), ngshare.running(usernames[:CLIENTS]) as port:
        tokens = [by_name[username] for username in usernames]
        disk = disk_limit(platform.settings.state)
        # At 32 clients, each with a learner of its own; who reads the list is somebody else.
        steady = our_plan(platform, tokens[:CLIENTS], "a0").model_copy(update={"clients": CLIENTS})
        other = their_plan(port, usernames[:CLIENTS]).model_copy(update={"clients": CLIENTS})
        ours, theirs = repeated(lambda: send(steady), lambda: send(other))
        # ngshare has no such list: it is read in a round of its own, so that both carry the same load in the others.
        beside = send(steady.model_copy(update={"read": reading(tokens[CLIENTS])}))
        # A whole class before the deadline: everybody's token is new to the service, everybody has a line of their own.
        whole = our_plan(platform, tokens, "a1").model_copy(
            update={"seconds": DEADLINE_SECONDS, "read": reading(tokens[0])}
        )
        with memory_of(platform.processes["service"].pid) as memory:
            deadline = send(whole)
            burst = send(whole.model_copy(update={"seconds": 0.0, "read": ""}))
        space = from_a_space(platform, tokens[0])
        platform.kill("service")
        platform.start("service")
        everything = [
            *deadline.acknowledged,
            *burst.acknowledged,
            *(a for load in [*ours, beside] for a in load.acknowledged),
        ]
        missing = lost(platform, everything, by_name)

    our_rate, their_rate = (statistics.median(load.rate for load in loads) for loads in (ours, theirs))
    refused = sum(len(load.answers) - len(load.acknowledged) for load in [*ours, *theirs])
    nbgrader = import_seconds("nbgrader.apps.listapp")
    table = Table("", "ngshare", "ours", "ratio", title="Handing in a notebook of 50 kB")

    def row(what: str, mine: str, other: str = "", ratio: str = "") -> None:
        table.add_row(what, other, mine, ratio)

    row(f"{CLIENTS} clients, hand-ins a second (median of {ROUNDS} rounds)", f"{our_rate:.0f}", f"{their_rate:.0f}",
        f"{our_rate / their_rate:.2f}")  # fmt: skip
    row("  in each round", *(" ".join(f"{load.rate:.0f}" for load in loads) for loads in (ours, theirs)))
    row("  median seconds", *(f"{statistics.median(x.quantile(0.5) for x in loads):.3f}" for loads in (ours, theirs)))
    row("  not taken", str(refused))
    row("  a list of 50 assignments beside that, in one more round: median ms", _ms(beside.readings))
    row("    hand-ins a second meanwhile", f"{beside.rate:.0f}")
    row("the disk: synced commits a second, one after the other", f"{disk:.0f}")
    row(f"{LEARNERS} learners within {DEADLINE_SECONDS:.0f} s: acknowledged", str(len(deadline.acknowledged)))
    row("  99th percentile, s", f"{deadline.quantile(0.99):.3f}")
    row("  meanwhile, a list of 50 assignments, median ms", _ms(deadline.readings))
    row(f"{LEARNERS} learners at the same instant: acknowledged", str(len(burst.acknowledged)))
    row("  99th percentile, s", f"{burst.quantile(0.99):.3f}")
    row("memory of the service in both (PSS), MB", f"{max(memory):.0f}")
    row(f"lost of {len(everything)} receipts, after kill -9 and a new start", str(missing))
    row("from a space's folder to the compared receipt, median ms", f"{space * 1e3:.0f}")
    row("imports of nbgrader's `list` (a command each time) and ours (Lab runs already), s", "0", f"{nbgrader:.2f}")
    row("load average of the machine before (1 minute)", f"{before_us:.1f}")
    Console().print(table)
    print(
        json.dumps(
            {
                "bench": "exchange",
                "acknowledged": len(deadline.acknowledged),
                "lost": missing,
                "p99_s": round(deadline.quantile(0.99), 3),
                "ratio_vs_ngshare": round(our_rate / their_rate, 2),
                "memory_mb": round(max(memory)),
                "list_ms": float(_ms(deadline.readings)),
            }
        )
    )


def _ms(seconds: list[float]) -> str:
    return f"{statistics.median(seconds) * 1e3:.1f}"


if __name__ == "__main__":
    main()
