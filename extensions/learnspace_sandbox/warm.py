"""Runs inside the sandbox: imports once what notebooks use, then has each notebook run in a fork of its own.

A request is a message on standard input, its result one on standard output. What runs a notebook never sees either: it
speaks to this process over a socket of its own, and this process bounds what it says and when.
"""

from __future__ import annotations

import gc
import json
import os
import random
import re
import secrets
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any, Literal

from learnspace_sandbox import frames
from learnspace_sandbox.isolation import Limits, can_isolate, die_with_parent, hide
from learnspace_sandbox.judging import NO_TEST, Judging, Verdict
from learnspace_sandbox.memory import use_huge_pages
from learnspace_sandbox.models import Cell, CellResult, CellTimeoutError, Ended, Request, Result
from learnspace_sandbox.runs import END, ENDED, START, fork_runs
from learnspace_sandbox.shell import make_shell
from learnspace_sandbox.twin import VERDICT_BYTES, Twin, only_defines

PATIENCE_SECONDS = 2
"""What trying a test and its probes may take before some are left out."""
MUCH_MEMORY = 400 << 20
"""What a notebook holds of which no twin is kept, which would hold as much."""
TOO_LONG = {
    "output_type": "error",
    "ename": CellTimeoutError.__name__,
    "evalue": "This test ran for too long.",
    "traceback": [f"{CellTimeoutError.__name__}: This test ran for too long."],
}
COLD_SECONDS = 30
"""What a Jupyter kernel may take to start, beyond the time of its cells."""


class Supervisor:
    """Has a run started for each request, asks it for one cell after another, and takes back its bounded result.

    Args:
        control: the way to the warm process that starts runs.
        transform: turns a cell into plain Python.
        output_bytes: what the outputs of one run may be together.
    """

    def __init__(self, control: socket.socket, transform: Callable[[str], str], output_bytes: int) -> None:
        self.control = control
        self.output_bytes = output_bytes
        self._transform = transform

    def run(self, request: Request) -> Result:
        """Run one notebook. Whatever it does, there is a result for each of its cells."""
        until = time.monotonic() + request.seconds + (0 if request.is_warm else COLD_SECONDS)
        unsure: list[int] = []
        judged = any(cell.probes for cell in request.cells)
        with self._forked(request, until, judged=judged) as (pipe, judge):
            result = self._talk(pipe, judge, request, until, unsure)
        for number in unsure:
            self._examine(request, number, result.cells[number], until)
        return result

    @contextmanager
    def _forked(self, request: Request, until: float, *, judged: bool = False) -> Iterator[tuple[int, int]]:
        """Have a run started, give it the notebook's files, and return the pipes to it and to a judge, if there is one.

        Afterwards nothing is left of them.
        """
        run, *judge = pairs = [socket.socketpair() for _ in range(2 if judged else 1)]
        socket.send_fds(self.control, [START], [theirs.fileno() for _, theirs in pairs])
        for _, theirs in pairs:
            theirs.close()
        try:
            files = request.model_dump(mode="json", include={"files"})
            with suppress(frames.Ended, ValueError):  # the first question to it says the same
                frames.ask(run[0].fileno(), {"do": "begin", **files}, until, VERDICT_BYTES)
            yield run[0].fileno(), judge[0][0].fileno() if judge else -1
        finally:
            for ours, _ in pairs:
                ours.close()
            self.control.send(END)
            if self.control.recv(1) != ENDED:
                raise RuntimeError("the process that starts runs is gone")

    def _talk(self, pipe: int, judge: int, request: Request, until: float, unsure: list[int]) -> Result:
        """Have the cells run one after another, each test with evidence that it could have failed.

        A test that passes in the notebook and failed after its probes comes into the list ``unsure``.
        """
        results: list[CellResult] = []
        ended: Ended = ""
        left = self.output_bytes
        twin = Twin(pipe, request.cell_seconds, until)
        try:
            if not request.is_warm:
                whole = request.model_dump(mode="json", exclude={"files"})
                answer, _ = frames.ask(pipe, {"do": "kernel", "request": whole}, until, left)
                return Result.model_validate(answer["result"])
            judging = Judging(twin, judge, request.cell_seconds, until)
            for number, cell in enumerate(request.cells):
                if cell.probes and not cell.plain:
                    cell.plain = self._transform(cell.source)
                if not cell.probes and not only_defines(cell.source):
                    twin.leave()
                found = judging.verdict(cell) if cell.probes else NO_TEST
                passed, tried = _probe(pipe, cell, request.cell_seconds, until) if found.needs_probes else ([], "ok")
                if "timeout" in (found.verdict, tried):
                    results.append(CellResult(status="error", outputs=[TOO_LONG], seconds=request.cell_seconds or 0))
                    continue
                answer, size = frames.ask(pipe, _run_of(cell, request), until, left)
                left -= size
                result = CellResult.model_validate(answer)
                _follow(twin, result, found, request.cells, number)
                if result.status == "ok" and tried == "used_up":
                    unsure.append(number)
                elif tried != "ok":
                    # A test counts as passed only if it passed wherever it ran.
                    result.status = "error"
                result.judged, result.points, result.word = found.judged, found.points, found.word
                result.doubt = "passes_wrong" if passed else found.doubt if result.status == "ok" else ""
                results.append(result)
        except frames.Ended as stop:
            ended = _REASONS[stop.reason]
        except ValueError:
            ended = "sandbox_died"  # ours would never answer so
        finally:
            twin.close()
        results += [CellResult(status="not_run") for _ in range(len(request.cells) - len(results))]
        return Result(cells=results, ended=ended)

    def _examine(self, request: Request, number: int, result: CellResult, until: float) -> None:
        """Decide on a test that failed after its probes: it may have used up what it tests, such as an iterator.

        Test and probe each get a run of their own, from the first cell on, in which nothing tells them apart.
        """
        cell = request.cells[number]
        probe = random.SystemRandom().randrange(len(cell.probes))
        if self._alone(request, number, cell.plain, until) != "ok":
            result.status = "error"
        elif self._alone(request, number, cell.probes[probe], until) == "ok":
            result.doubt = "passes_wrong"

    def _alone(self, request: Request, number: int, source: str, until: float) -> str:
        """Return how a test ends in a fresh run of the cells above it."""
        with self._forked(request, until) as (pipe, _), suppress(frames.Ended, ValueError):
            for cell in request.cells[:number]:
                frames.ask(pipe, _run_of(cell, request), until, self.output_bytes)
            question = {"do": "try", "source": source, "seconds": request.cell_seconds}
            answer, _ = frames.ask(pipe, question, until, VERDICT_BYTES)
            return str(answer.get("verdict"))
        return "died"


_REASONS: dict[str, Ended] = {"timeout": "timeout", "too_much_output": "too_much_output", "gone": "kernel_died"}


def _run_of(cell: Cell, request: Request) -> dict[str, Any]:
    return {"do": "run", "source": cell.source, "test": cell.test, "seconds": request.cell_seconds}


def _follow(twin: Twin, result: CellResult, found: Verdict, cells: list[Cell], number: int) -> None:
    """Let the twin do what the notebook did in a cell; end it where it would no longer be the same."""
    cell = cells[number]
    later = " ".join(one.source for one in cells[number + 1 :]) if found.binds else ""
    if result.status != "ok" or result.memory_bytes > MUCH_MEMORY or set(found.binds) & set(re.findall(r"\w+", later)):
        twin.leave()
    elif not cell.probes:
        twin.define(cell.source)


def _probe(
    pipe: int, cell: Cell, seconds: int | None, until: float
) -> tuple[list[int], Literal["ok", "failed", "used_up", "timeout"]]:
    """Try a test and its probes, in an order that nobody can foresee, in a fork of the notebook's process.

    Returns:
        The numbers of the probes that passed and must not have, and how the test itself ended: ``used_up`` if it
        failed after others had run, ``timeout`` if it or a probe took too long, which need not be waited for again.
    """
    if not cell.probes:
        return [], "ok"
    tries = [*enumerate((cell.plain, *cell.probes))]
    random.SystemRandom().shuffle(tries)
    verdicts = _try(pipe, tries, seconds, until)
    if CellTimeoutError.__name__ in verdicts.values():
        return [], "timeout"
    if verdicts.get(0) != "ok":
        return [], "failed" if tries[0][0] == 0 else "used_up"
    return [number - 1 for number, verdict in verdicts.items() if number and verdict == "ok"], "ok"


def _try(pipe: int, tries: list[tuple[int, str]], seconds: int | None, until: float) -> dict[int, str]:
    """Return how each of the numbered tests ends, one after another in one fork; none after one that ends the fork.

    Where they take long, one probe beside the test itself, number 0, is enough.
    """
    fork, began = secrets.token_hex(8), time.monotonic()
    frames.ask(pipe, {"do": "fork"}, until, VERDICT_BYTES, fork)
    verdicts: dict[int, str] = {}
    for number, source in tries:
        if len(verdicts) > 1 and 0 in verdicts and time.monotonic() - began > PATIENCE_SECONDS:
            break
        question = {"do": "try", "source": source, "seconds": seconds}
        answer, _ = frames.ask(pipe, question, until, VERDICT_BYTES, fork=fork)
        verdicts[number] = str(answer.get("verdict"))
        if verdicts[number] == "died":
            return verdicts
        if verdicts[number] == CellTimeoutError.__name__:
            break
    frames.ask(pipe, {"do": "end"}, until, VERDICT_BYTES)
    return verdicts


def main(limits: Limits, output_bytes: int, scratch: str, packages: list[str]) -> None:
    """Import the packages that are there, say whether runs are isolated, and run what is asked for.

    Ends when nobody asks any more.
    """
    asked, answers = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    hide()
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    for package in packages:
        with suppress(Exception):  # not there, or broken: then a notebook that imports it is told
            import_module(package)
    isolated = can_isolate()
    shell = make_shell()
    gc.collect()
    gc.freeze()  # so that forks share these pages instead of copying them
    use_huge_pages()
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        # Before the first request: what is in this process's memory is in that of every run.
        die_with_parent()
        for mine in (asked, answers, ours.fileno()):
            os.close(mine)
        fork_runs(theirs, shell, limits, scratch, isolated=isolated)
        os._exit(0)
    theirs.close()
    # Process 1 of a container inherits what killed runs leave. Unreaped, each would count in the limit of processes,
    # until no run can start a test any more.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    supervisor = Supervisor(ours, shell.transform_cell, output_bytes)
    frames.send(answers, {"isolated": isolated})
    while True:
        try:
            request, _ = frames.receive(asked)
        except frames.Ended:
            return
        result = supervisor.run(Request.model_validate(request))
        frames.send(answers, result.model_dump(mode="json"))


if __name__ == "__main__":
    asked_for = json.loads(sys.argv[1])
    main(Limits(**asked_for["limits"]), asked_for["output_bytes"], asked_for["scratch"], asked_for["packages"])
