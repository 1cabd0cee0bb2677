"""Runs inside the sandbox: the warm process that forks a run for each notebook, and what a run does.

It never sees a test before the run that it is for: what it has in memory, every run inherits. Tests come over the run's
own pipe when it is their turn, and with them nothing that says which is a test and which a probe.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import tempfile
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

from learnspace_sandbox import frames
from learnspace_sandbox.answering import Answering
from learnspace_sandbox.isolation import Limits, die_with_parent, enter, hide, limit
from learnspace_sandbox.judge import Judge
from learnspace_sandbox.kernels import run_kernel
from learnspace_sandbox.memory import forget_peak, peak
from learnspace_sandbox.models import CellTimeoutError, Request
from learnspace_sandbox.replaying import Recording
from learnspace_sandbox.shared import Message
from learnspace_sandbox.shell import Shell, capture_below

START, END, ENDED = b"s", b"e", b"."
"""What is asked of the warm process, with the pipes of a run and its judge, and its answer when both are gone."""
_TOLD_TO_END = 77
"""How a fork ends that was told to; one that leaves by itself with success has not answered."""


def fork_runs(control: socket.socket, shell: Shell, limits: Limits, scratch: str, *, isolated: bool) -> None:
    """Start runs and end them, as it is asked for, until nobody asks any more.

    Args:
        control: where START, with a pipe, and END come from.
        shell: the warm shell that runs inherit.
        limits: of each run.
        scratch: the directory that each run gets for itself, empty; without it, a new one for each run.
        isolated: whether runs get namespaces of their own.
    """
    while True:
        asked, pipes, _, _ = socket.recv_fds(control, 1, 2)
        if asked != START:
            return
        started: list[tuple[int, str]] = []
        for pipe in pipes:
            os.set_inheritable(pipe, False)
        for pipe in pipes:
            own = scratch if isolated and scratch else tempfile.mkdtemp(prefix="learnspace-run-")
            child = os.fork()
            if child == 0:
                _be_the_run(pipe, shell, limits, own, isolated=isolated)
            started.append((child, own))
        for pipe in pipes:
            os.close(pipe)
        gone = control.recv(1) != END
        for child, own in started:
            _end(child)
            if own != scratch:
                shutil.rmtree(own, ignore_errors=True)
        if gone:
            return
        control.send(ENDED)


def _be_the_run(pipe: int, shell: Shell, limits: Limits, scratch: str, *, isolated: bool) -> None:
    """Be the process that runs a notebook; never returns."""
    try:
        os.setsid()
        die_with_parent()
        os.closerange(0, pipe)
        os.closerange(pipe + 1, 4096)
        if isolated:
            enter(limits, scratch)
        else:
            limit(limits)
        directory = Path(scratch) / "work"
        directory.mkdir()
        os.chdir(directory)
        os.environ.update(HOME=str(directory), TMPDIR=str(directory))
        capture_below()
        _serve(shell, pipe, directory)
    finally:
        os._exit(0)


def _serve(shell: Shell, pipe: int, directory: Path) -> None:
    """Answer questions; each answer repeats the number of its question, so that none can be given ahead.

    ``begin`` lays files out, ``run`` runs a cell, ``fork`` goes on in a fork until ``end``, and there ``try`` tells how
    a test ends. ``twin`` makes a fork that has a way of its own, on which ``serve`` answers what a judge asks.
    ``judge`` judges a test; a run that does so does nothing else. ``kernel`` runs a whole notebook in a kernel of its
    own.
    """
    talk, twin = _Talk(pipe), 0
    while True:
        asked, _ = frames.receive(pipe)
        answer = {"number": asked["number"]}
        match asked["do"]:
            case "begin":
                _lay_out(asked["files"], directory)
                frames.send(pipe, answer)
            case "run":
                forget_peak()
                began = time.monotonic()
                with _at_most(asked["seconds"]):
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
                with _at_most(asked["seconds"]):
                    verdict = shell.check(asked["source"])
                frames.send(pipe, answer | {"verdict": verdict})
            case "twin":
                way = frames.take_given(pipe)
                if twin:
                    with suppress(ProcessLookupError, ChildProcessError):
                        os.kill(twin, signal.SIGKILL)
                        os.waitpid(twin, 0)
                twin = os.fork()
                if twin:
                    os.close(way)
                    frames.send(pipe, answer)
                else:
                    os.close(pipe)
                    pipe, talk = way, _Talk(way)
            case "serve":
                talk.serve(shell, asked)
            case "judge":
                hide()
                talk.judge(asked)
            case "end":
                talk.end(asked)
            case "kernel":
                # The tests are in this memory, and the kernel is a process beside it.
                hide()
                if child := os.fork():
                    # A Jupyter kernel whose parent is process 1 takes itself for left alone, and ends.
                    os.waitpid(child, 0)
                    return
                result = run_kernel(Request.model_validate(asked["request"]), directory)
                frames.send(pipe, answer | {"result": result.model_dump(mode="json")})
                return


class _Talk:
    """A conversation between a judge and a notebook, seen from one of them: each message waits for the next one."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._asked: dict[str, Any] = {}
        self._answering: Answering | None = None

    def serve(self, shell: Shell, asked: dict[str, Any]) -> None:
        """Answer one message of the judge."""
        self._asked = asked
        if self._answering is None or asked["message"]["do"] == "names":  # which every test asks first
            shell.forget_changes()
            self._answering = Answering(shell.user_ns, self._unhurried)
        try:
            with _at_most(asked["seconds"]):
                reply = self._answering.answer(asked["message"])
        except CellTimeoutError as error:
            reply = self._answering.failed(error)
        frames.send(self._pipe, {"number": self._asked["number"], "message": reply})

    def judge(self, asked: dict[str, Any]) -> None:
        """Judge a test, and say how it ends."""
        self._asked = asked
        helpers, shadows = asked["helpers"], asked["shadows"]
        recording = Recording(self._unhurried)
        judge = Judge(asked["source"], helpers, recording.converse, shadows=shadows)
        with _at_most(asked["seconds"]):
            verdict = judge.verdict()
            passed = verdict["verdict"] == "ok" and verdict["plain"] and not verdict["files"]
            fails = passed and recording.fails(asked["probe"], helpers, shadows=shadows)
        frames.send(self._pipe, {"number": self._asked["number"], "fails": fails, **verdict})

    def end(self, asked: dict[str, Any]) -> NoReturn:
        """End the twin in which this is."""
        if self._answering is not None:
            with suppress(Exception):
                self._answering.end()
        frames.send(self._pipe, {"number": asked["number"]})
        os._exit(_TOLD_TO_END)

    def _converse(self, message: Message) -> Message:
        frames.send(self._pipe, {"number": self._asked["number"], "message": message})
        self._asked, _ = frames.receive(self._pipe)
        if self._asked["do"] == "end":
            self.end(self._asked)
        found: Message = self._asked["message"]
        return found

    def _unhurried(self, message: Message) -> Message:
        """Talk without an interruption in the middle of a message: who waits for an answer loses no time by it.

        But the time of the whole test is not longer for it, however often both sides ask each other.
        """
        left, _ = signal.setitimer(signal.ITIMER_REAL, 0)
        try:
            return self._converse(message)
        finally:
            signal.setitimer(signal.ITIMER_REAL, min(left, self._asked.get("seconds", left)), 1)


@contextmanager
def _at_most(seconds: float | None) -> Iterator[None]:
    """Interrupt what takes longer, again each second."""

    def stop(*_: object) -> None:
        raise CellTimeoutError(f"This took longer than {seconds} seconds.")

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds or 0, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _lay_out(files: dict[str, Any], directory: Path) -> None:
    for name, content in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b64decode(content))


def _end(child: int) -> None:
    """End a run and all that it started in its session; with namespaces of its own, all that it started at all."""
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
