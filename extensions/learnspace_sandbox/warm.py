"""Runs inside the sandbox: imports once what notebooks use, then runs each notebook in an isolated fork of itself.

A request is a message on standard input, its result one on standard output. What runs a notebook never sees either: it
speaks to this process over a socket of its own, and this process bounds what it says and when.
"""

from __future__ import annotations

import gc
import json
import os
import random
import secrets
import shutil
import signal
import socket
import sys
import tempfile
import time
from contextlib import suppress
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from learnspace_sandbox import frames
from learnspace_sandbox.isolation import Limits, can_isolate, enter, hide, limit
from learnspace_sandbox.kernels import run_kernel
from learnspace_sandbox.memory import forget_peak, peak
from learnspace_sandbox.models import Cell, CellResult, Ended, Request, Result
from learnspace_sandbox.shell import Shell, capture_below, make_shell

VERDICT_BYTES = 1000
COLD_SECONDS = 30
"""What a Jupyter kernel may take to start, beyond the time of its cells."""


class Supervisor:
    """Starts a fork for each request and takes back its bounded result.

    Args:
        shell: the warm shell that forks inherit.
        limits: of each run.
        output_bytes: what the outputs of one run may be together.
        scratch: the directory that each run gets for itself, empty; without it, a new one for each run.
        isolated: whether forks get namespaces of their own.
    """

    def __init__(self, shell: Shell, limits: Limits, output_bytes: int, scratch: str, *, isolated: bool) -> None:
        self.shell = shell
        self.limits = limits
        self.output_bytes = output_bytes
        self.scratch = scratch if isolated else ""
        self.isolated = isolated
        # The tests of an assignment come again with each submission.
        self._plain = lru_cache(10_000)(shell.transform_cell)

    def run(self, request: Request) -> Result:
        """Run one notebook. Whatever it does, there is a result for each of its cells."""
        until = time.monotonic() + request.seconds + (0 if request.is_warm else COLD_SECONDS)
        ours, theirs = socket.socketpair()
        scratch = self.scratch or tempfile.mkdtemp(prefix="learnspace-run-")
        child = os.fork()
        if child == 0:
            self._be_the_run(request, theirs.fileno(), scratch)
        theirs.close()
        try:
            return self._talk(ours.fileno(), request, until)
        finally:
            ours.close()
            _end(child)
            if scratch != self.scratch:
                shutil.rmtree(scratch, ignore_errors=True)

    def _talk(self, pipe: int, request: Request, until: float) -> Result:
        """Have the cells run one after another, each test with evidence that it could have failed."""
        results: list[CellResult] = []
        ended: Ended = ""
        left = self.output_bytes
        try:
            if not request.is_warm:
                return Result.model_validate(frames.receive(pipe, until=until, most=left)[0])
            for cell in request.cells:
                passed, failed = self._probe(pipe, cell, until)
                answer, size = _ask(pipe, {"do": "run", "source": cell.source, "test": cell.test}, until, left)
                left -= size
                result = CellResult.model_validate(answer)
                # A test counts as passed only if it passed wherever it ran.
                result.status = "error" if failed else result.status
                result.passed_probes = passed
                results.append(result)
        except frames.Ended as stop:
            ended = _REASONS[stop.reason]
        except ValueError:
            ended = "sandbox_died"  # ours would never answer so
        results += [CellResult(status="not_run") for _ in range(len(request.cells) - len(results))]
        return Result(cells=results, ended=ended)

    def _probe(self, pipe: int, cell: Cell, until: float) -> tuple[list[int], bool]:
        """Try a test and its probes, in an order that nobody can foresee, in a fork of the notebook's process.

        Returns:
            The numbers of the probes that passed and must not have, and whether the test itself failed.
        """
        if not cell.probes:
            return [], False
        tries = [*enumerate(map(self._plain, (cell.source, *cell.probes)))]
        random.SystemRandom().shuffle(tries)
        verdicts = _try(pipe, tries, until)
        if verdicts.get(0) != "ok" and tries[0][0] != 0:
            # A test may use up what it tests, such as an iterator: alone it has what it has in the notebook.
            verdicts |= _try(pipe, [(0, tries[[number for number, _ in tries].index(0)][1])], until)
        if verdicts.get(0) != "ok":
            return [], True  # what fails needs no evidence
        return [number - 1 for number, verdict in verdicts.items() if number and verdict == "ok"], False

    def _be_the_run(self, request: Request, pipe: int, scratch: str) -> None:
        """Be the process that runs the notebook; never returns."""
        try:
            os.setsid()
            os.closerange(0, pipe)
            os.closerange(pipe + 1, 4096)
            if self.isolated:
                enter(self.limits, scratch)
            else:
                limit(self.limits)
            directory = f"{scratch}/work"
            Path(directory).mkdir()
            _lay_out(request, Path(directory))
            os.chdir(directory)
            os.environ.update(HOME=directory, TMPDIR=directory)
            capture_below()
            if request.is_warm:
                _serve(self.shell, pipe)
            elif child := os.fork():
                # A Jupyter kernel whose parent is process 1 takes itself for left alone, and ends.
                os.waitpid(child, 0)
            else:
                frames.send(pipe, run_kernel(request, Path(directory)).model_dump(mode="json"))
        finally:
            os._exit(0)


_TOLD_TO_END = 77
"""How a fork ends that was told to; one that leaves by itself with success has not answered."""
_REASONS: dict[str, Ended] = {"timeout": "timeout", "too_much_output": "too_much_output", "gone": "kernel_died"}


def _serve(shell: Shell, pipe: int) -> None:
    """Answer questions; each answer repeats the number of its question, so that none can be given ahead.

    ``run`` runs a cell, ``fork`` goes on in a fork until ``end``, and there ``try`` tells how a test ends.
    """
    while True:
        asked, _ = frames.receive(pipe)
        answer = {"number": asked["number"]}
        match asked["do"]:
            case "run":
                forget_peak()
                began = time.monotonic()
                status, outputs = shell.run(asked["source"], test=asked["test"])
                took = {"seconds": time.monotonic() - began, "memory_bytes": peak()}
                frames.send(pipe, answer | {"status": status, "outputs": outputs} | took)
            case "fork":
                child = os.fork()
                if child:
                    # The fork has the conversation now; what ends it early is told in its place.
                    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != _TOLD_TO_END:
                        frames.send(pipe, answer | {"verdict": "died"})
                else:
                    frames.send(pipe, answer)
            case "try":
                frames.send(pipe, answer | {"verdict": shell.check(asked["source"])})
            case "end":
                frames.send(pipe, answer)
                os._exit(_TOLD_TO_END)


def _try(pipe: int, tries: list[tuple[int, str]], until: float) -> dict[int, str]:
    """Return how each of the numbered tests ends, one after another in one fork; none after one that ends the fork."""
    fork = secrets.token_hex(8)
    _ask(pipe, {"do": "fork"}, until, VERDICT_BYTES, fork)
    verdicts = {}
    for number, source in tries:
        answer, _ = _ask(pipe, {"do": "try", "source": source}, until, VERDICT_BYTES, fork=fork)
        verdicts[number] = str(answer.get("verdict"))
        if verdicts[number] == "died":
            return verdicts
    _ask(pipe, {"do": "end"}, until, VERDICT_BYTES)
    return verdicts


def _ask(
    pipe: int, question: dict[str, Any], until: float, most: int, number: str = "", *, fork: str = ""
) -> tuple[dict[str, Any], int]:
    """Ask and return the answer with its size; a fork that died is answered for under the number that began it."""
    number = number or secrets.token_hex(8)
    frames.send(pipe, question | {"number": number})
    answer, size = frames.receive(pipe, until=until, most=max(most, 0))
    if not isinstance(answer, dict) or answer.pop("number", None) not in (number, fork or number):
        raise ValueError("an answer to another question")
    return answer, size


def _lay_out(request: Request, directory: Path) -> None:
    for name, content in request.files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _end(child: int) -> None:
    """End a run and all that it started in its session; with namespaces of its own, all that it started at all."""
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


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
    supervisor = Supervisor(make_shell(), limits, output_bytes, scratch, isolated=isolated)
    gc.collect()
    gc.freeze()  # so that forks share these pages instead of copying them
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
