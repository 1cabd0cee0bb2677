"""A load generator in a process of its own: ready-made requests over loopback, one line of JSON an answer.

It reads a plan from standard input and is as cheap as Python can be, since it shares two cores with what it measures.
"""

from __future__ import annotations

import asyncio
import base64
import json
import random
import secrets
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

from pydantic import BaseModel


class Plan(BaseModel):
    """Who sends what, and when.

    ``heads`` are the request lines and headers, one a learner; the body is ``before``, 24 bytes that are different each
    time (in base64 if ``base64`` says so) and ``after``. Either ``clients`` send one hand-in after the other for
    ``seconds``, or (without ``clients``) each learner sends once, at a moment of their own within ``seconds`` and on a
    line of their own. ``read`` is sent over and over beside it, one at a time.
    """

    port: int
    heads: list[str]
    before: str
    after: str
    base64: bool = False
    clients: int = 0
    seconds: float
    read: str = ""


class Answer(NamedTuple):
    """One answer: whose, what was sent, the HTTP status (0: none came), seconds it took, and its body."""

    learner: int
    sent: str
    status: int
    seconds: float
    body: str


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> tuple[int, bytes]:
    """Send a request on an open line and return status and body."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0]
    return int(head.split(b" ", 2)[1]), await reader.readexactly(int(length))


async def one(plan: Plan, learner: int, line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None) -> Answer:
    """Let a learner hand in once."""
    sent = secrets.token_hex(12)
    middle = base64.b64encode(sent.encode()).decode() if plan.base64 else sent
    request = "".join((plan.heads[learner], plan.before, middle, plan.after)).encode()
    began = time.perf_counter()
    try:
        own = line or await asyncio.open_connection("127.0.0.1", plan.port)
        status, body = await ask(*own, request)
        if line is None:
            own[1].close()
    except (OSError, asyncio.IncompleteReadError):
        status, body = 0, b""
    return Answer(learner, sent, status, time.perf_counter() - began, body.decode())


async def steadily(plan: Plan, note: Callable[[Answer], None]) -> None:
    """Let so many clients send one hand-in after the other."""
    end = time.perf_counter() + plan.seconds

    async def client(number: int) -> None:
        line = await asyncio.open_connection("127.0.0.1", plan.port, limit=1 << 20)
        while time.perf_counter() < end:
            note(await one(plan, number % len(plan.heads), line))
        line[1].close()

    await asyncio.gather(*(client(number) for number in range(plan.clients)))


async def spread(plan: Plan, note: Callable[[Answer], None]) -> None:
    """Let every learner hand in once, each at a moment of their own."""
    moments = random.Random(1)

    async def learner(number: int, moment: float) -> None:
        await asyncio.sleep(moment)
        note(await one(plan, number, None))

    await asyncio.gather(*(learner(n, moments.uniform(0, plan.seconds)) for n in range(len(plan.heads))))


async def read_beside(plan: Plan, taken: list[float]) -> None:
    """Read over and over, with pauses, until cancelled."""
    line = await asyncio.open_connection("127.0.0.1", plan.port, limit=1 << 24)
    while True:
        began = time.perf_counter()
        status, _ = await ask(*line, plan.read.encode())
        if status == 200:
            taken.append(time.perf_counter() - began)
        await asyncio.sleep(0.1)


async def run(plan: Plan) -> tuple[list[Answer], float, list[float]]:
    """Carry the plan out; return the answers, the seconds it took, and the seconds of each reading."""
    answers: list[Answer] = []
    readings: list[float] = []
    reading = asyncio.create_task(read_beside(plan, readings)) if plan.read else None
    began = time.perf_counter()
    await (steadily if plan.clients else spread)(plan, answers.append)
    took = time.perf_counter() - began
    if reading is not None:
        reading.cancel()
    return answers, took, readings


if __name__ == "__main__":
    answers, took, readings = asyncio.run(run(Plan.model_validate_json(sys.stdin.read())))
    json.dump({"answers": answers, "took": took, "readings": readings}, sys.stdout)
